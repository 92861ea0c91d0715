"""Figures of the desks: what waits, what is late, and whether anything has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, ColumnElement, Row, Select, and_, func, literal_column, select
from sqlalchemy.orm import Session

from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Assignment, Ticket

SOON = timedelta(hours=1)
FIRST_ROUND = 1
# The states stand as literals so that PostgreSQL always sees that the worklist's partial index holds them all.
IS_OPEN_LEAD: ColumnElement[bool] = literal_column(
    "(assignment.role = 'lead' AND assignment.state IN ('sent', 'acknowledged', 'disputed'))", Boolean()
)


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """Open leads of some units: all, not signed for, under yellow, due within the hour, overdue; when the newest of those not
    signed for was sent."""

    open: int
    unacknowledged: int
    yellow: int
    soon: int
    overdue: int
    newest_at: datetime | None = None


def worklist_counts(session: Session, unit_ids: Sequence[int] | None, *, at: datetime) -> DeskCounts:
    """What lies on the desks of these units (None: of all) at ``at``."""
    pressing = figures(at)
    row = session.execute(
        select(
            func.count(),
            func.count().filter(pressing["unacknowledged"]),
            func.count().filter(Assignment.yellow_at <= at, ~pressing["overdue"]),
            func.count().filter(pressing["soon"]),
            func.count().filter(pressing["overdue"]),
            func.max(Assignment.sent_at).filter(pressing["unacknowledged"]),
        ).where(*open_leads(unit_ids))
    ).one()
    return DeskCounts(*row)


def figures(at: datetime) -> dict[str, ColumnElement[bool]]:
    """What each figure of a desk counts among its open leads: said once, for the unit, its supervisors, the wall and Prometheus."""
    overdue = Assignment.due_at < at
    return {
        "unacknowledged": Assignment.state == "sent",
        "soon": and_(Assignment.due_at <= at + SOON, ~overdue),
        "overdue": overdue,
        "returned": Assignment.state == "disputed",
        "redo": Assignment.round > FIRST_ROUND,
    }


def turnover(session: Session, unit_ids: Sequence[int], *, since: datetime) -> tuple[int, int, int]:
    """What went over the desk of these units since: leads sent, signed for, completed."""
    columns = (Assignment.sent_at, Assignment.acknowledged_at, Assignment.completed_at)
    counts = (func.count().filter(column >= since) for column in columns)
    row = session.execute(select(*counts).where(Assignment.role == "lead", Assignment.unit_id.in_(unit_ids))).one()
    return row[0], row[1], row[2]


def open_leads(unit_ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    """What lies on the desks of these units (None: of all)."""
    conditions: list[ColumnElement[bool]] = [IS_OPEN_LEAD]
    if unit_ids is not None:
        conditions.append(Assignment.unit_id.in_(unit_ids))
    return conditions


def titles(session: Session, ticket_ids: Sequence[int]) -> dict[int, str | None]:
    """The first title of each of these tickets."""
    rows = session.execute(
        select(TextEntry.ticket_id, TextEntry.body).where(
            TextEntry.ticket_id.in_(ticket_ids), TextEntry.kind == "title", TextEntry.version == 1
        )
    )
    return {row.ticket_id: row.body for row in rows}


def newest(
    session: Session, unit_ids: Sequence[int] | None, *, before: int | None = None, limit: int = 50
) -> Sequence[Row[Ticket, str | None]]:
    """The newest tickets led by these units (None: by anybody), whatever their state: rows of (ticket, title)."""
    query = _with_title().order_by(Ticket.ticket_id.desc()).limit(limit)
    if unit_ids is not None:
        query = query.where(Ticket.unit_id.in_(unit_ids))
    if before is not None:
        query = query.where(Ticket.ticket_id < before)
    return session.execute(query).all()


def overdue(
    session: Session, unit_ids: Sequence[int] | None, *, at: datetime, limit: int = 50
) -> Sequence[Row[Ticket, str | None]]:
    """Open tickets whose lead, one of these units, is past its due instant; longest overdue first: rows of (ticket, title)."""
    query = (
        _with_title()
        .join(Assignment, Assignment.ticket_id == Ticket.ticket_id)
        .where(*open_leads(unit_ids), Assignment.due_at < at)
        .order_by(Assignment.due_at, Assignment.ticket_id)
        .limit(limit)
    )
    return session.execute(query).all()


def awaiting_count(session: Session) -> int:
    """How many tickets await a dispatcher."""
    return session.scalar(select(func.count()).where(Ticket.state == "awaiting_dispatch")) or 0


def _with_title() -> Select[Ticket, str | None]:
    first = and_(TextEntry.ticket_id == Ticket.ticket_id, TextEntry.kind == "title", TextEntry.version == 1)
    return select(Ticket, TextEntry.body.label("title")).outerjoin(TextEntry, first)
