"""Counting (rules.md §6–8): the one statement that turns the contract's facts into ``Counts`` per unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from assessment.exclusions.counting import Rulings, rulings
from assessment.metrics import Counts, pool
from assessment.periods import Period
from assessment.schemes.model import CountBy, Scheme
from dispatch import contract

BLAMES = ("red_cards", "lost_disputes")
FIELDS = frozenset(field.name for field in fields(Counts))


def counts(
    session: Session,
    scheme: Scheme,
    period: Period,
    group: str,
    as_of: datetime,
    *,
    with_pending: bool = False,
    with_excluded: bool = False,
) -> dict[str, Counts]:
    """``Counts`` by unit code of every unit charged with a ticket of the period; integers from one statement.

    ``pending`` is counted only when asked for: it costs a look at the follow-ups of those not reached. ``with_excluded``:
    excluded tickets are counted as if nobody had excluded them.
    """
    span = span_of(scheme, period)
    ruled = rulings(session, as_of, with_excluded=with_excluded)
    tallies: list[Iterable[tuple[str, Counts]]] = [_read(session, _tallies(group, ruled, span, with_pending))]
    if scheme.count_by is CountBy.VOICE:
        tallies.append(_read(session, _voices(group, ruled, span, with_pending)))
    tallies.append(_blamed(session, scheme, period, group, ruled).items())
    found: dict[str, list[Counts]] = {}
    for tally in tallies:
        for code, counted in tally:
            found.setdefault(code, []).append(counted)
    return {code: pool(several) for code, several in found.items()}


def blamed(session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime) -> dict[str, Counts]:
    """By unit code: red cards and lost disputes, where the scheme gives points for them; else nothing is asked."""
    return _blamed(session, scheme, period, group, rulings(session, as_of))


def parts(
    session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime
) -> list[tuple[FromClause, bool]]:
    """The facts of the period as they count, decided cases laid over them, in disjoint parts: (rows, whether they are voices)."""
    span, ruled = span_of(scheme, period), rulings(session, as_of)
    found = [(ruled.over(part), False) for part in contract.fact_parts(group, as_of, span)]
    if scheme.count_by is CountBy.VOICE:
        found.append((ruled.over(contract.voices(group, as_of, span)), True))
    return found


def _blamed(session: Session, scheme: Scheme, period: Period, group: str, ruled: Rulings) -> dict[str, Counts]:
    if not any(rule.of.value in BLAMES for rule in scheme.points):
        return {}
    return dict(_read(session, _blames(group, ruled, span_of(scheme, period))))


def span_of(scheme: Scheme, period: Period) -> contract.Span:
    """Which tickets belong to the period under the scheme."""
    kinds = frozenset(kind.value for kind in scheme.kinds)
    return contract.Span(scheme.placed_by.value, period.start, period.end, kinds)


def _tallies(group: str, ruled: Rulings, span: contract.Span, with_pending: bool) -> CompoundSelect[Any]:
    """One scan counts the tickets whose columns tell what was known and collects the ids of the others, which are few."""
    fact = ruled.over(contract.at_a_glance(group, ruled.as_of, span))
    late_ids = func.array_agg(fact.c.ticket_id).filter(fact.c.is_late).label("late_ids")
    glance = (
        select(fact.c.unit_id, fact.c.is_late, late_ids, *sums(fact.c, with_pending))
        .group_by(fact.c.unit_id, fact.c.is_late)
        .cte("glance")
    )
    timely = select(glance).where(not_(glance.c.is_late))
    ids: Select[Any] = select(func.unnest(glance.c.late_ids).label("ticket_id")).where(glance.c.is_late)
    late = ruled.over(contract.looked_up(group, ruled.as_of, span, ids))
    others = select(late.c.unit_id, *sums(late.c, with_pending)).group_by(late.c.unit_id)
    return union_all(_by_code(timely), _by_code(others))


def _voices(group: str, ruled: Rulings, span: contract.Span, with_pending: bool) -> Select[Any]:
    """Each caller merged into another ticket counts on their own (rules.md §5); what is an assignment's stays with the ticket."""
    voice = ruled.over(contract.voices(group, ruled.as_of, span))
    return _by_code(select(voice.c.unit_id, *sums(voice.c, with_pending)).group_by(voice.c.unit_id))


def sums(fact: Any, with_pending: bool) -> list[ColumnElement[int]]:
    """One labelled count per field of ``Counts`` that facts fill, over rows with the columns of ``contract.TicketFact``."""
    counted = [_count(condition).label(name) for name, condition in conditions(fact).items()]
    pending = _count(and_(not_(fact.is_excluded), fact.is_pending)) if with_pending else literal(0)
    return [*counted, pending.label("pending")]


def _blames(group: str, ruled: Rulings, span: contract.Span) -> Select[Any]:
    rows = contract.blames(group, ruled.as_of, span).subquery()
    blames = [func.sum(rows.c[name]).label(name) for name in BLAMES]
    return _by_code(select(rows.c.unit_id, *blames).where(ruled.standing(rows.c)).group_by(rows.c.unit_id))


def _by_code(tally: Select[Any]) -> Select[Any]:
    """Codes joined after the grouping, so that text is handled once per unit and not once per ticket."""
    rows, units = tally.subquery(), contract.unit_codes().subquery()
    numbers = [column for column in rows.c if column.name in FIELDS]
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
    for row in session.execute(statement).mappings():
        yield row["code"], Counts(**{name: int(value) for name, value in row.items() if name in FIELDS})
