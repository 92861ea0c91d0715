"""Counting (rules.md §6–8): the one statement that turns the contract's facts into ``Counts`` per unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    text,
    union_all,
)
from sqlalchemy.orm import Session

from assessment.counted import FIELDS, Counts, pool
from assessment.exclusions.counting import Rulings, rulings
from assessment.given import queries as given
from assessment.periods import Period
from assessment.schemes.model import CountBy, Indicator, Point, Scheme
from dispatch import contract

BLAMES = frozenset({"red_cards", "lost_disputes"})
TOPICS = Point.PROACTIVE_TOPICS.value  # counted by people, not by us: a given value (``given``)
STEPS = frozenset(contract.STEP_COUNTS)
_EXTRA = frozenset({"completed", "first_dispatched", "redone"})  # of ``extra_conditions``
# Fields of ``Counts`` that cost something and are counted only for schemes that ask.
ASKED_BY: dict[Indicator | Point, tuple[str, ...]] = {
    Indicator.CLOSED: ("completed",),
    Indicator.FIRST_DISPATCH: ("first_dispatched",),
    Indicator.REDO: ("redone",),
    Indicator.REPEATS: ("came_back",),
    Indicator.LOST_DISPUTES: ("lost_disputes",),
    Indicator.ACKNOWLEDGED_IN_TIME: ("acknowledge_due", "acknowledged_in_time"),
    Indicator.FIRST_CONTACT_IN_TIME: ("contact_due", "contacted_in_time"),
    Point.RED_CARDS: ("red_cards",),
    Point.LOST_DISPUTES: ("lost_disputes",),
    Point.PROACTIVE_TOPICS: (TOPICS,),
    Point.REDONE: ("redone",),
    Point.CAME_BACK: ("came_back",),
}

# The planner expects eight kilobytes of each unit's list of late tickets, and would rather sort a million rows on the disk.
HASHED = text("SET LOCAL work_mem = '32MB'")


@dataclass(frozen=True)
class Asked:
    """What to count beyond the fields that every table shows. With ``with_pending`` every part that a page opens is counted."""

    with_pending: bool = False
    extras: frozenset[str] = frozenset()


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
    asked = Asked(with_pending, extras(scheme))
    session.execute(HASHED)
    tallies: list[Iterable[tuple[str, Counts]]] = [_read(session, _tallies(group, ruled, span, asked))]
    if scheme.count_by is CountBy.VOICE:
        tallies.append(_read(session, _voices(group, ruled, span, asked)))
    found: dict[str, list[Counts]] = {}
    for tally in tallies:
        for code, counted in tally:
            found.setdefault(code, []).append(counted)
    pooled = {code: several[0] if len(several) == 1 else pool(several) for code, several in found.items()}
    return with_aside(pooled, aside_of(session, scheme, period, group, ruled))


def with_aside(counts: Mapping[str, Counts], aside: Mapping[str, Mapping[str, int]]) -> dict[str, Counts]:
    """``counts`` with what was counted apart, by unit code."""
    return {**counts, **{code: replace(counts.get(code, Counts()), **more) for code, more in aside.items()}}


def extras(scheme: Scheme) -> frozenset[str]:
    """The fields of ``ASKED_BY`` that its indicators and points are made of."""
    asking: list[Indicator | Point] = [*scheme.indicators, *(rule.of for rule in scheme.points)]
    return frozenset(name for one in asking for name in ASKED_BY.get(one, ()))


def fields_of(scheme: Scheme, *, with_pending: bool) -> frozenset[str]:
    """The fields of ``Counts`` that ``counts`` fills from the facts for this scheme."""
    if with_pending:
        return FIELDS
    return FIELDS - {"pending"} - (_EXTRA - extras(scheme))


def aside(session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime) -> dict[str, dict[str, int]]:
    """By unit code: what is counted apart from the facts (cards, lost disputes, first steps), where the scheme asks; else nothing."""
    return aside_of(session, scheme, period, group, rulings(session, as_of))


def parts(
    session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime
) -> list[tuple[FromClause, bool]]:
    """The facts of the period as they count, decided cases laid over them, in disjoint parts: (rows, whether they are voices)."""
    span, ruled = span_of(scheme, period), rulings(session, as_of)
    found = [(ruled.over(part), False) for part in contract.fact_parts(group, as_of, span)]
    if scheme.count_by is CountBy.VOICE:
        found.append((ruled.over(contract.voices(group, as_of, span)), True))
    return found


def aside_of(session: Session, scheme: Scheme, period: Period, group: str, ruled: Rulings) -> dict[str, dict[str, int]]:
    """``aside`` by cases already asked for."""
    span, asked = span_of(scheme, period), extras(scheme)
    found: dict[str, dict[str, int]] = {}
    for names, rows in ((BLAMES, contract.blames), (STEPS, contract.steps)):
        if not names & asked:
            continue
        # Blames are few and counted together: whoever asks for one of them is given both.
        wanted = sorted(names if names is BLAMES else names & asked)
        tally = _summed(rows(group, ruled.as_of, span).subquery(), wanted, ruled)
        for row in session.execute(tally).mappings():
            found.setdefault(row["code"], {}).update({name: int(row[name]) for name in wanted})
    if TOPICS in asked:
        for code, value in given.values(session, [TOPICS], period.name, ruled.as_of).items():
            found.setdefault(code, {})[TOPICS] = int(value[TOPICS])
    return found


def span_of(scheme: Scheme, period: Period) -> contract.Span:
    """Which tickets belong to the period under the scheme."""
    kinds = frozenset(kind.value for kind in scheme.kinds)
    return contract.Span(scheme.placed_by.value, period.start, period.end, kinds)


def _tallies(group: str, ruled: Rulings, span: contract.Span, asked: Asked) -> CompoundSelect[Any]:
    """One scan counts the tickets whose columns tell what was known and collects the ids of the others, which are few."""
    fact = ruled.over(contract.at_a_glance(group, ruled.as_of, span))
    late_ids = func.array_agg(fact.c.ticket_id).filter(fact.c.is_late).label("late_ids")
    glance = (
        select(fact.c.unit_id, fact.c.is_late, late_ids, *sums(fact.c, asked))
        .group_by(fact.c.unit_id, fact.c.is_late)
        .cte("glance")
    )
    timely = select(glance).where(not_(glance.c.is_late))
    ids: Select[Any] = select(func.unnest(glance.c.late_ids).label("ticket_id")).where(glance.c.is_late)
    late = ruled.over(contract.looked_up(group, ruled.as_of, span, ids))
    others = select(late.c.unit_id, *sums(late.c, asked)).group_by(late.c.unit_id)
    return union_all(_by_code(timely), _by_code(others))


def _voices(group: str, ruled: Rulings, span: contract.Span, asked: Asked) -> Select[Any]:
    """Each caller merged into another ticket counts on their own (rules.md §5); what is an assignment's stays with the ticket."""
    voice = ruled.over(contract.voices(group, ruled.as_of, span))
    return _by_code(select(voice.c.unit_id, *sums(voice.c, asked)).group_by(voice.c.unit_id))


def sums(fact: Any, asked: Asked) -> list[ColumnElement[int]]:
    """One labelled count per field of ``Counts`` that facts fill, over rows with the columns of ``contract.TicketFact``.

    Plain comparisons and ``count(*) FILTER``: any engine that knows SQL:2003 counts the same from the same rows.
    """
    extra = {
        name: condition
        for name, condition in extra_conditions(fact).items()
        if asked.with_pending or name in asked.extras
    }
    counted = [_count(condition).label(name) for name, condition in (conditions(fact) | extra).items()]
    pending = _count(and_(not_(fact.is_excluded), fact.is_pending)) if asked.with_pending else literal(0)
    return [*counted, pending.label("pending")]


def _summed(rows: FromClause, names: Sequence[str], ruled: Rulings) -> Select[Any]:
    sums = [func.sum(rows.c[name]).label(name) for name in names]
    return _by_code(select(rows.c.unit_id, *sums).where(ruled.standing(rows.c)).group_by(rows.c.unit_id))


def by_code(tally: Select[Any]) -> tuple[Select[Any], tuple[str, ...]]:
    """``tally`` with the unit's code in place of its id, then the fields of ``Counts`` in it; and which these are.

    Codes joined after the grouping, so that text is handled once per unit and not once per ticket.
    """
    rows, units = tally.subquery(), contract.unit_codes().subquery()
    names = tuple(sorted(FIELDS & set(rows.c.keys())))
    joined = select(units.c.code, *(rows.c[name] for name in names)).join_from(
        rows, units, units.c.unit_id == rows.c.unit_id
    )
    return joined, names


def _by_code(tally: Select[Any]) -> Select[Any]:
    return by_code(tally)[0]


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


def extra_conditions(fact: Any) -> dict[str, ColumnElement[bool]]:
    """The same for the fields that only some schemes ask for (``ASKED_BY``)."""
    received = not_(fact.is_excluded)
    return {
        "completed": and_(received, fact.completed_at.is_not(None)),
        "first_dispatched": and_(received, fact.returns == 0),
        "redone": and_(received, fact.reached, not_(fact.is_withdrawn), fact.redos > 0),
    }


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _read(session: Session, statement: Any) -> Iterable[tuple[str, Counts]]:
    for row in session.execute(statement).mappings():
        yield row["code"], Counts(**{name: int(value) for name, value in row.items() if name in FIELDS})
