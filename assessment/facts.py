"""Counting (rules.md §6–8): the one statement that turns the contract's facts into ``Counts`` per unit, by ``conditions``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Result,
    Select,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from assessment.conditions import BLAMES, STEPS, TOPICS, Asked, added, extras, sums, sums_apart
from assessment.counted import FIELDS, Counts, pool
from assessment.exclusions.counting import Rulings, rulings
from assessment.given import queries as given
from assessment.periods import Period
from assessment.schemes.model import CountBy, Scheme
from dispatch import contract

# The planner expects eight kilobytes of each unit's list of late tickets, and would rather sort a million rows on the disk.
HASHED = text("SET LOCAL work_mem = '32MB'")

FORMS = 96  # five schemes, four groups, with and without decided cases, and what is asked beside
Parts = tuple[tuple[FromClause, bool], ...]
_AS_OF, _START, _END, _SINCE, _TURN, _UNTIL = (
    bindparam(name, type_=TIMESTAMP(timezone=True))
    for name in ("as_of", "starts_at", "ends_at", "since", "turn", "until")
)


@dataclass(frozen=True)
class Form:
    """What makes one question another than the same asked of another period or instant: a statement is put together once for each
    in a process, since that costs several times what it costs to send it."""

    instant: str
    kinds: frozenset[str]
    group: str
    is_any: bool
    with_excluded: bool
    turns: bool = False  # whether the tree of units changes after the period has begun: tickets are then told by when they went out

    @property
    def span(self) -> contract.Span:
        """The tickets of the period, which is told when the statement is asked."""
        return contract.Span(self.instant, _START, _END, self.kinds)

    @property
    def ruled(self) -> Rulings:
        """The cases decided by the instant, which is told too."""
        return Rulings(_AS_OF, self.is_any, self.with_excluded)


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
    ruled = rulings(session, as_of, with_excluded=with_excluded)
    asked = Asked(with_pending, extras(scheme))
    edges = contract.edges_around(session, group, period.start)
    told = _told(as_of, period) | asdict(edges)
    connection = session.connection()
    connection.execute(HASHED)
    found: dict[str, list[Counts]] = {}
    form = replace(_form(scheme, group, ruled), turns=edges.turns)
    for tally in _tallies(form, asked, scheme.count_by is CountBy.VOICE):
        for code, counted in _read(connection.execute(tally, told)):
            found.setdefault(code, []).append(counted)
    pooled = {code: several[0] if len(several) == 1 else pool(several) for code, several in found.items()}
    return with_aside(pooled, aside_of(session, scheme, period, group, as_of, ruled))


def with_aside(counts: Mapping[str, Counts], aside: Mapping[str, Mapping[str, int]]) -> dict[str, Counts]:
    """``counts`` with what was counted apart, by unit code."""
    return {**counts, **{code: replace(counts.get(code, Counts()), **more) for code, more in aside.items()}}


def aside(session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime) -> dict[str, dict[str, int]]:
    """By unit code: what is counted apart from the facts (cards, lost disputes, first steps), where the scheme asks; else nothing."""
    return aside_of(session, scheme, period, group, as_of, rulings(session, as_of))


def parts(session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime) -> Parts:
    """The facts of the period as they count, decided cases laid over them, in disjoint parts: (rows, whether they are voices)."""
    ruled, by_voice = rulings(session, as_of), scheme.count_by is CountBy.VOICE
    return _laid_over(ruled, group, as_of, span_of(scheme, period), by_voice)


@lru_cache(maxsize=FORMS)
def asked_parts(form: Form, by_voice: bool) -> Parts:
    """The same for a statement that is put together once: the instant and the period are told when it is asked (``question``)."""
    return _laid_over(form.ruled, form.group, _AS_OF, form.span, by_voice)


def question(
    session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime
) -> tuple[Form, dict[str, datetime]]:
    """Which form a question about the facts has, and what is told with it."""
    return _form(scheme, group, rulings(session, as_of)), _told(as_of, period)


def _laid_over(ruled: Rulings, group: str, as_of: contract.Instant, span: contract.Span, by_voice: bool) -> Parts:
    found = [(ruled.over(part), False) for part in contract.fact_parts(group, as_of, span)]
    voices = [(ruled.over(contract.voices(group, as_of, span)), True)] if by_voice else []
    return *found, *voices


def aside_of(
    session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime, ruled: Rulings
) -> dict[str, dict[str, int]]:
    """``aside`` by cases already asked for."""
    asked = extras(scheme)
    form, told = _form(scheme, group, ruled), _told(as_of, period)
    found: dict[str, dict[str, int]] = {}
    for names in (BLAMES, STEPS):
        if not names & asked:
            continue
        # Blames are few and counted together: whoever asks for one of them is given both.
        wanted = tuple(sorted(names if names is BLAMES else names & asked))
        for row in session.connection().execute(_summed(form, wanted, names is BLAMES), told).mappings():
            found.setdefault(row["code"], {}).update({name: int(row[name]) for name in wanted})
    if TOPICS in asked:
        for code, value in given.values(session, [TOPICS], period.name, as_of).items():
            found.setdefault(code, {})[TOPICS] = int(value[TOPICS])
    return found


def span_of(scheme: Scheme, period: Period) -> contract.Span:
    """Which tickets belong to the period under the scheme."""
    return contract.Span(scheme.placed_by.value, period.start, period.end, _kinds(scheme))


def _kinds(scheme: Scheme) -> frozenset[str]:
    return frozenset(kind.value for kind in scheme.kinds)


def _form(scheme: Scheme, group: str, ruled: Rulings) -> Form:
    return Form(scheme.placed_by.value, _kinds(scheme), str(group), ruled.is_any, ruled.with_excluded)


def _told(as_of: datetime, period: Period) -> dict[str, datetime]:
    return {"as_of": as_of, "starts_at": period.start, "ends_at": period.end}


@lru_cache(maxsize=FORMS)
def _tallies(form: Form, asked: Asked, by_voice: bool) -> tuple[CompoundSelect[Any] | Select[Any], ...]:
    """What to ask for the counts, which are added: of tickets, and for schemes that count by voice of each caller merged into
    another ticket, who counts on their own (rules.md §5); what is an assignment's stays with the ticket."""
    tallies: list[CompoundSelect[Any] | Select[Any]] = [_of_tickets(form, asked)]
    if by_voice:
        voice = form.ruled.over(contract.voices(form.group, _AS_OF, form.span))
        tallies.append(_by_code(select(voice.c.unit_id, *sums(voice.c, asked)).group_by(voice.c.unit_id)))
    return tuple(tallies)


def _of_tickets(form: Form, asked: Asked) -> CompoundSelect[Any]:
    """One scan counts the tickets whose columns tell what was known, by lead, and collects the ids of the others, which are few:
    those known otherwise at that instant, and those dispatched when the tree of units was neither of the two of ``Edges``."""
    fact = form.ruled.over(contract.leads_at_a_glance(_AS_OF, form.span))
    is_apart = _is_apart(form, fact.c).label("is_apart")
    apart_ids = func.array_agg(fact.c.ticket_id).filter(is_apart).label("apart_ids")
    kinds, counted = sums_apart(fact.c, asked)
    alike = [fact.c.lead_id, is_apart, *kinds]
    alike += [(fact.c.dispatched_at >= _TURN).label("is_after")] if form.turns else []
    glance = select(*alike, apart_ids, *counted).group_by(*alike).cte("glance")
    ids: Select[Any] = select(func.unnest(glance.c.apart_ids).label("ticket_id")).where(glance.c.is_apart)
    others = form.ruled.over(contract.looked_up(form.group, _AS_OF, form.span, ids))
    one_by_one = select(others.c.unit_id, *sums(others.c, asked)).group_by(others.c.unit_id)
    by_lead = select(glance).where(not_(glance.c.is_apart)).subquery()
    return union_all(
        _by_code(_charged(form, by_lead, added(by_lead.c, fact.c, asked))),
        _by_code(one_by_one),
    )


def _is_apart(form: Form, fact: Any) -> ColumnElement[bool]:
    later = [fact.dispatched_at >= _UNTIL] if form.turns else []
    return or_(fact.is_late, fact.dispatched_at < _SINCE, *later)


def _charged(form: Form, by_lead: FromClause, counted: list[ColumnElement[int]]) -> Select[Any]:
    """The counts of the leads, added up for the unit of the group that answers for each."""
    instant = case((by_lead.c.is_after, _TURN), else_=_SINCE) if form.turns else _SINCE
    joined, unit_id = contract.charged_at(by_lead, instant, form.group)
    columns: list[Any] = [unit_id.label("unit_id"), *counted]
    return select(*columns).select_from(joined).group_by(unit_id)


@lru_cache(maxsize=FORMS)
def _summed(form: Form, names: tuple[str, ...], is_blame: bool) -> Select[Any]:
    rows = (contract.blames if is_blame else contract.steps)(form.group, _AS_OF, form.span).subquery()
    sums = [func.sum(rows.c[name]).label(name) for name in names]
    return _by_code(select(rows.c.unit_id, *sums).where(form.ruled.standing(rows.c)).group_by(rows.c.unit_id))


def by_code(tally: Select[Any], *before: str) -> tuple[Select[Any], tuple[str, ...]]:
    """``tally`` with the unit's code in place of its id, then the fields of ``Counts`` in it; and which these are. ``before``: what
    of its columns comes before the code.

    Codes joined after the grouping, so that text is handled once per unit and not once per ticket.
    """
    rows, units = tally.subquery("t"), contract.unit_codes().subquery("u")
    names = tuple(sorted(FIELDS & set(rows.c.keys())))
    columns = [*(rows.c[name] for name in before), units.c.code, *(rows.c[name] for name in names)]
    return select(*columns).join_from(rows, units, units.c.unit_id == rows.c.unit_id), names


def _by_code(tally: Select[Any]) -> Select[Any]:
    return by_code(tally)[0]


def _read(rows: Result[Any]) -> Iterable[tuple[str, Counts]]:
    for row in rows.mappings():
        yield row["code"], Counts(**{name: int(value) for name, value in row.items() if name in FIELDS})
