"""The facts that assessment may read: the only door between the hotline and how it is judged (rules.md §6).

Selects are SQLAlchemy Core, fit for ``INSERT … SELECT``; single reads are frozen values. Nothing here judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    func,
    literal,
    not_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.scope import unit_ids_in_scope
from dispatch.access.vault import Vault
from dispatch.directory.listed import edges_around, units_in_each, units_in_effect
from dispatch.directory.models import Unit, UnitGroup
from dispatch.directory.queries import UnitInEffect, select_units_in_effect
from dispatch.hops.queries import support_facts
from dispatch.kernel.changed_streams import changed_streams, changes_since, seal_before
from dispatch.kernel.person import Person
from dispatch.kernel.texts import TextEntry
from dispatch.limits.parse import parse_instant
from dispatch.tickets import as_of as known
from dispatch.tickets.as_of import PLACING, Instant, Span
from dispatch.tickets.as_of import at_a_glance as leads_at_a_glance
from dispatch.tickets.case_facts import (
    Answer,
    JudgedTicket,
    Proof,
    Words,
    answers_on_record,
    are_kin,
    districts_of,
    events_as_proof,
    files_as_proof,
    imported_exclusions,
    judged_ticket,
    kind_of_unit,
    last_working_day,
    lock,
    names_of,
    numbers_of,
    units_named,
    words_of,
    write_words,
)
from dispatch.tickets.category_facts import codes_under, ticket_categories, top_categories
from dispatch.tickets.models import Assignment, Card, Dispute, Ticket
from dispatch.tickets.open_facts import OpenTicket, Stand, open_tickets
from dispatch.tickets.screening import screened
from dispatch.tickets.signal_facts import signal_facts
from dispatch.tickets.span_facts import (
    answers_then,
    charged,
    charged_at,
    directory_version,
    dispatched_facts,
    perhaps_among,
    span_facts,
    version_now,
)
from dispatch.tickets.steps_as_of import STEP_COUNTS, steps_of

__all__ = [
    "PLACING",
    "STEP_COUNTS",
    "Answer",
    "Heading",
    "Instant",
    "JudgedTicket",
    "OpenTicket",
    "Proof",
    "Span",
    "Stand",
    "TicketFact",
    "UnitInEffect",
    "Vault",
    "VoiceAnswer",
    "Words",
    "answers_on_record",
    "are_kin",
    "at_a_glance",
    "blames",
    "changed_streams",
    "changes_since",
    "charged",
    "charged_at",
    "codes_under",
    "directory_version",
    "dispatched_facts",
    "districts_of",
    "edges_around",
    "events_as_proof",
    "fact_parts",
    "facts",
    "facts_among",
    "files_as_proof",
    "headings",
    "imported_exclusions",
    "judged_ticket",
    "kind_of_unit",
    "last_working_day",
    "latest_placed",
    "leads_at_a_glance",
    "lock",
    "looked_up",
    "names_of",
    "numbers_of",
    "open_tickets",
    "parse_instant",
    "perhaps_among",
    "seal_before",
    "select_units_in_effect",
    "signal_facts",
    "span_facts",
    "steps",
    "support_facts",
    "ticket_categories",
    "ticket_facts",
    "top_categories",
    "unit_codes",
    "unit_ids_in_scope",
    "units_in_each",
    "units_in_effect",
    "units_in_scope",
    "units_named",
    "version_now",
    "voice_answers",
    "voices",
    "words_of",
    "write_words",
]


@dataclass(frozen=True)
class TicketFact:
    """One ticket as counted for one unit of a peer group, as of T; the columns of ``facts``. Instants are aware UTC.

    ``lead_id`` is the unit charged, ``unit_id`` the unit of the group that answers for it: the nearest self-or-ancestor of that
    kind as the tree stood at dispatch. ``reached`` false = no valid answer; ``contacted``, ``solved`` and ``satisfaction`` may
    each be unknown. ``is_pending``: could still become valid.
    """

    ticket_id: int
    ticket_no: str
    kind: str
    is_imported: bool
    is_excluded: bool
    received_at: datetime
    dispatched_at: datetime
    due_at: datetime | None
    is_withdrawn: bool
    redos: int
    returns: int
    lead_id: int
    followed_up_at: datetime | None
    reached: bool
    contacted: bool | None
    solved: str | None
    satisfaction: str | None
    first_contact_at: datetime | None
    completed_at: datetime | None
    is_on_time: bool
    is_explained: bool
    is_pending: bool
    unit_id: int

    @property
    def is_valid(self) -> bool:
        """Whether it is in ``valid`` (rules.md §7), were it not excluded."""
        return self.reached and not self.is_withdrawn


@dataclass(frozen=True)
class Heading:
    """How a list names a ticket: its title, screened as units read it (None: erased or never given), category and state."""

    title: str | None
    category: str | None
    state: str


@dataclass(frozen=True)
class VoiceAnswer:
    """What another caller of a merged ticket answered as of T; shown as a second line, counted nowhere (rules.md §5)."""

    ticket_no: str
    received_at: datetime
    followed_up_at: datetime | None
    reached: bool
    contacted: bool | None
    solved: str | None
    satisfaction: str | None


def at_a_glance(peer_group: str, as_of: Instant, span: Span | None = None) -> Select[Any]:
    """Every ticket as its columns tell, in one plain scan: the columns of ``TicketFact`` and ``is_late``.

    Where ``is_late`` is true T did not know all that yet: take the row from ``looked_up``. ``unit_id`` is null for no unit's.
    """
    rows = known.at_a_glance(as_of, span).subquery()
    return select(rows, UnitGroup.charged_unit_id.label("unit_id")).outerjoin(
        UnitGroup, _answers_for(rows.c.lead_id, rows.c.dispatched_at, peer_group)
    )


def looked_up(
    peer_group: str, as_of: Instant, span: Span | None = None, among: Select[Any] | None = None
) -> Select[Any]:
    """The late tickets as they were at ``as_of``: all, or those whose ids ``among`` selects. Columns as ``at_a_glance``."""
    rows = known.looked_up(as_of, span, among).subquery()
    return select(rows, UnitGroup.charged_unit_id.label("unit_id")).join(
        UnitGroup, _answers_for(rows.c.lead_id, rows.c.dispatched_at, peer_group)
    )


def voices(peer_group: str, as_of: Instant, span: Span | None = None) -> Select[Any]:
    """For schemes that count by voice: each caller who was merged into another ticket, at an ``received_at`` of their own and
    charged to whoever is charged for that ticket. Columns as ``at_a_glance``."""
    rows = known.voices(as_of, span).subquery()
    return select(rows, UnitGroup.charged_unit_id.label("unit_id")).join(
        UnitGroup, _answers_for(rows.c.lead_id, rows.c.dispatched_at, peer_group)
    )


def fact_parts(peer_group: str, as_of: Instant, span: Span | None = None) -> tuple[Select[Any], Select[Any]]:
    """``facts`` in two disjoint parts, timely and late. To count many, see ``at_a_glance``: that is one scan instead of two."""
    rows = at_a_glance(peer_group, as_of, span).subquery()
    timely = select(rows).where(not_(rows.c.is_late), rows.c.unit_id.is_not(None))
    return timely, looked_up(peer_group, as_of, span)


def facts(peer_group: str, as_of: Instant, span: Span | None = None) -> CompoundSelect[Any]:
    """One row per ticket that has a charged unit in ``peer_group`` as of ``as_of``: the columns of ``TicketFact``."""
    return union_all(*fact_parts(peer_group, as_of, span))


def facts_among(peer_group: str, as_of: Instant, span: Span, ids: ColumnElement[Sequence[int]]) -> CompoundSelect[Any]:
    """Those rows of ``facts`` whose tickets have these ids, an array."""
    rows = at_a_glance(peer_group, as_of, span).subquery()
    among = rows.c.ticket_id == func.any_(ids)
    timely = select(rows).where(not_(rows.c.is_late), rows.c.unit_id.is_not(None), among)
    late = looked_up(peer_group, as_of, span).subquery()
    of_late = late.c.ticket_id == func.any_(ids)
    return union_all(timely, select(late).where(of_late))


def ticket_facts(
    session: Session,
    peer_group: str,
    as_of: datetime,
    span: Span,
    *,
    unit_id: int | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[TicketFact]:
    """The tickets behind a unit's numbers, by ticket_id: at most ``limit`` of those after ``after``."""
    rows = facts(peer_group, as_of, span).subquery()
    page = select(rows).where(rows.c.ticket_id > after).order_by(rows.c.ticket_id).limit(limit)
    if unit_id is not None:
        page = page.where(rows.c.unit_id == unit_id)
    return list(_read(session, page))


def blames(peer_group: str, as_of: Instant, span: Span | None = None) -> CompoundSelect[Any]:
    """``ticket_id, is_excluded, unit_id, red_cards, lost_disputes``: one row per red card in force and per lost dispute as of
    ``as_of``, at the unit of the group that answers for whoever got it; only of tickets that are some unit's (rules.md §8).
    Those of excluded tickets do not count: ``is_excluded`` tells of the imported ones.

    A dispute is lost where it was refused, or answered by designating the very unit that raised it.
    """
    glance = known.at_a_glance(as_of, span).subquery()
    parts = [
        select(glance).where(not_(glance.c.is_late)).subquery(),
        known.looked_up(as_of, span).subquery(),
    ]
    is_red = and_(Card.colour == "red", Card.issued_at <= as_of, func.coalesce(Card.withdrawn_at > as_of, True))
    is_own = and_(Dispute.ruling == "designated", Dispute.ruled_unit_id == Dispute.unit_id)
    is_lost = and_(Dispute.ruled_at <= as_of, func.coalesce(is_own, False) | (Dispute.ruling == "refused"))
    # Supports and handlers have cards of their own; only the lead is blamed (rules.md §6).
    is_red = and_(is_red, _of_a_lead(Card.ticket_id, Card.assignment_number))
    sources: list[tuple[type[Card | Dispute], ColumnElement[bool], int]] = [
        (Card, is_red, 1),
        (Dispute, is_lost, 0),
    ]
    return union_all(
        *(
            select(
                rows.c.ticket_id,
                rows.c.is_excluded,
                UnitGroup.charged_unit_id.label("unit_id"),
                literal(cards).label("red_cards"),
                literal(1 - cards).label("lost_disputes"),
            )
            .select_from(rows)
            .join(table, table.ticket_id == rows.c.ticket_id)
            .join(UnitGroup, _answers_for(table.unit_id, rows.c.dispatched_at, peer_group))
            .where(condition, rows.c.lead_id.is_not(None))
            for table, condition, cards in sources
            for rows in parts
        )
    )


def steps(peer_group: str, as_of: Instant, span: Span | None = None) -> Select[Any]:
    """``ticket_id, is_excluded, unit_id`` and ``STEP_COUNTS``, 0 or 1 each, of every ticket of ``facts``."""
    rows = facts(peer_group, as_of, span).subquery()
    found = steps_of(rows, as_of).subquery()
    counted = [found.c[name] for name in STEP_COUNTS]
    return select(rows.c.ticket_id, rows.c.is_excluded, rows.c.unit_id, *counted).join(
        found, found.c.ticket_id == rows.c.ticket_id
    )


def unit_codes() -> Select[Any]:
    """``unit_id, code`` of every unit there ever was."""
    columns: list[Any] = [Unit.unit_id, Unit.code]
    return select(*columns)


def headings(session: Session, ticket_ids: Sequence[int], *, vault: Vault) -> dict[int, Heading]:
    """By ticket_id, for lists. Numbers and names of whoever spoke up are covered for everybody."""
    rows = session.execute(
        select(Ticket.ticket_id, Ticket.category, Ticket.state, TextEntry.body)
        .outerjoin(
            TextEntry,
            and_(TextEntry.ticket_id == Ticket.ticket_id, TextEntry.kind == "title", TextEntry.version == 1),
        )
        .where(Ticket.ticket_id.in_(ticket_ids))
    ).all()
    reporters = known_reporters(session, ticket_ids, vault=vault)
    return {
        row.ticket_id: Heading(screened(row.body, reporters[row.ticket_id]), row.category, row.state) for row in rows
    }


def voice_answers(session: Session, ticket_ids: Sequence[int], as_of: datetime) -> dict[int, list[VoiceAnswer]]:
    """By the survivor's ticket_id, only those that have voices."""
    found: dict[int, list[VoiceAnswer]] = {}
    for row in session.execute(known.voice_answers(as_of, ticket_ids)).mappings():
        values = dict(row)
        found.setdefault(values.pop("into_id"), []).append(VoiceAnswer(**values))
    return found


def latest_placed(session: Session, span: Span, as_of: datetime) -> datetime | None:
    """The last instant in the span that places a dispatched ticket; None where there is none."""
    if span.instant not in PLACING:
        raise ValueError(f"{span.instant} places no ticket")
    instant = getattr(Ticket, span.instant)
    statement = (
        select(instant)
        .where(instant >= span.start, instant < span.end, Ticket.dispatched_at <= as_of, *span.of_its_kinds)
        .order_by(instant.desc())
        .limit(1)
    )
    found: datetime | None = session.scalar(statement)
    return found


def units_in_scope(session: Session, person: Person, *, at: datetime) -> dict[str, str] | None:
    """Kind by code of the person's unit and every unit below it; None for the hotline's own people, who see all."""
    ids = unit_ids_in_scope(session, person, at=at)
    if ids is None:
        return None
    rows = session.execute(select(Unit.code, Unit.kind).where(Unit.unit_id.in_(sorted(ids))))
    return {row.code: row.kind for row in rows}


def _answers_for(unit_id: Any, dispatched_at: Any, peer_group: str) -> Any:
    return and_(UnitGroup.peer_group == peer_group, answers_then(unit_id, dispatched_at))


def _of_a_lead(ticket_id: Any, number: Any) -> ColumnElement[bool]:
    of_it = and_(Assignment.ticket_id == ticket_id, Assignment.number == number)
    return select(Assignment.number).where(of_it, Assignment.role == "lead").exists()


def _read(session: Session, page: Select[Any]) -> Iterator[TicketFact]:
    names = [field.name for field in fields(TicketFact)]
    for row in session.execute(page).mappings():
        yield TicketFact(**{name: row[name] for name in names})
