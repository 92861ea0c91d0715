"""Counting (rules.md §6–8): the one statement that turns the contract's facts into ``Counts`` per unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import Session

from assessment.metrics import Counts, pool
from assessment.periods import Period
from assessment.schemes.model import Scheme
from dispatch import contract

BLAMES = ("red_cards", "lost_disputes")


def counts(
    session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime, *, with_pending: bool = False
) -> dict[str, Counts]:
    """``Counts`` by unit code of every unit charged with a ticket of the period; integers from one statement.

    ``pending`` is counted only when asked for: it costs a look at the follow-ups of those not reached.
    """
    span = span_of(scheme, period)
    parts = [_tally(part, with_pending) for part in contract.fact_parts(group, as_of, span)]
    tallies = [_read(session, union_all(*parts))]
    if any(rule.of.value in BLAMES for rule in scheme.points):
        tallies.append(_read(session, _blames(group, as_of, span)))
    found: dict[str, list[Counts]] = {}
    for tally in tallies:
        for code, counted in tally:
            found.setdefault(code, []).append(counted)
    return {code: pool(several) for code, several in found.items()}


def span_of(scheme: Scheme, period: Period) -> contract.Span:
    """Which tickets belong to the period under the scheme."""
    kinds = frozenset(kind.value for kind in scheme.kinds)
    return contract.Span(scheme.placed_by.value, period.start, period.end, kinds)


def _tally(part: Select[Any], with_pending: bool) -> Select[Any]:
    fact = part.subquery()
    sums = [_count(condition).label(name) for name, condition in conditions(fact.c).items()]
    pending = _count(and_(not_(fact.c.is_excluded), fact.c.is_pending)) if with_pending else literal(0)
    return _by_code(select(fact.c.unit_id, *sums, pending.label("pending")).group_by(fact.c.unit_id))


def _blames(group: str, as_of: datetime, span: contract.Span) -> Select[Any]:
    rows = contract.blames(group, as_of, span).subquery()
    sums = [func.sum(rows.c[name]).label(name) for name in BLAMES]
    return _by_code(select(rows.c.unit_id, *sums).group_by(rows.c.unit_id))


def _by_code(tally: Select[Any]) -> Select[Any]:
    """Codes joined after the grouping, so that text is handled once per unit and not once per ticket."""
    rows, units = tally.subquery(), contract.unit_codes().subquery()
    numbers = [column for column in rows.c if column.name != "unit_id"]
    return select(units.c.code, *numbers).join_from(rows, units, units.c.unit_id == rows.c.unit_id)


def conditions(fact: Any) -> dict[str, ColumnElement[bool]]:
    """By field of ``Counts``: which tickets it counts (rules.md §6 and §7)."""
    counts_at_all = not_(fact.is_excluded)
    valid = and_(counts_at_all, fact.reached, not_(fact.is_withdrawn))
    yes = fact.solved == "yes"
    return {
        "received": counts_at_all,
        "valid": valid,
        "contacted": and_(valid, fact.contacted),
        "yes": and_(valid, yes),
        "partly": and_(valid, fact.solved == "partly"),
        "satisfied": and_(valid, fact.satisfaction == "satisfied"),
        "basically": and_(valid, fact.satisfaction == "basically"),
        "excluded": fact.is_excluded,
        "first_contacted": and_(counts_at_all, fact.first_contact_at.is_not(None)),
        "on_time": and_(counts_at_all, fact.is_on_time),
        "explained_not_yes": and_(valid, fact.is_explained, or_(fact.solved.is_(None), not_(yes))),
        "unknown_contacted": and_(valid, fact.contacted.is_(None)),
        "unknown_solved": and_(valid, fact.solved.is_(None)),
        "unknown_satisfaction": and_(valid, fact.satisfaction.is_(None)),
    }


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _read(session: Session, statement: Any) -> Iterable[tuple[str, Counts]]:
    known = {field.name for field in fields(Counts)}
    for row in session.execute(statement).mappings():
        yield row["code"], Counts(**{name: int(value) for name, value in row.items() if name in known})
