"""The counts of an open period: as last copied, less what changed since as it was, plus the same as it is now (rules.md §6).

The same numbers as counting the whole month gives, at the price of what changed: nothing here is nearly right. Where it cannot be
known (nothing kept, too much changed, another instant asked for, units changed), the month is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import add, sub

from sqlalchemy.orm import Session

from assessment import conditions, facts
from assessment.counted import Counts
from assessment.exclusions.counting import Rulings
from assessment.periods import Period
from assessment.running import held
from assessment.running.looking import Look, look
from assessment.schemes.model import CountBy, Scheme

TRIES = 3  # a month is copied once a minute at most: who meets it in the middle asks again


def counts(
    session: Session,
    scheme: Scheme,
    period: Period,
    group: str,
    as_of: datetime,
    *,
    with_pending: bool = False,
    with_excluded: bool = False,
) -> Mapping[str, Counts]:
    """What ``facts.counts`` answers, from the kept rows where they allow it."""
    periods = {period: with_pending}
    return counts_of(session, scheme, periods, group, as_of, with_excluded=with_excluded)[period]


def counts_of(
    session: Session,
    scheme: Scheme,
    periods: Mapping[Period, bool],
    group: str,
    as_of: datetime,
    *,
    with_excluded: bool = False,
) -> dict[Period, Mapping[str, Counts]]:
    """The same of several periods, asked for together: whether with the pending, by period."""
    found = {} if with_excluded else _kept(session, scheme, periods, group, as_of)
    for period, with_pending in periods.items():
        if period not in found:
            asked = {"with_pending": with_pending, "with_excluded": with_excluded}
            found[period] = facts.counts(session, scheme, period, group, as_of, **asked)
    return found


def _kept(
    session: Session, scheme: Scheme, periods: Mapping[Period, bool], group: str, as_of: datetime
) -> dict[Period, Mapping[str, Counts]]:
    """Those that the kept rows can tell."""
    found: dict[Period, Mapping[str, Counts]] = {}
    if scheme.count_by is not CountBy.TICKET:
        return found
    wanted = {pending: conditions.fields_of(scheme, with_pending=pending) for pending in set(periods.values())}
    for _try in range(TRIES):
        spans = {facts.span_of(scheme, period): period for period in periods if period not in found}
        looked = look(session, tuple(spans), group, as_of)
        for span, one in (looked or {}).items():
            period = spans[span]
            counted = _laid_over(one, wanted[periods[period]])
            aside = facts.aside_of(session, scheme, period, group, as_of, Rulings(as_of, one.is_any))
            found[period] = facts.with_aside(counted, aside) if aside else counted
        if looked is None or len(found) == len(periods):
            break
    return found


def _laid_over(found: Look, wanted: frozenset[str]) -> Mapping[str, Counts]:
    """The kept counts with those of the changed tickets exchanged."""
    base, kept = found.base, found.base.counts(wanted)
    if found.gone == found.fresh:
        return kept
    counts = dict(kept)
    for code in found.gone.keys() | found.fresh.keys():
        one = held.counted(base.names, _exchanged(found, code), wanted)
        counts.pop(code, None)
        if one is not None:
            counts[code] = one
    return counts


def _exchanged(found: Look, code: str) -> tuple[int, ...]:
    nothing = (0,) * len(found.base.names)
    left = map(sub, found.base.numbers.get(code, nothing), found.gone.get(code, nothing))
    return tuple(map(add, left, found.fresh.get(code, nothing)))
