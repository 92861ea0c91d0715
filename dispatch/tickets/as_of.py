"""What a ticket was at an instant T: only facts recorded at or before T (rules.md §6).

The columns of ``ticket`` tell the newest projection. For most tickets that is also what was known at T; for the few others the
attempts and assignments are asked. The two kinds are two selects, so that the many pay nothing for the few.

Two habits of the verbs are relied on: whoever sends a ticket to another lead, or takes it from one, sets ``lead_since`` or empties
``unit_id``; whoever ends a dispatched ticket as no unit's takes it from its lead first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import LateralFromClause

from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.merging.models import TicketMerge
from dispatch.tickets.models import Assignment, Ticket

COUNTED_ROUND = 1  # later answers replace the first round's only by a decided appeal (rules.md §4)
TAKEN_BACK = ("dispute_upheld", "hotline_error")
PLACING = ("received_at", "dispatched_at", "due_at", "followed_up_at")
# Facts in columns that may have been recorded after T.
LATE = (
    Ticket.followed_up_at,
    Ticket.first_contact_at,
    Ticket.completed_at,
    Ticket.withdrawn_at,
    Ticket.unmerged_at,
)

STEPS = (
    "acknowledge_due_at",
    "acknowledged_at",
    "first_contact_due_at",
)  # what else is asked of a lead (steps_as_of.py)

Columns = dict[str, SQLColumnExpression[Any]]
Instant = datetime | ColumnElement[datetime]


@dataclass(frozen=True)
class Span:
    """Tickets whose ``instant`` (one of ``PLACING``) lies in [start, end); ``kinds`` empty = every kind. Edges may be parameters."""

    instant: str
    start: Instant
    end: Instant
    kinds: frozenset[str] = frozenset()

    @property
    def of_its_kinds(self) -> list[ColumnElement[bool]]:
        """That a ticket is of its kinds, as one array: a statement with lists in it is put together anew each time it is asked."""
        wanted = literal(sorted(self.kinds), ARRAY(Text))
        return [Ticket.kind == func.any_(wanted)] if self.kinds else []


def at_a_glance(as_of: Instant, span: Span | None = None) -> Select[Any]:
    """One row per ticket dispatched by ``as_of`` (merged ones left out), as its columns tell.

    ``lead_id`` is the unit charged (rules.md §6), null for nobody. ``is_late``: not all of that was known at T, so that the row
    must be had from ``looked_up``; with a span it holds every late ticket that may have been inside.
    """
    at = bound(as_of)
    is_late = _is_late(at).is_(True)
    return _select(_as_the_columns_tell(at) | {"is_late": is_late}).where(
        *_known_tickets(at, span), *perhaps_inside(span, at)
    )


def looked_up(as_of: Instant, span: Span | None = None, among: Select[Any] | None = None) -> Select[Any]:
    """The late tickets, in the columns of ``at_a_glance``, as they were at T: all of them, or those whose ids ``among`` selects."""
    at = bound(as_of)
    tried, lead = _counted_attempt(at), lead_asked(at)
    late = [_is_late(at), *perhaps_inside(span, at)] if among is None else [Ticket.ticket_id.in_(among)]
    return (
        _select(_as_looked_up(tried.c, lead.c, at) | {"is_late": true()})
        .select_from(Ticket)
        .outerjoin(tried, true())
        .outerjoin(lead, true())
        .where(*_known_tickets(at, span), not_(_was_merged(at)), *late, *_was_inside(span, tried.c.at, at))
    )


def voices(as_of: Instant, span: Span | None = None) -> Select[Any]:
    """What was a voice of another ticket at T, in the columns of ``at_a_glance``: its own ``received_at`` and answers, all else
    the survivor's as it was at T, so that whoever is charged for the survivor answers for each caller (rules.md §5)."""
    at = bound(as_of)
    in_force = select(TicketMerge).where(*_in_force(at)).subquery()
    survivor = looked_up(as_of, among=select(in_force.c.into_id)).subquery()
    tried = _counted_attempt(at)
    columns = _as_a_voice(tried.c, survivor.c, at) | {"is_late": true()}
    inside = []
    if span is not None:
        if span.instant not in PLACING:
            raise ValueError(f"{span.instant} places no ticket")
        inside = [columns[span.instant] >= span.start, columns[span.instant] < span.end]
        inside += span.of_its_kinds
    return (
        _select(columns)
        .select_from(Ticket)
        .join(in_force, in_force.c.ticket_id == Ticket.ticket_id)
        .join(survivor, survivor.c.ticket_id == in_force.c.into_id)
        .outerjoin(tried, true())
        .where(Ticket.received_at <= at, *inside)
    )


def voice_answers(as_of: datetime, survivors: Sequence[int]) -> Select[Any]:
    """``into_id``, the voice's number, ``received_at`` and answers: those that were voices of ``survivors`` at T, in the order of
    intake, as answered by T. Shown beside the survivor's answer, counted nowhere (rules.md §5)."""
    at = bound(as_of)
    tried = _counted_attempt(at)
    answers = [tried.c[name] for name in ("contacted", "solved", "satisfaction")]
    own = (Ticket.ticket_no, Ticket.received_at, func.coalesce(tried.c.is_reached, False).label("reached"))
    return (
        select(TicketMerge.into_id, *own, tried.c.at.label("followed_up_at"), *answers)
        .join(Ticket, Ticket.ticket_id == TicketMerge.ticket_id)
        .outerjoin(tried, true())
        .where(TicketMerge.into_id.in_(survivors), *_in_force(at))
        .order_by(TicketMerge.into_id, Ticket.ticket_id)
    )


def bound(as_of: Instant) -> ColumnElement[datetime]:
    """The instant as one parameter, of the columns' own type; a parameter stays what it is: its statement is put together once."""
    if isinstance(as_of, ColumnElement):
        return as_of
    return bindparam("as_of", as_of, TIMESTAMP(timezone=True), unique=True)


def _select(columns: Columns) -> Select[Any]:
    # In one order, since selects are put together by UNION.
    labelled: list[Any] = [columns[name].label(name) for name in sorted(columns)]
    return select(*labelled)


def _asked_at(at: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """When the lead in force is charged: as the counted follow-up opened, else T (least() ignores null)."""
    return func.least(at, Ticket.follow_up_opened_at)


def _is_late(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the columns tell more than was known at T, or a later lead. Null where nothing says so."""
    has_another_lead = or_(Ticket.unit_id.is_(None), Ticket.lead_since > _asked_at(at))
    # greatest() ignores null, and one comparison costs less than five.
    return or_(func.greatest(*LATE) > at, and_(has_another_lead, not_(Ticket.is_imported)))


def _known_tickets(at: ColumnElement[datetime], span: Span | None) -> list[ColumnElement[bool]]:
    rows: list[ColumnElement[bool]] = [
        Ticket.received_at <= at,
        Ticket.dispatched_at <= at,
        or_(Ticket.merged_at.is_(None), Ticket.merged_at > at),
    ]
    return rows if span is None else [*rows, *span.of_its_kinds]


def _in_force(at: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
    return [TicketMerge.merged_at <= at, or_(TicketMerge.ended_at.is_(None), TicketMerge.ended_at > at)]


def _was_merged(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether it was a voice at T, unmerged since or not; ``merged_at`` tells only of those that still are."""
    return exists().where(TicketMerge.ticket_id == Ticket.ticket_id, *_in_force(at))


def perhaps_inside(span: Span | None, at: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
    """The newest ``followed_up_at`` is the one known at T or lies after T: that lets its index find the candidates."""
    if span is None:
        return []
    if span.instant not in PLACING:
        raise ValueError(f"{span.instant} places no ticket")
    instant = getattr(Ticket, span.instant)
    inside = [instant >= span.start, instant < span.end]
    return [or_(and_(*inside), instant > at)] if span.instant == "followed_up_at" else inside


def _was_inside(
    span: Span | None, tried_at: ColumnElement[datetime], at: ColumnElement[datetime]
) -> list[ColumnElement[bool]]:
    if span is None or span.instant != "followed_up_at":
        return []
    followed_up_at = _of_history(_by(at, Ticket.followed_up_at), tried_at)
    return [followed_up_at >= span.start, followed_up_at < span.end]


def _of_history(imported: SQLColumnExpression[Any], live: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """An imported row has its facts in its own columns, a live one in attempts and assignments."""
    return case((Ticket.is_imported, imported), else_=live)


def _common() -> Columns:
    names = ("ticket_id", "ticket_no", "kind", "is_imported", "is_excluded", "received_at", "dispatched_at", "due_at")
    return {name: getattr(Ticket, name) for name in (*names, "redos", "returns")}


def _as_the_columns_tell(at: ColumnElement[datetime]) -> Columns:
    names = ("followed_up_at", "contacted", "solved", "satisfaction", "first_contact_at", "completed_at")
    columns = _common() | {name: getattr(Ticket, name) for name in names}
    is_withdrawn, is_reached = Ticket.withdrawn_at.is_not(None), Ticket.reached.is_(True)
    return columns | {
        "lead_id": Ticket.unit_id,
        "is_withdrawn": is_withdrawn,
        "reached": is_reached,
        "is_on_time": (Ticket.completed_at <= Ticket.due_at).is_(True),
        "is_explained": Ticket.is_explained.is_(True),
        "is_pending": _is_pending(is_reached, is_withdrawn, Ticket.followed_up_at, at),
    }


def _as_looked_up(tried: Any, lead: Any, at: ColumnElement[datetime]) -> Columns:
    is_known = or_(Ticket.followed_up_at.is_(None), Ticket.followed_up_at <= at)
    is_reached = _of_history(and_(is_known, Ticket.reached.is_(True)), tried.is_reached.is_(True))
    is_withdrawn = (Ticket.withdrawn_at <= at).is_(True)
    followed_up_at = _of_history(_by(at, Ticket.followed_up_at), tried.at)
    completed_at = _by(at, _of_history(Ticket.completed_at, lead.completed_at))
    is_explained = and_(_of_history(true(), completed_at.is_not(None)), Ticket.is_explained.is_(True))
    answers = {
        name: _of_history(case((is_known, getattr(Ticket, name)), else_=null()), tried[name])
        for name in ("contacted", "solved", "satisfaction")
    }
    return (
        _common()
        | answers
        | {
            "redos": _of_history(Ticket.redos, _redone(at)),
            "returns": _of_history(Ticket.returns, _returned(at)),
            "followed_up_at": followed_up_at,
            "first_contact_at": _by(at, _of_history(Ticket.first_contact_at, lead.first_contact_at)),
            "completed_at": completed_at,
            "lead_id": _of_history(Ticket.unit_id, lead.charged_id),
            "is_withdrawn": is_withdrawn,
            "reached": is_reached,
            "is_on_time": (completed_at <= Ticket.due_at).is_(True),
            "is_explained": is_explained,
            "is_pending": _is_pending(is_reached, is_withdrawn, followed_up_at, at),
        }
    )


def _as_a_voice(tried: Any, survivor: Any, at: ColumnElement[datetime]) -> Columns:
    shared = ("dispatched_at", "due_at", "first_contact_at", "completed_at", "lead_id", "is_withdrawn", "is_on_time")
    is_reached = tried.is_reached.is_(True)
    return (
        _common()
        | {name: survivor[name] for name in (*shared, "is_explained")}
        | {name: tried[name] for name in ("contacted", "solved", "satisfaction")}
        | {
            "followed_up_at": tried.at,
            "reached": is_reached,
            "is_pending": _is_pending(is_reached, survivor.is_withdrawn, tried.at, at),
        }
    )


def _is_pending(
    is_reached: ColumnElement[bool],
    is_withdrawn: ColumnElement[bool],
    followed_up_at: SQLColumnExpression[Any],
    at: ColumnElement[datetime],
) -> ColumnElement[bool]:
    """Could still become valid: not withdrawn, not reached, and not given up. An imported attempt is final."""
    one: list[Any] = [literal(1)]
    ended = select(*one).where(
        FollowUp.ticket_id == Ticket.ticket_id, FollowUp.round == COUNTED_ROUND, FollowUp.ended_at <= at
    )
    is_over = _of_history(followed_up_at.is_not(None), exists(ended))
    return case((or_(is_reached, is_withdrawn), False), else_=not_(is_over))


def _redone(at: ColumnElement[datetime]) -> ColumnElement[int]:
    """Redos by T: each began a round of assignments."""
    began = (Assignment.ticket_id == Ticket.ticket_id, Assignment.round > COUNTED_ROUND, Assignment.sent_at <= at)
    return select(func.count(Assignment.round.distinct())).where(*began).scalar_subquery()


def _returned(at: ColumnElement[datetime]) -> ColumnElement[int]:
    """Disputes upheld by T: each took the ticket from a lead."""
    taken = (Assignment.ticket_id == Ticket.ticket_id, Assignment.withdrawn_at <= at)
    return select(func.count()).where(*taken, Assignment.withdrawn_for == "dispute_upheld").scalar_subquery()


def _by(at: ColumnElement[datetime], instant: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """The instant where it was a fact at T, else null."""
    return case((instant <= at, instant), else_=null())


def _counted_attempt(at: ColumnElement[datetime]) -> LateralFromClause:
    """The attempt that counts among those known at T: the first reached that answered ``solved``, else the first reached, else
    the last (rules.md §4 and §6)."""
    is_reached = FollowUpAttempt.outcome == "reached"
    is_answered = and_(is_reached, FollowUpAttempt.solved.is_not(None))
    first_or_last = case((is_reached, FollowUpAttempt.number), else_=-FollowUpAttempt.number)
    names = ("at", "contacted", "solved", "satisfaction")
    return (
        select(is_reached.label("is_reached"), *(getattr(FollowUpAttempt, name) for name in names))
        .where(
            FollowUpAttempt.ticket_id == Ticket.ticket_id,
            FollowUpAttempt.round == COUNTED_ROUND,
            FollowUpAttempt.at <= at,
        )
        .order_by(is_answered.desc(), is_reached.desc(), first_or_last)
        .limit(1)
        .lateral("tried")
    )


def lead_asked(at: ColumnElement[datetime]) -> LateralFromClause:
    """The assignment of the lead in force when the counted follow-up opened, else at T; it charges nobody where the hotline has
    taken it back by then."""
    asked_at = _asked_at(at)
    by_us = or_(*(Assignment.withdrawn_for == reason for reason in TAKEN_BACK))
    is_taken_back = and_(Assignment.withdrawn_at <= at, by_us)
    return (
        select(
            case((is_taken_back, null()), else_=Assignment.unit_id).label("charged_id"),
            Assignment.first_contact_at,
            Assignment.completed_at,
            *(getattr(Assignment, name) for name in STEPS),
        )
        .where(
            Assignment.ticket_id == Ticket.ticket_id,
            Assignment.role == "lead",
            Assignment.sent_at <= asked_at,
            or_(Assignment.withdrawn_at.is_(None), Assignment.withdrawn_at > asked_at),
        )
        .order_by(Assignment.number.desc())
        .limit(1)
        .lateral("lead")
    )
