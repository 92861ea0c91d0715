"""The one counting of the board's figures: open leads by unit and by category, from the worklist's index, never from all tickets.

By unit the index alone answers (``ix_assignment_worklist`` holds due instant, state and round of every open lead and nothing of
closed ones). By category each open lead asks its ticket by the primary key: the ``LIMIT`` inside keeps it a look-up per lead,
where a join might be planned as a walk through all tickets there ever were.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Assignment, LadderStep, Ticket
from dispatch.tickets.work_queries import figures, open_leads

FIGURES: Final = ("unacknowledged", "soon", "overdue", "returned", "redo", "open")
Listed = Sequence[Row[Assignment, Ticket, str | None]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Open leads: not signed for, due within the hour, overdue, disputed, redone, and all of them."""

    unacknowledged: int = 0
    soon: int = 0
    overdue: int = 0
    returned: int = 0
    redo: int = 0
    open: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Told:
    """How often a step of the ladder was reached, and when last."""

    step: str
    count: int
    last_at: datetime


def by_unit(session: Session, unit_ids: Sequence[int] | None, *, at: datetime) -> dict[int, Tally]:
    """Of these units (None: of all) those with open leads."""
    rows = session.execute(by_unit_query(unit_ids, at))
    return {row[0]: Tally(*row[1:]) for row in rows}


def by_category(session: Session, unit_ids: Sequence[int] | None, *, at: datetime) -> dict[str | None, Tally]:
    """The same by category code."""
    rows = session.execute(by_category_query(unit_ids, at))
    return {row[0]: Tally(*row[1:]) for row in rows}


def by_unit_query(unit_ids: Sequence[int] | None, at: datetime) -> Select[*tuple[Any, ...]]:
    """The question of :func:`by_unit`, for whoever wants to see its plan."""
    return select(Assignment.unit_id, *_counts(at)).where(*open_leads(unit_ids)).group_by(Assignment.unit_id)


def by_category_query(unit_ids: Sequence[int] | None, at: datetime) -> Select[*tuple[Any, ...]]:
    """The question of :func:`by_category`."""
    matter = select(Ticket.category).where(Ticket.ticket_id == Assignment.ticket_id).limit(1).lateral("matter")
    counted = select(matter.c.category, *_counts(at)).select_from(Assignment).join(matter, true())
    return counted.where(*open_leads(unit_ids)).group_by(matter.c.category)


def listed(
    session: Session,
    unit_ids: Sequence[int] | None,
    figure: str,
    *,
    at: datetime,
    categories: Collection[str | None] | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> Listed:
    """The open leads behind a figure by due instant: rows of (assignment, ticket, title); of these categories where given."""
    query = _with_title().where(*open_leads(unit_ids), *_figure(figure, at))
    if categories is not None:
        codes = [code for code in categories if code is not None]
        named = Ticket.category.in_(codes)
        query = query.where(or_(named, Ticket.category.is_(None)) if None in categories else named)
    if after is not None:
        query = query.where(tuple_(Assignment.due_at, Assignment.ticket_id) > tuple_(*after))
    return session.execute(query.order_by(Assignment.due_at, Assignment.ticket_id).limit(limit)).all()


def told(session: Session, unit_ids: Sequence[int] | None, *, since: datetime, at: datetime) -> list[Told]:
    """Each step of the ladder that leads of these units (None: of all) reached in [since, at]."""
    counted = select(LadderStep.step, func.count(), func.max(LadderStep.told_at))
    rows = session.execute(counted.where(*_told(unit_ids, since, at)).group_by(LadderStep.step))
    return [Told(*row) for row in rows]


def told_of(
    session: Session, unit_ids: Sequence[int] | None, step: str, *, since: datetime, at: datetime, limit: int
) -> Listed:
    """The leads behind one of those steps, the latest first."""
    reached = LadderStep
    of_lead = (reached.ticket_id == Assignment.ticket_id) & (reached.assignment_number == Assignment.number)
    query = _with_title().join(reached, of_lead).where(reached.step == step, *_told(unit_ids, since, at))
    return session.execute(query.order_by(reached.told_at.desc(), reached.ticket_id).limit(limit)).all()


def _told(unit_ids: Sequence[int] | None, since: datetime, at: datetime) -> list[ColumnElement[bool]]:
    """Of units by their own index, of the city by the block range of the day."""
    conditions = [LadderStep.told_at >= since, LadderStep.told_at <= at]
    return conditions if unit_ids is None else [LadderStep.unit_id.in_(unit_ids), *conditions]


def _with_title() -> Select[Assignment, Ticket, str | None]:
    first = (TextEntry.ticket_id == Assignment.ticket_id) & (TextEntry.kind == "title") & (TextEntry.version == 1)
    return (
        select(Assignment, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == Assignment.ticket_id)
        .outerjoin(TextEntry, first)
    )


def _counts(at: datetime) -> list[ColumnElement[int]]:
    parts = figures(at)
    return [func.count().filter(*_figure(name, at)) if name in parts else func.count() for name in FIGURES]


def _figure(name: str, at: datetime) -> list[ColumnElement[bool]]:
    """The condition of one figure; none for all open leads."""
    parts = figures(at)
    return [parts[name]] if name in parts else []
