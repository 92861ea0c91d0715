"""The counts of an open period: as last copied, less what changed since as it was, plus the same as it is now (rules.md §6).

The same numbers as counting the whole month gives, at the price of what changed: nothing here is nearly right. Where it cannot be
known (nothing kept, too much changed, another instant asked for, units changed), the answer is None and the month is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Text, bindparam, func, select
from sqlalchemy.orm import Session

from assessment import facts
from assessment.counted import FIELDS, Counts
from assessment.exclusions import counting as cases
from assessment.exclusions.counting import Rulings
from assessment.periods import Period
from assessment.running.models import OpenCount, OpenFact, OpenSpan
from assessment.schemes.model import CountBy, Scheme
from dispatch import contract

MOST_CHANGED = 5_000
Numbers = dict[str, dict[str, int]]


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
    """What ``facts.counts`` answers, from the kept rows where they allow it."""
    found = None if with_excluded else _kept(session, scheme, period, group, as_of, with_pending)
    if found is not None:
        return found
    asked = {"with_pending": with_pending, "with_excluded": with_excluded}
    return facts.counts(session, scheme, period, group, as_of, **asked)


def kept_span(session: Session, span: contract.Span) -> OpenSpan | None:
    """The header of the kept rows of exactly these tickets."""
    return session.scalar(
        select(OpenSpan).where(
            OpenSpan.instant == span.instant,
            OpenSpan.starts_at == span.start,
            OpenSpan.ends_at == span.end,
            OpenSpan.kinds == ",".join(sorted(span.kinds)),
        )
    )


def changed(session: Session, kept: OpenSpan, *, at: datetime, most: int) -> frozenset[int] | None:
    """The tickets whose kept rows may no longer be so: with later events, or with a case decided since. None: more than ``most``."""
    from assessment.running.keeping import MARGIN

    moved = contract.changed_since(session, kept.seal_id, most=most)
    if moved is None:
        return None
    decided = cases.decided_between(session, kept.as_of - MARGIN, at)
    return moved | decided if len(moved) + len(decided) <= most else None


def _kept(
    session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime, with_pending: bool
) -> dict[str, Counts] | None:
    if scheme.count_by is not CountBy.TICKET:
        return None
    span = facts.span_of(scheme, period)
    kept = kept_span(session, span)
    if kept is None or kept.as_of > as_of or kept.directory != contract.directory_version(session):
        return None
    stale = changed(session, kept, at=as_of, most=MOST_CHANGED)
    if stale is None:
        return None
    ids = sorted(stale)
    ruled = cases.rulings(session, as_of)
    numbers = _base(session, kept.open_span_id, group, ids, as_of)
    if numbers is None:
        return None
    for code, more in _now(session, group, ruled, span, ids).items():
        mine = numbers.setdefault(code, {})
        for name, value in more.items():
            mine[name] = mine.get(name, 0) + value
    wanted = facts.fields_of(scheme, with_pending=with_pending)
    counted = {
        code: Counts(**{name: mine[name] for name in wanted if name in mine})
        for code, mine in numbers.items()
        if any(mine[name] for name in ("received", "excluded"))
    }
    return facts.with_aside(counted, facts.aside_of(session, scheme, period, group, ruled))


def _base(session: Session, span_id: int, group: str, ids: Sequence[int], as_of: datetime) -> Numbers | None:
    """The kept counts less those of the kept facts of ``ids``, in one statement: both as one copying left them."""
    statement, names = _less()
    found: Numbers = {}
    rows = session.connection().execute(statement, {"span_id": span_id, "of_group": group, "ids": list(ids)})
    for code, kept, kept_at, *gone in rows:
        if kept_at > as_of:
            return None  # copied again meanwhile, later than what was asked
        found[code] = {name: kept[name] - (number or 0) for name, number in zip(names, gone, strict=True)}
    return found


@cache
def _less() -> tuple[Select[Any], tuple[str, ...]]:
    """The statement of ``_base``, put together once; and the fields that follow code, kept counts and instant."""
    span_id, of_group = bindparam("span_id", type_=BigInteger), bindparam("of_group", type_=Text)
    ids = func.any_(bindparam("ids", type_=ARRAY(BigInteger)))
    fact, span, kept = OpenFact.__table__, OpenSpan.__table__, OpenCount.__table__
    joined, peer_group, unit_id = contract.charged(fact)
    old = (
        select(unit_id.label("unit_id"), *facts.sums(fact.c, facts.Asked(with_pending=True)))
        .select_from(joined)
        .where(fact.c.open_span_id == span_id, peer_group == of_group, fact.c.ticket_id == ids)
        .group_by(unit_id)
        .subquery()
    )
    codes, names = contract.unit_codes().subquery(), tuple(sorted(FIELDS & set(old.c.keys())))
    statement = (
        select(codes.c.code, kept.c.counts, span.c.as_of, *(old.c[name] for name in names))
        .join_from(kept, span, span.c.open_span_id == kept.c.open_span_id)
        .join(codes, codes.c.unit_id == kept.c.unit_id)
        .outerjoin(old, old.c.unit_id == kept.c.unit_id)
        .where(kept.c.open_span_id == span_id, kept.c.peer_group == of_group)
    )
    return statement, names


def _now(session: Session, group: str, ruled: Rulings, span: contract.Span, ids: Sequence[int]) -> Numbers:
    """The counts of these tickets as they are."""
    if not ids:
        return {}
    fact = ruled.over(select(contract.facts_among(group, ruled.as_of, span, ids).subquery()))
    tally = select(fact.c.unit_id, *facts.sums(fact.c, facts.Asked(with_pending=True))).group_by(fact.c.unit_id)
    rows, codes = tally.subquery(), contract.unit_codes().subquery()
    names = sorted(FIELDS & set(rows.c.keys()))
    found = session.execute(
        select(codes.c.code, *(rows.c[name] for name in names)).join_from(
            rows, codes, codes.c.unit_id == rows.c.unit_id
        )
    )
    return {code: dict(zip(names, numbers, strict=True)) for code, *numbers in found}
