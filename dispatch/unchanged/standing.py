"""How everything stands for all desks of this process at once: sessions, scopes and marks, a few questions every few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dispatch.access import logins, policy, queries
from dispatch.directory.snapshot import Reference, reference
from dispatch.duty.queries import unread_counts
from dispatch.kernel.application import machine_now, now
from dispatch.kernel.db import transaction
from dispatch.tickets.desk_marks import DeskMark
from dispatch.unchanged.marks import WHOLE_LOOKS, Watched, watch
from dispatch.unchanged.remembered import Desk, Desks

LOOKS_SECONDS: Final = 1.5  # so late may a change be seen, beside the page's own three seconds
SESSIONS_SECONDS: Final = (
    policy.TOKEN_CACHE_SECONDS
)  # so long a session that has ended may still hear "nothing", and only that


@dataclass
class Standing:
    """One look: what this process may answer by until the next one."""

    taken_at: float
    at: datetime
    city: Reference
    watched: Watched
    unread: dict[int, int]
    _by_unit: dict[int, tuple[DeskMark, ...]] = field(default_factory=dict)

    def mark_of(self, desk: Desk) -> DeskMark | None:
        """The mark of everything this desk sees; None where this look did not ask for all of it."""
        unit_id = desk.person.unit_id
        assert unit_id is not None
        if unit_id not in self._by_unit:
            below = self.city.below(unit_id)
            self._by_unit[unit_id] = (self.watched.marks.of(below),) if below <= self.watched.unit_ids else ()
        return next(iter(self._by_unit[unit_id]), None)

    def words_of(self, desk: Desk, mark: DeskMark) -> str | None:
        """What the page of this desk must carry where it is as it should be; None where this look does not know."""
        unread = self.unread.get(desk.person.account_id)
        return None if unread is None else mark.words(unread, self.at, spread=desk.person.unit_id or 0)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Everything that the desks of ``homes`` see together, in that picture of the city."""

    city: Reference
    homes: frozenset[int]
    unit_ids: frozenset[int]


class Looker:
    """Looks when it is told to, in an application context, and keeps the last look."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self._standing: Standing | None = None
        self._watched: Watched | None = None
        self._scope: _Scope | None = None
        self._sessions_at = -SESSIONS_SECONDS

    def last(self, *, every_seconds: float) -> Standing | None:
        """The last look; None where it is older than ``every_seconds``."""
        found = self._standing
        return found if found is not None and time.monotonic() - found.taken_at < every_seconds else None

    def look(self, *, every_seconds: float) -> Standing:
        """How it stands now. Raises SQLAlchemyError where the database is away."""
        began = time.monotonic()
        self._standing = None
        with transaction() as session:
            if began - self._sessions_at >= min(SESSIONS_SECONDS, SESSIONS_SECONDS * every_seconds):
                self._check_sessions(session, began)
            self._standing = self._taken(session, began, WHOLE_LOOKS * every_seconds)
        return self._standing

    def _check_sessions(self, session: Session, began: float) -> None:
        """Forget who is out, and note the others as seen: in one statement for all, as the gate does for one."""
        asked, at = self._desks.all(), machine_now()
        digests = {desk.token_digest for _, desk in asked}
        found = queries.sessions_by_digests(session, digests, at=at, idle=policy.IDLE, longest=policy.LONGEST)
        self._desks.retain(found, asked, began)
        heard = {desk.token_digest for _, desk in asked if desk.asked_at > self._sessions_at}
        logins.touch_many(
            session, [key for key in heard & found.keys() if at - found[key].seen_at >= policy.TOUCH], at=at
        )
        self._sessions_at = began

    def _taken(self, session: Session, began: float, whole_seconds: float) -> Standing:
        at = now()
        city = reference(session, at)
        people = {desk.person.account_id: desk.person for _, desk in self._desks.all()}
        unit_ids = self._unit_ids(city, frozenset(one.unit_id for one in people.values() if one.unit_id is not None))
        called = [account_id for account_id, person in people.items() if person.may("duty.answer")]
        unread = dict.fromkeys(people, 0) | unread_counts(session, called)
        self._watched = watch(session, unit_ids, at=at, last=self._watched, whole_seconds=whole_seconds)
        return Standing(began, at, city, self._watched, unread)

    def _unit_ids(self, city: Reference, homes: frozenset[int]) -> frozenset[int]:
        """Put together once: the desks of a city and the units below them are thousands, and the same from look to look."""
        if self._scope is None or self._scope.city is not city or self._scope.homes != homes:
            self._scope = _Scope(city, homes, frozenset[int]().union(*map(city.below, homes)))
        return self._scope.unit_ids
