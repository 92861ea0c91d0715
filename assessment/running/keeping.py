"""Copying the facts of open periods: by INSERT … SELECT, whole the first time, then what changed; twice is as good as once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Select, Text, cast, delete, func, insert, literal, select, text
from sqlalchemy.orm import Session

from assessment import conditions, facts
from assessment.exclusions.counting import rulings
from assessment.methods import in_force
from assessment.periods import Period, PeriodKind
from assessment.publications.preparation import shipped
from assessment.running import statements
from assessment.running.changes import MARGIN, changed
from assessment.running.models import OpenCount, OpenFact, OpenSpan
from assessment.schemes.model import CountBy
from dispatch import contract

MOST_CHANGED = 50_000  # beyond it the whole is copied again
FEW, AGE = 200, timedelta(minutes=10)  # fewer changes than that wait so long: looking costs less than copying
COLUMNS = tuple(column.name for column in OpenFact.__table__.columns if column.name != "open_span_id")


def keep_open(session: Session, *, zone: ZoneInfo, at: datetime) -> int:
    """Bring every open period's rows up to ``at`` where it is worth it, throw away those of the others; how many were."""
    wanted = list(dict.fromkeys(open_spans(session, zone=zone, at=at)))
    session.execute(text("SET LOCAL statement_timeout = 0"))
    kept = [span_id for span in wanted if (span_id := _known(session, span)) is not None]
    session.execute(delete(OpenSpan).where(OpenSpan.open_span_id.not_in(kept)))
    return sum(refresh(session, span, at=at) for span in wanted)


def open_spans(session: Session, *, zone: ZoneInfo, at: datetime) -> Iterator[contract.Span]:
    """Of each scheme that is published by itself: the month and week that hold ``at``, and the months before until they settle."""
    for order in shipped().orders:
        for kind, _days in order.after_days:
            period = Period.holding(at, in_force.at_instant(session, order.scheme, at, zone).scheme, zone, kind)
            while period.settles_at + timedelta(days=1) > at:
                method, span = in_force.for_period(session, order.scheme, period.name, zone)
                if kind is PeriodKind.MONTH and method.scheme.count_by is CountBy.TICKET:
                    yield facts.span_of(method.scheme, span)
                period = period.previous()


def refresh(session: Session, span: contract.Span, *, at: datetime, is_whole: bool = False) -> bool:
    """Copy what changed since the last time, or everything; False where it was not worth it. One at a time per span."""
    key = f"open {span.instant} {span.start} {span.end} {statements.kinds(span)}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    found, directory = kept_span(session, span), contract.directory_version(session)
    # The seal first, the facts after it: what commits in between is told again next time.
    seal_id = contract.seal_before(session, at - MARGIN)
    stale = (
        None if found is None or is_whole else changed(session, found.seal_id, found.as_of, at=at, most=MOST_CHANGED)
    )
    if found is not None and found.as_of > at:
        return False
    is_small = stale is not None and len(stale) < FEW and found is not None and at - found.as_of < AGE
    if is_small and found is not None and found.directory == directory:
        return False
    if found is None:
        found = OpenSpan(instant=span.instant, starts_at=span.start, ends_at=span.end, kinds=statements.kinds(span))
    found.as_of, found.seal_id, found.directory, found.copy_id = at, seal_id, directory, uuid4()
    session.add(found)
    session.flush()
    _copy(session, found.open_span_id, span, at, stale)
    _count(session, found.open_span_id)
    return True


def _copy(session: Session, span_id: int, span: contract.Span, at: datetime, stale: frozenset[int] | None) -> None:
    """Exchange the rows of these tickets (None: all) for what is so now, decided cases laid over it."""
    old = delete(OpenFact).where(OpenFact.open_span_id == span_id)
    rows = rulings(session, at).over(select(contract.span_facts(at, span).subquery()))
    source: Select[Any] = select(literal(span_id, BigInteger), *(rows.c[name] for name in COLUMNS))
    if stale is not None:
        old = old.where(OpenFact.ticket_id.in_(stale))
        source = source.where(rows.c.ticket_id.in_(stale))
    session.execute(old)
    session.execute(insert(OpenFact).from_select(["open_span_id", *COLUMNS], source))
    if stale is None:
        session.execute(
            text("ANALYZE (SKIP_LOCKED) open_fact")
        )  # the next look may come before autovacuum knows of so many rows


def _count(session: Session, span_id: int) -> None:
    """The counts of all peer groups in one walk over the facts."""
    session.execute(delete(OpenCount).where(OpenCount.open_span_id == span_id))
    fact = OpenFact.__table__
    joined, group, unit_id = contract.charged(fact)
    sums = conditions.sums(fact.c, statements.EVERY_FIELD)
    pairs = [part for one in sums for part in (cast(one.name, Text), one.element)]
    rows = (
        select(literal(span_id, BigInteger), group, unit_id, func.jsonb_build_object(*pairs))
        .select_from(joined)
        .where(fact.c.open_span_id == span_id)
        .group_by(group, unit_id)
    )
    names = ["open_span_id", "peer_group", "unit_id", "counts"]
    session.execute(insert(OpenCount).from_select(names, rows))


def kept_span(session: Session, span: contract.Span) -> OpenSpan | None:
    """The header of the kept rows of exactly these tickets."""
    return session.scalar(select(OpenSpan).where(*statements.header_of(span)))


def _known(session: Session, span: contract.Span) -> int | None:
    found = kept_span(session, span)
    return None if found is None else found.open_span_id
