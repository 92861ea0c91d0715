"""How well the hotline dispatched: the tickets of a period that no dispute has ever brought back (rules.md §3, charged to it)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, not_, select
from sqlalchemy.orm import Session

from assessment import conditions, facts
from assessment.exclusions.counting import rulings
from assessment.metrics import Rate
from assessment.periods import Period
from assessment.schemes.model import Scheme
from dispatch import contract


@dataclass(frozen=True)
class Accuracy:
    """One period. ``dispatched``: by the instant asked, excluded and merged ones left out; ``returned`` of them by an upheld dispute
    at least once; ``waiting``: of the returned those that nobody has at that instant."""

    period: Period
    dispatched: int
    returned: int
    waiting: int
    excluded: int

    @property
    def rate(self) -> Rate:
        """Never returned ÷ dispatched."""
        return Rate(Fraction(self.dispatched - self.returned), self.dispatched, self.excluded)


@dataclass(frozen=True)
class Returned:
    """A ticket that came back, and how often."""

    ticket_id: int
    ticket_no: str
    dispatched_at: datetime
    returns: int
    is_waiting: bool


def accuracy(session: Session, scheme: Scheme, period: Period, as_of: datetime) -> Accuracy:
    """Of the kinds of ticket that the scheme judges, placed by its instant."""
    fact = _facts(session, scheme, period, as_of).c
    counts, came_back = not_(fact.is_excluded), _came_back(fact)
    found = session.execute(
        select(
            func.count().filter(counts),
            func.count().filter(counts, came_back),
            func.count().filter(counts, came_back, fact.lead_id.is_(None)),
            func.count().filter(fact.is_excluded),
        )
    ).one()
    return Accuracy(period, *found)


def last(session: Session, scheme: Scheme, period: Period, as_of: datetime, *, count: int) -> list[Accuracy]:
    """``accuracy`` of this period and of those before it, the newest first."""
    periods = [period]
    while len(periods) < count:
        periods.append(periods[-1].previous())
    return [accuracy(session, scheme, one, as_of) for one in periods]


def returned(
    session: Session, scheme: Scheme, period: Period, as_of: datetime, *, after: int = 0, limit: int
) -> Sequence[Returned]:
    """The tickets behind ``Accuracy.returned`` by ticket_id, at most ``limit`` of those after ``after``."""
    fact = _facts(session, scheme, period, as_of).c
    names = (fact.ticket_id, fact.ticket_no, fact.dispatched_at, fact.returns, fact.lead_id.is_(None))
    query = select(*names).where(not_(fact.is_excluded), _came_back(fact), fact.ticket_id > after)
    return [Returned(*row) for row in session.execute(query.order_by(fact.ticket_id).limit(limit))]


def _facts(session: Session, scheme: Scheme, period: Period, as_of: datetime) -> FromClause:
    rows = contract.dispatched_facts(as_of, facts.span_of(scheme, period)).subquery()
    return rulings(session, as_of).over(select(rows))


def _came_back(fact: Any) -> ColumnElement[bool]:
    """The opposite of ``first_dispatched`` of the units' indicator: one word, one meaning."""
    return and_(not_(fact.is_excluded), not_(conditions.extra_conditions(fact)["first_dispatched"]))
