"""What is known of kept months in one look: their counts as last copied, and those of the tickets that changed since, then and now.

All periods of a question are looked at together: they are asked for by the same few statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assessment.running import held, statements
from assessment.running.changes import Told, changed_by
from assessment.running.held import Base, Numbers
from assessment.running.statements import Header
from dispatch.contract import Span

MOST_CHANGED = 5_000

Inside = Mapping[Span, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Look:
    """Of one span: ``base`` as copied, and what the changed tickets have part in, ``gone`` then and ``fresh`` now."""

    base: Base
    gone: Numbers
    fresh: Numbers
    is_any: bool


def look(session: Session, spans: Sequence[Span], group: str, as_of: datetime) -> dict[Span, Look] | None:
    """By span; one that is copied again meanwhile is left out: ask again. None: nothing is kept of any, or too much changed."""
    rows = session.connection().execute(statements.headers(tuple(spans), MOST_CHANGED), {"as_of": as_of}).all()
    if not rows:
        return None
    headers = [Header(*row[: len(Header._fields)]) for row in rows]
    oldest = min(header.seal_id for header in headers)
    stale = changed_by(session, oldest, Told(*rows[0][len(Header._fields) :]), most=MOST_CHANGED)
    if stale is None:
        return None
    by_edges = {(span.start, span.end): span for span in spans}
    kept = {by_edges[header.starts_at, header.ends_at]: header for header in headers}
    is_any, ids = headers[0].is_any, sorted(stale)
    gone = _gone(session, kept, group, ids)
    fresh = _now(session, _inside(session, tuple(gone), ids, as_of), group, as_of, is_any=is_any)
    return {span: Look(*copied, fresh.get(span, {}), is_any) for span, copied in gone.items()}


def _gone(
    session: Session, kept: Mapping[Span, Header], group: str, ids: Sequence[int]
) -> dict[Span, tuple[Base, Numbers]]:
    """The counts of each copying and what these tickets have part in there; without those that are another copying's by now."""
    bases = {span: held.base_of(session, header, group) for span, header in kept.items()}
    found: dict[Span, tuple[Base, Numbers]] = {span: (base, {}) for span, base in bases.items() if base is not None}
    if not ids or not found:
        return found
    statement, _names = statements.gone()
    told = {"span_ids": [kept[span].span_id for span in found], "of_group": group, "ids": ids}
    rows = session.connection().execute(statement, told).all()
    copies = {copy_id for _span_id, copy_id, *_rest in rows}
    numbers: dict[int, dict[str, tuple[int, ...]]] = {}
    for span_id, _copy_id, code, *counted in rows:
        if code is not None:
            numbers.setdefault(span_id, {})[code] = tuple(counted)
    return {
        span: (base, numbers.get(kept[span].span_id, {}))
        for span, (base, _nothing) in found.items()
        if kept[span].copy_id in copies
    }


def _inside(session: Session, spans: tuple[Span, ...], ids: Sequence[int], as_of: datetime) -> Inside:
    """Which of these tickets may be inside which span. Most of what changes belongs to another month: whoever is outside is told
    by an index, not by the whole statement."""
    if not ids or not spans:
        return {}
    rows = session.connection().execute(statements.among(spans), {"ids": ids, "as_of": as_of}).all()
    return {span: sorted(row[0] for row in rows if row[place]) for place, span in enumerate(spans, 1)}


def _now(session: Session, inside: Inside, group: str, as_of: datetime, *, is_any: bool) -> dict[Span, Numbers]:
    """The counts of these tickets as they are."""
    found: dict[Span, Numbers] = {}
    for span, ids in inside.items():
        if ids:
            statement, _names = statements.now(span, group, is_any)
            told: dict[str, Any] = {"ids": ids, "as_of": as_of}
            rows = session.connection().execute(statement, told)
            found[span] = {code: tuple(numbers) for code, *numbers in rows}
    return found
