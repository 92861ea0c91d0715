"""What a kept month is asked. Each statement is put together once per process: that costs more than asking it."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from assessment import conditions, facts
from assessment.exclusions import counting as cases
from assessment.exclusions.counting import Rulings
from assessment.running import changes
from assessment.running.models import OpenCount, OpenFact, OpenSpan
from dispatch import contract

EVERY_FIELD = conditions.Asked(with_pending=True)
FORMS = 64  # spans, peer groups and with or without decided cases that a process asks for at once

_AS_OF: Any = bindparam("as_of", type_=TIMESTAMP(timezone=True))
_IDS: Any = bindparam("ids", type_=ARRAY(BigInteger))
_SPAN_ID: Any = bindparam("span_id", type_=BigInteger)
_SPAN_IDS: Any = bindparam("span_ids", type_=ARRAY(BigInteger))
_GROUP: Any = bindparam("of_group", type_=Text)


class Header(NamedTuple):
    """What is known of a kept span, in one look: ``is_any`` whether any case is decided."""

    span_id: int
    starts_at: datetime
    ends_at: datetime
    copy_id: UUID
    seal_id: int
    is_any: bool


def kinds(span: contract.Span) -> str:
    """The kinds of a span as its row has them."""
    return ",".join(sorted(span.kinds))


def header_of(span: contract.Span) -> list[ColumnElement[bool]]:
    """The row of exactly these tickets."""
    return [
        OpenSpan.instant == span.instant,
        OpenSpan.starts_at == span.start,
        OpenSpan.ends_at == span.end,
        OpenSpan.kinds == kinds(span),
    ]


@lru_cache(maxsize=FORMS)
def headers(spans: tuple[contract.Span, ...], most: int) -> Select[Any]:
    """A row for each of these spans that is kept and may be read by ``as_of``, with the tree of units as it is now: the columns of
    a ``Header``, then those of ``Told``, which are the same in each and tell what changed since the oldest."""
    kept = OpenSpan.__table__.c
    names = (kept.open_span_id, kept.starts_at, kept.ends_at, kept.copy_id, kept.seal_id, kept.as_of)
    is_one = or_(*(and_(*header_of(span)) for span in spans))
    found = select(*names).where(is_one, kept.as_of <= _AS_OF, kept.directory == contract.version_now()).cte("found")
    oldest: Any = select(func.min(found.c.seal_id)).scalar_subquery()
    after: Any = select(func.min(found.c.as_of)).scalar_subquery()
    columns = [found.c[name.name] for name in names[:-1]]
    return select(*columns, cases.any_granted(_AS_OF), *changes.since(oldest, after, _AS_OF, most=most))


@cache
def base() -> Select[Any]:
    """``copy_id``, code and counts as kept of ``span_id`` and ``of_group``; a row without code where nothing is counted."""
    span, kept, codes = OpenSpan.__table__, OpenCount.__table__, contract.unit_codes().subquery()
    mine = (
        select(kept.c.open_span_id, codes.c.code, kept.c.counts)
        .join(codes, codes.c.unit_id == kept.c.unit_id)
        .where(kept.c.peer_group == _GROUP)
        .subquery()
    )
    return (
        select(span.c.copy_id, mine.c.code, mine.c.counts)
        .outerjoin_from(span, mine, mine.c.open_span_id == span.c.open_span_id)
        .where(span.c.open_span_id == _SPAN_ID)
    )


@cache
def gone() -> tuple[Select[Any], tuple[str, ...]]:
    """Span, ``copy_id``, code and the counts that the kept facts of ``ids`` have part in, a row without code where there are none;
    and the names of these counts."""
    # Short names: psycopg takes a statement of more than 4,096 characters to pieces each time it is asked.
    fact, span = OpenFact.__table__.alias("f"), OpenSpan.__table__
    joined, group, unit_id = contract.charged(fact)
    columns: list[Any] = [fact.c.open_span_id, unit_id.label("unit_id"), *conditions.sums(fact.c, EVERY_FIELD)]
    tally = (
        select(*columns)
        .select_from(joined)
        .where(fact.c.open_span_id == _any_of(_SPAN_IDS), group == _GROUP, fact.c.ticket_id == _any_of(_IDS))
        .group_by(fact.c.open_span_id, unit_id)
    )
    rows, names = facts.by_code(tally, "open_span_id")
    mine = rows.subquery("m")
    found: list[Any] = [mine.c[name] for name in names]
    return (
        select(span.c.open_span_id, span.c.copy_id, mine.c.code, *found)
        .outerjoin_from(span, mine, mine.c.open_span_id == span.c.open_span_id)
        .where(span.c.open_span_id == _any_of(_SPAN_IDS)),
        names,
    )


def _any_of(told: Any) -> Any:
    """Any of an array that PostgreSQL does not look into: where it looks, each number of elements seems to want a plan of its own,
    and planning takes longer than the answer."""
    return func.any_(func.array(select(func.unnest(told)).scalar_subquery()))


@lru_cache(maxsize=FORMS)
def among(spans: tuple[contract.Span, ...]) -> Select[Any]:
    """Those of ``ids`` that may be inside any of the spans at ``as_of``, and inside which of them."""
    return contract.perhaps_among(_AS_OF, spans, _IDS)


@lru_cache(maxsize=FORMS)
def now(span: contract.Span, group: str, is_any: bool) -> tuple[Select[Any], tuple[str, ...]]:
    """Code and counts of the tickets of ``ids`` as they are at ``as_of``; and the names of these counts."""
    ruled = Rulings(_AS_OF, is_any)
    fact = ruled.over(select(contract.facts_among(group, _AS_OF, span, _IDS).subquery()))
    return facts.by_code(select(fact.c.unit_id, *conditions.sums(fact.c, EVERY_FIELD)).group_by(fact.c.unit_id))
