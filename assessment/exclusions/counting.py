"""What decided cases change in the facts that are counted: the one place (rules.md §4 and §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from assessment.exclusions.models import ExclusionCase
from assessment.exclusions.states import CaseState, Remedy
from dispatch import contract

ANSWERS = ("contacted", "solved", "satisfaction")
# Part of the statement, as it is of the index of these cases: told with each question it would be planned anew for each.
_GRANTED: ColumnElement[str] = literal_column(f"'{CaseState.GRANTED}'")


@dataclass(frozen=True)
class Rulings:
    """The cases decided by ``as_of``, to be laid over facts. ``is_any`` false: there are none, and counting pays nothing.

    ``with_excluded``: excluded tickets, imported ones included, counted as if nobody had excluded them (rules.md §6: "with them
    back in"); answers replaced by an appeal stay replaced.
    """

    as_of: contract.Instant
    is_any: bool
    with_excluded: bool = False

    def over(self, facts: Select[Any]) -> FromClause:
        """The same rows and columns with ``is_excluded`` and the counted answer as the decided cases have them.

        A replaced answer leaves the ticket in the period where the first one placed it.
        """
        rows = facts.subquery()
        if not self.is_any and not self.with_excluded:
            return rows
        if not self.is_any:
            return select(*_columns(rows, {"is_excluded": false()})).subquery()
        ruled = _by_ticket(self.as_of).subquery()
        has_answer = ruled.c.has_answer.is_(True)
        excluded = false() if self.with_excluded else or_(rows.c.is_excluded, ruled.c.is_out.is_(True))
        answers = {name: case((has_answer, ruled.c[name]), else_=rows.c[name]) for name in ANSWERS}
        changed = answers | {
            "is_excluded": excluded,
            "reached": or_(rows.c.reached, has_answer),
            "is_pending": and_(rows.c.is_pending, not_(has_answer)),
        }
        joined = rows.outerjoin(ruled, ruled.c.ticket_id == rows.c.ticket_id)
        return select(*_columns(rows, changed)).select_from(joined).subquery()

    def standing(self, rows: Any) -> ColumnElement[bool]:
        """For rows with ``ticket_id`` and ``is_excluded`` alone: whether their ticket counts."""
        if self.with_excluded:
            return true()
        is_in: ColumnElement[bool] = not_(rows.is_excluded)
        if not self.is_any:
            return is_in
        out = select(ExclusionCase.ticket_id).where(*_granted(self.as_of), ExclusionCase.remedy == Remedy.EXCLUDE)
        return and_(is_in, rows.ticket_id.not_in(out))


def rulings(session: Session, as_of: datetime, *, with_excluded: bool = False) -> Rulings:
    """What was decided at or before ``as_of``."""
    return Rulings(as_of, bool(session.scalar(select(any_granted(as_of)))), with_excluded)


def any_granted(as_of: contract.Instant) -> ColumnElement[bool]:
    """Whether anything was, as a column of another question."""
    return exists().where(*_granted(as_of))


def decided_between(after: ColumnElement[datetime], until: ColumnElement[datetime]) -> ColumnElement[Sequence[int]]:
    """The tickets with a case that was granted after ``after`` and by ``until``, as a column of another question."""
    granted = select(ExclusionCase.ticket_id).where(*_granted(until), ExclusionCase.decided_at > after)
    return func.array(granted.scalar_subquery(), type_=ARRAY(BigInteger))


def _granted(as_of: contract.Instant) -> list[ColumnElement[bool]]:
    return [ExclusionCase.state == _GRANTED, ExclusionCase.decided_at <= as_of]


def _by_ticket(as_of: contract.Instant) -> Select[Any]:
    """One row per ticket with a granted case; of several answers the one decided last."""
    is_answer = ExclusionCase.remedy == Remedy.ANSWER
    last_first = (ExclusionCase.decided_at.desc(), ExclusionCase.case_id.desc())
    answers = [
        func.array_agg(aggregate_order_by(getattr(ExclusionCase, name), *last_first)).filter(is_answer)[1].label(name)
        for name in ANSWERS
    ]
    is_out = func.bool_or(ExclusionCase.remedy == Remedy.EXCLUDE).label("is_out")
    has_answer = func.bool_or(is_answer).label("has_answer")
    rows = select(ExclusionCase.ticket_id, is_out, has_answer, *answers)
    return rows.where(*_granted(as_of)).group_by(ExclusionCase.ticket_id)


def _columns(rows: FromClause, changed: dict[str, Any]) -> list[ColumnElement[Any]]:
    return [changed[column.name].label(column.name) if column.name in changed else column for column in rows.c]
