"""What another policy would have made of leads that were: rows in, counts out. Pure (rules.md §1–2).

A lead's limit is counted again from its own start, with the extensions that were granted and the pauses that were. Extensions
are kept as granted even beyond the other policy's caps: what would have been refused nobody can know; they are counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from dispatch.limits.calendar import Calendar
from dispatch.limits.policy import LimitRow, Policy
from dispatch.limits.rules import Limit, due_at

limit_of = lru_cache(maxsize=1_000)(Limit.parse)


class Lead(NamedTuple):
    """One lead's part as it was: its matter when it was sent, the due instants it had, and what it did when.

    Of imported rows only ``due_at`` is known of the three: then signing and first contact are not judged. What an imported row
    does not say is unknown, not undone.
    """

    ticket_id: int
    unit_id: int
    unit_kind: str
    category: str
    urgency: str
    kind: str
    sent_at: datetime
    due_at: datetime | None
    acknowledge_due_at: datetime | None
    first_contact_due_at: datetime | None
    acknowledged_at: datetime | None
    first_contact_at: datetime | None
    completed_at: datetime | None
    extensions: tuple[str, ...] = ()
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    is_imported: bool = False
    own_limit: str | None = None  # of the catalogue entry by which it was sent: no policy moves it

    @property
    def is_known(self) -> bool:
        """Can it be judged at all?"""
        return self.due_at is not None and not (self.is_imported and self.completed_at is None)


class Dues(NamedTuple):
    """A lead's three due instants under the other policy."""

    resolve: datetime
    acknowledge: datetime
    first_contact: datetime


class Trial:
    """The policy that is tried, with the calendar of each kind of unit under it."""

    def __init__(self, policy: Policy, calendar: Calendar) -> None:
        self.policy = policy
        self._calendar = calendar
        self._of_kind: dict[str, Calendar] = {}

    def row_of(self, lead: Lead) -> LimitRow:
        """The limits that this policy gives such a matter."""
        return self.policy.limit_of(lead.category, lead.urgency, lead.kind, lead.unit_kind)

    def dues_of(self, lead: Lead) -> Dues:
        """The due instants this policy would have given; extensions and pauses move the first one only."""
        row, calendar = self.row_of(lead), self._calendar_of(lead.unit_kind)
        extensions = [limit_of(amount) for amount in lead.extensions]
        return Dues(
            due_at(lead.sent_at, self._limit(lead, row), calendar, extensions, lead.pauses).at,
            due_at(lead.sent_at, limit_of(row.acknowledge), calendar).at,
            due_at(lead.sent_at, limit_of(row.first_contact), calendar).at,
        )

    def exceeds_cap(self, lead: Lead) -> bool:
        """Were more or longer extensions granted than this policy allows?"""
        if not lead.extensions:
            return False
        limit = self._limit(lead, self.row_of(lead))
        cap = self.policy.procedure.extension_cap_of(limit)
        granted = [limit_of(amount) for amount in lead.extensions]
        if cap is None or len(granted) > cap.count or any(one.unit != limit.unit for one in granted):
            return True
        return sum(one.amount for one in granted) > limit_of(cap.longest).amount

    def _limit(self, lead: Lead, row: LimitRow) -> Limit:
        return limit_of(lead.own_limit or row.limit)

    def _calendar_of(self, kind: str) -> Calendar:
        if kind not in self._of_kind:
            self._of_kind[kind] = self._calendar.with_hours(self.policy.hours_for(kind))
        return self._of_kind[kind]


@dataclass(slots=True)
class Counts:
    """Of one unit. ``unknown``: imported without its due instant or its completion, so it is in ``tickets`` and nothing else.

    ``open_late`` and ``open_in_time``: not completed, as the other policy sees it. Before: by the due instants on record.
    """

    tickets: int = 0
    unknown: int = 0
    late_before: int = 0
    late_after: int = 0
    newly_late: int = 0
    no_longer_late: int = 0
    open_late: int = 0
    open_in_time: int = 0
    sign_late_before: int = 0
    sign_late_after: int = 0
    contact_late_before: int = 0
    contact_late_after: int = 0

    def add(self, other: Counts) -> None:
        """Count ``other`` in."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def moved(self) -> int:
        """How many tickets are judged otherwise: by this the units that change most are found."""
        return self.newly_late + self.no_longer_late


COUNTS = tuple(one.name for one in fields(Counts))


@dataclass
class Tally:
    """Counts by unit, filled ticket by ticket; ``over_cap``: tickets with extensions that the policy would not allow.

    ``every``: one ticket of so many was taken.
    """

    trial: Trial
    at: datetime
    units: dict[int, Counts] = field(default_factory=dict)
    tickets: int = 0
    over_cap: int = 0
    every: int = 1

    def add(self, leads: Sequence[Lead]) -> None:
        """One ticket with all its leads. A unit that led it twice (a redo) counts it once: late if it was late either time."""
        self.tickets += 1
        self.over_cap += any(self.trial.exceeds_cap(lead) for lead in leads)
        by_unit: dict[int, list[Lead]] = {}
        for lead in leads:
            by_unit.setdefault(lead.unit_id, []).append(lead)
        for unit_id, own in by_unit.items():
            self.units.setdefault(unit_id, Counts()).add(judged(own, self.trial, self.at))

    @property
    def total(self) -> Counts:
        """All units together; a ticket that two units led is in the row of each."""
        found = Counts()
        for counts in self.units.values():
            found.add(counts)
        return found


def judged(leads: Sequence[Lead], trial: Trial, at: datetime) -> Counts:
    """What one unit's leads of one ticket come to, as seen at ``at``."""
    known = [(lead, trial.dues_of(lead)) for lead in leads if lead.is_known]
    if not known:
        return Counts(tickets=1, unknown=1)
    before = any(_is_late(lead.completed_at, lead.due_at, at) for lead, _ in known)
    after = any(_is_late(lead.completed_at, dues.resolve, at) for lead, dues in known)
    running = [dues.resolve for lead, dues in known if lead.completed_at is None]
    signing = [(lead.acknowledged_at, lead.acknowledge_due_at, dues.acknowledge) for lead, dues in known]
    contact = [(lead.first_contact_at, lead.first_contact_due_at, dues.first_contact) for lead, dues in known]
    return Counts(
        tickets=1,
        late_before=before,
        late_after=after,
        newly_late=after and not before,
        no_longer_late=before and not after,
        open_late=any(at > due for due in running),
        open_in_time=bool(running) and not any(at > due for due in running),
        sign_late_before=_any_late(signing, lambda had, _: had, at),
        sign_late_after=_any_late(signing, lambda _, would: would, at),
        contact_late_before=_any_late(contact, lambda had, _: had, at),
        contact_late_after=_any_late(contact, lambda _, would: would, at),
    )


_Step = tuple[datetime | None, datetime | None, datetime]


def _any_late(steps: Iterable[_Step], which: Callable[[datetime, datetime], datetime], at: datetime) -> bool:
    return any(_is_late(done, which(had, would), at) for done, had, would in steps if had is not None)


def _is_late(done_at: datetime | None, due: datetime | None, at: datetime) -> bool:
    """Done after the due instant, or not done while it has passed."""
    return due is not None and (done_at or at) > due
