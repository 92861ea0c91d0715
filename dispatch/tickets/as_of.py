"""What a ticket was at an instant T: only facts recorded at or before T (rules.md §6).

The columns of ``ticket`` tell the newest projection. For most tickets that is also what was known at T; for the few others the
attempts and assignments are asked. The two kinds are two selects, so that the many pay nothing for the few.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)

from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.tickets.models import Assignment, Ticket

COUNTED_ROUND = 1  # later answers replace the first round's only by a decided appeal (rules.md §4)
NO_UNITS = ("answered", "declined", "transferred", "invalid")
TAKEN_BACK = ("dispute_upheld", "hotline_error")
PLACING = ("received_at", "dispatched_at", "due_at", "followed_up_at")

Columns = dict[str, SQLColumnExpression[Any]]


@dataclass(frozen=True)
class Span:
    """Tickets whose ``instant`` (one of ``PLACING``) lies in [start, end); ``kinds`` empty = every kind."""

    instant: str
    start: datetime
    end: datetime
    kinds: frozenset[str] = frozenset()


def selects(as_of: datetime, span: Span | None = None) -> tuple[Select[Any], Select[Any]]:
    """Two disjoint selects of the same columns, one row per ticket dispatched by ``as_of``: as the columns tell, and looked up.

    ``lead_id`` is the unit charged (rules.md §6), null for nobody; every other column is as of T. Neither merged tickets nor
    those that ended as no unit's are in them.
    """
    at = bindparam("as_of", as_of, TIMESTAMP(timezone=True), unique=True)
    common = _common(at)
    rows = _known_tickets(at, span)
    is_plain = func.coalesce(_is_looked_up(at), False).is_(False)
    plain = _select(common | _as_the_columns_tell(at)).where(*rows, is_plain)
    looked_up = _select(common | _as_looked_up(at)).where(*rows, _is_looked_up(at))
    return _placed(plain, Ticket.followed_up_at, span), _placed(looked_up, _counted(FollowUpAttempt.at, at), span)


def _select(columns: Columns) -> Select[Any]:
    labelled: list[Any] = [column.label(name) for name, column in columns.items()]
    return select(*labelled)


def _asked_at(at: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """When the lead in force is charged: as the counted follow-up opened, else T (least() ignores null)."""
    return func.least(at, Ticket.follow_up_opened_at)


def _is_looked_up(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the columns tell more than was known at T, or a later lead. Null where nothing says so."""
    another_lead = or_(Ticket.unit_id.is_(None), Ticket.lead_since > _asked_at(at))
    return and_(not_(Ticket.is_imported), or_(another_lead, Ticket.followed_up_at > at))


def _known_tickets(at: ColumnElement[datetime], span: Span | None) -> list[ColumnElement[bool]]:
    ended_as_nobodys = and_(Ticket.state.in_(NO_UNITS), Ticket.changed_at <= at)
    rows: list[ColumnElement[bool]] = [
        Ticket.received_at <= at,
        Ticket.dispatched_at <= at,
        or_(Ticket.merged_at.is_(None), Ticket.merged_at > at),
        not_(ended_as_nobodys),
    ]
    if span is not None and span.kinds:
        rows.append(Ticket.kind.in_(sorted(span.kinds)))
    return rows


def _placed(rows: Select[Any], followed_up_at: SQLColumnExpression[Any], span: Span | None) -> Select[Any]:
    """Only those of the span. The newest ``followed_up_at`` is never before the one known at T: an index serves."""
    if span is None:
        return rows
    if span.instant not in PLACING:
        raise ValueError(f"{span.instant} places no ticket")
    if span.instant != "followed_up_at":
        instant = getattr(Ticket, span.instant)
        return rows.where(instant >= span.start, instant < span.end)
    return rows.where(Ticket.followed_up_at >= span.start, followed_up_at >= span.start, followed_up_at < span.end)


def _common(at: ColumnElement[datetime]) -> Columns:
    names = ("ticket_id", "ticket_no", "kind", "is_imported", "is_excluded", "received_at", "dispatched_at", "due_at")
    columns: Columns = {name: getattr(Ticket, name) for name in names}
    columns["is_withdrawn"] = func.coalesce(Ticket.withdrawn_at <= at, False)
    columns["redos"], columns["returns"] = Ticket.redos, Ticket.returns
    return columns


def _as_the_columns_tell(at: ColumnElement[datetime]) -> Columns:
    # An imported row may be of later than T; a live one here is not.
    is_known = or_(Ticket.followed_up_at.is_(None), Ticket.followed_up_at <= at)
    answers: Columns = {
        "followed_up_at": _by(at, Ticket.followed_up_at),
        "reached": and_(is_known, func.coalesce(Ticket.reached, False)),
    }
    answers |= {
        name: case((is_known, getattr(Ticket, name)), else_=null()) for name in ("contacted", "solved", "satisfaction")
    }
    steps: Columns = {
        "first_contact_at": _by(at, Ticket.first_contact_at),
        "completed_at": _by(at, Ticket.completed_at),
    }
    is_explained = and_(or_(Ticket.is_imported, Ticket.completed_at <= at), Ticket.is_explained.is_(True))
    return _ordered(Ticket.unit_id, answers, steps, is_explained, at)


def _as_looked_up(at: ColumnElement[datetime]) -> Columns:
    is_reached = FollowUpAttempt.outcome == "reached"
    answers: Columns = {
        "followed_up_at": _counted(FollowUpAttempt.at, at),
        "reached": func.coalesce(_counted(is_reached, at), False),
        "contacted": _counted(FollowUpAttempt.contacted, at),
        "solved": _counted(FollowUpAttempt.solved, at),
        "satisfaction": _counted(FollowUpAttempt.satisfaction, at),
    }
    steps: Columns = {
        "first_contact_at": _by(at, _of_lead(Assignment.first_contact_at, at)),
        "completed_at": _by(at, _of_lead(Assignment.completed_at, at)),
    }
    is_faulted = and_(Assignment.withdrawn_at <= at, Assignment.withdrawn_for.in_(TAKEN_BACK))
    lead_id = _of_lead(case((is_faulted, cast(null(), BigInteger)), else_=Assignment.unit_id), at)
    is_explained = and_(steps["completed_at"].is_not(None), Ticket.is_explained.is_(True))
    return _ordered(lead_id, answers, steps, is_explained, at)


def _ordered(
    lead_id: SQLColumnExpression[Any],
    answers: Columns,
    steps: Columns,
    is_explained: ColumnElement[bool],
    at: ColumnElement[datetime],
) -> Columns:
    columns: Columns = {"lead_id": lead_id, **answers, **steps}
    columns["is_on_time"] = func.coalesce(steps["completed_at"] <= Ticket.due_at, False)
    columns["is_explained"] = func.coalesce(is_explained, False)
    columns["is_pending"] = _is_pending(answers["reached"], answers["followed_up_at"], at)
    return columns


def _is_pending(
    reached: SQLColumnExpression[Any], followed_up_at: SQLColumnExpression[Any], at: ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Could still become valid: not withdrawn, not reached, and the attempts not given up. An imported attempt is final."""
    is_over = case(
        (Ticket.is_imported, followed_up_at.is_not(None)),
        else_=exists(
            select(literal(1)).where(
                FollowUp.ticket_id == Ticket.ticket_id,
                FollowUp.round == COUNTED_ROUND,
                FollowUp.ended_at <= at,
            )
        ),
    )
    is_withdrawn = func.coalesce(Ticket.withdrawn_at <= at, False)
    return case((or_(reached, is_withdrawn), False), else_=not_(is_over))


def _by(at: ColumnElement[datetime], instant: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """The instant where it was a fact at T, else null."""
    return case((instant <= at, instant), else_=null())


def _counted(value: SQLColumnExpression[Any], at: ColumnElement[datetime]) -> ColumnElement[Any]:
    """``value`` of the attempt that counts among those known at T: the first reached that answered ``solved``, else the first
    reached, else the last (rules.md §4 and §6)."""
    is_reached = FollowUpAttempt.outcome == "reached"
    is_answered = and_(is_reached, FollowUpAttempt.solved.is_not(None))
    first_or_last = case((is_reached, FollowUpAttempt.number), else_=-FollowUpAttempt.number)
    known = (
        FollowUpAttempt.ticket_id == Ticket.ticket_id,
        FollowUpAttempt.round == COUNTED_ROUND,
        FollowUpAttempt.at <= at,
    )
    return (
        select(value)
        .where(*known)
        .order_by(is_answered.desc(), is_reached.desc(), first_or_last)
        .limit(1)
        .scalar_subquery()
    )


def _of_lead(value: SQLColumnExpression[Any], at: ColumnElement[datetime]) -> ColumnElement[Any]:
    """``value`` of the assignment of the lead in force when the counted follow-up opened, else at T."""
    asked_at = _asked_at(at)
    return (
        select(value)
        .where(
            Assignment.ticket_id == Ticket.ticket_id,
            Assignment.role == "lead",
            Assignment.sent_at <= asked_at,
            or_(Assignment.withdrawn_at.is_(None), Assignment.withdrawn_at > asked_at),
        )
        .order_by(Assignment.number.desc())
        .limit(1)
        .scalar_subquery()
    )
