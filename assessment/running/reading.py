"""The counts of an open period: as last copied, less what changed since as it was, plus the same as it is now (rules.md §6).

The same numbers as counting the whole month gives, at the price of what changed: nothing here is nearly right. Where it cannot be
known (nothing kept, too much changed, another instant asked for, units changed), the answer is None and the month is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import add, sub
from typing import Any

from sqlalchemy.orm import Session

from assessment import conditions, facts
from assessment.counted import Counts
from assessment.exclusions.counting import Rulings
from assessment.periods import Period
from assessment.running import held, statements
from assessment.running.changes import Told, changed_by
from assessment.running.held import Base, Numbers
from assessment.running.statements import Header
from assessment.schemes.model import CountBy, Scheme
from dispatch import contract

MOST_CHANGED = 5_000
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
    found = None if with_excluded else _kept(session, scheme, period, group, as_of, with_pending)
    if found is not None:
        return found
    asked = {"with_pending": with_pending, "with_excluded": with_excluded}
    return facts.counts(session, scheme, period, group, as_of, **asked)


def _kept(
    session: Session, scheme: Scheme, period: Period, group: str, as_of: datetime, with_pending: bool
) -> Mapping[str, Counts] | None:
    if scheme.count_by is not CountBy.TICKET:
        return None
    span, wanted = facts.span_of(scheme, period), conditions.fields_of(scheme, with_pending=with_pending)
    for _try in range(TRIES):
        read = _header(session, span, as_of)
        if read is None:
            return None
        header, told = read
        if header.as_of > as_of or header.directory != header.version:
            return None
        stale = changed_by(session, header.seal_id, told, most=MOST_CHANGED)
        if stale is None:
            return None
        found = _laid_over(session, header, span, group, sorted(stale), as_of, wanted)
        if found is not None:
            ruled = Rulings(as_of, header.is_any)
            aside = facts.aside_of(session, scheme, period, group, as_of, ruled)
            return facts.with_aside(found, aside) if aside else found
    return None


def _header(session: Session, span: contract.Span, as_of: datetime) -> tuple[Header, Told] | None:
    asked = {"as_of": as_of, "most": MOST_CHANGED}
    row = session.connection().execute(statements.header(span), asked).one_or_none()
    if row is None:
        return None
    return Header(*row[: len(Header._fields)]), Told(*row[len(Header._fields) :])


def _laid_over(
    session: Session,
    header: Header,
    span: contract.Span,
    group: str,
    ids: Sequence[int],
    as_of: datetime,
    wanted: frozenset[str],
) -> Mapping[str, Counts] | None:
    """The kept counts with those of the changed tickets exchanged; None where the month was copied again meanwhile."""
    base = held.base_of(session, header, group)
    if base is None or not ids:
        return None if base is None else base.counts(wanted)
    gone = _gone(session, header, group, ids)
    if gone is None:
        return None
    fresh = _now(session, span, group, ids, as_of, is_any=header.is_any)
    kept = base.counts(wanted)
    if gone == fresh:
        return kept
    found = dict(kept)
    for code in gone.keys() | fresh.keys():
        one = held.counted(base.names, _exchanged(base, gone, fresh, code), wanted)
        found.pop(code, None)
        if one is not None:
            found[code] = one
    return found


def _exchanged(base: Base, gone: Numbers, fresh: Numbers, code: str) -> tuple[int, ...]:
    nothing = (0,) * len(base.names)
    left = map(sub, base.numbers.get(code, nothing), gone.get(code, nothing))
    return tuple(map(add, left, fresh.get(code, nothing)))


def _gone(session: Session, header: Header, group: str, ids: Sequence[int]) -> Numbers | None:
    """What the kept facts of these tickets have part in; None where they are another copying's."""
    statement, _names = statements.gone()
    told = {"span_id": header.span_id, "of_group": group, "ids": ids}
    rows = session.connection().execute(statement, told).all()
    if not rows or rows[0].copy_id != header.copy_id:
        return None
    return {code: tuple(numbers) for _copy_id, code, *numbers in rows if code is not None}


def _now(
    session: Session, span: contract.Span, group: str, ids: Sequence[int], as_of: datetime, *, is_any: bool
) -> Numbers:
    """The counts of these tickets as they are."""
    told: dict[str, Any] = {"ids": ids, "as_of": as_of}
    connection = session.connection()
    # Most of what changes belongs to another month: whoever is outside is told by an index, not by the whole statement.
    told["ids"] = sorted(connection.scalars(statements.among(span), told)) if ids else []
    if not told["ids"]:
        return {}
    statement, _names = statements.now(span, group, is_any)
    return {code: tuple(numbers) for code, *numbers in connection.execute(statement, told)}
