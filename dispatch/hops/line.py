"""The line of responsibility: who held a ticket when, without gap or overlap, and who helped or ruled meanwhile (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.kernel.events import Event
from dispatch.tickets.clock_models import Pause
from dispatch.tickets.models import Assignment, Dispute


class Kind(StrEnum):
    """Who or what holds a ticket; the last three stand beside the line and may overlap with it."""

    HOTLINE = "hotline"
    LEAD = "lead"
    SUSPENSION = "suspension"
    CITIZEN = "citizen"
    FOLLOW_UP = "follow_up"
    OVER = "over"
    SUPPORT = "support"
    HANDLER = "handler"
    ADJUDICATION = "adjudication"


# Each event that hands the ticket on → (to whom, from whom; None: whoever has it).
_H, _L, _F, _O = Kind.HOTLINE, Kind.LEAD, Kind.FOLLOW_UP, Kind.OVER
HANDED: Mapping[str, tuple[Kind, frozenset[Kind] | None]] = {
    "ticket.received": (_H, None),
    "ticket.dispatched": (_L, None),
    "ticket.awaiting_dispatch": (_H, None),
    "assignment.withdrawn": (_H, frozenset({_L})),
    "assignment.completed": (_F, frozenset({_L})),
    "ticket.redone": (_H, frozenset({_F, _O})),
    "ticket.restored": (_H, frozenset({_O})),
    "ticket.transfer_refused": (_H, frozenset({_O})),
    "ticket.closed": (_O, None),
    "ticket.answered": (_O, None),
    "ticket.declined": (_O, None),
    "ticket.transferred": (_O, None),
    "ticket.invalidated": (_O, None),
    "ticket.withdrawn": (_O, None),
    "ticket.merged": (_O, None),
}
BACK = "ticket.unmerged"  # to whoever held it before the merge
HOTLINES_OWN = frozenset({"dispute_upheld", "hotline_error"})  # whose time goes to the hotline (rules.md §3, §6)
NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Hop:
    """Who held it in [begins_at, ends_at); ``ends_at`` None: still. ``took`` and ``late`` as of the instant asked for.
    ``number``: the assignment of a support or handler.

    A hotline's hop that names a unit is a wrong dispatch: that unit had it, the hotline answers for the time.
    """

    kind: Kind
    unit: UnitRef | None
    begins_at: datetime
    ends_at: datetime | None
    took: timedelta
    limit: str | None = None
    due_at: datetime | None = None
    late: timedelta = NONE
    is_in_line: bool = True
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the line before it has a length; ``number`` is the lead's assignment."""

    begins_at: datetime
    kind: Kind
    number: int | None = None


def spans(events: Iterable[Event]) -> list[Span]:
    """Who had it from which instant on, in order; what lasted no time at all is left out."""
    line: list[Span] = []
    for event in events:
        span = _handed(line, event)
        if span is None or (line and (span.kind, span.number) == (line[-1].kind, line[-1].number)):
            continue
        while line and line[-1].begins_at >= span.begins_at:
            line.pop()
        if not line or (span.kind, span.number) != (line[-1].kind, line[-1].number):
            line.append(span)
    return line


def _handed(line: Sequence[Span], event: Event) -> Span | None:
    if event.type == BACK:
        before = [span for span in line if span.kind != Kind.OVER]
        return replace(before[-1], begins_at=event.at) if before else None
    to, source = HANDED.get(event.type, (None, None))
    if to is None or (source is not None and (not line or line[-1].kind not in source)):
        return None
    number = event.data.get("assignment") if to == Kind.LEAD else None
    return Span(event.at, to, number if isinstance(number, int) else None)


def in_line(
    line: Sequence[Span],
    parts: Mapping[int, Assignment],
    pauses: Sequence[Pause],
    *,
    at: datetime,
    reference: Reference,
) -> list[Hop]:
    """The spans as hops up to ``at``: pauses cut out of the leads' as their own; a final rest is no hop."""
    found: list[Hop] = []
    for place, span in enumerate(line):
        following = line[place + 1].begins_at if place + 1 < len(line) else None
        if span.kind == Kind.OVER and following is None:
            break
        part = parts.get(span.number or 0)
        for kind, begins_at, ends_at in _cut(span, following, pauses, at):
            found.append(_hop(kind, part if kind == Kind.LEAD else None, begins_at, ends_at, at, reference))
    return found


def _cut(
    span: Span, ends_at: datetime | None, pauses: Sequence[Pause], at: datetime
) -> Iterable[tuple[Kind, datetime, datetime | None]]:
    begins_at, last = span.begins_at, ends_at or at
    for pause in pauses if span.kind == Kind.LEAD else ():
        until = pause.ended_at or pause.ends_at
        if until <= begins_at or pause.begins_at >= last:
            continue
        if pause.begins_at > begins_at:
            yield span.kind, begins_at, pause.begins_at
        is_running = until >= last
        yield Kind(pause.reason), max(begins_at, pause.begins_at), ends_at if is_running else until
        begins_at = last if is_running else until
        if is_running:
            return
    if begins_at < last or ends_at is None:  # whoever has it now is named, however short
        yield span.kind, begins_at, ends_at


def _hop(
    kind: Kind,
    part: Assignment | None,
    begins_at: datetime,
    ends_at: datetime | None,
    at: datetime,
    reference: Reference,
) -> Hop:
    last = ends_at or at
    if part is None:
        return Hop(kind, None, begins_at, ends_at, last - begins_at)
    unit = reference.by_id[part.unit_id]
    if part.withdrawn_for in HOTLINES_OWN and kind == Kind.LEAD:
        return Hop(Kind.HOTLINE, unit, begins_at, ends_at, last - begins_at)
    late = _late(part.due_at, begins_at, last)
    return Hop(kind, unit, begins_at, ends_at, last - begins_at, part.limit_text, part.due_at, late)


def _late(due_at: datetime | None, begins_at: datetime, last: datetime) -> timedelta:
    return max(NONE, last - max(due_at, begins_at)) if due_at else NONE


def beside(
    parts: Iterable[Assignment], disputes: Iterable[Dispute], *, at: datetime, reference: Reference
) -> list[Hop]:
    """Supports, handlers and adjudications, each with its own limit, by when they began."""
    found: list[Hop] = []
    for part in parts:
        if part.role in (Kind.SUPPORT, Kind.HANDLER):
            ends_at = part.completed_at or part.withdrawn_at
            hop = _hop(Kind(part.role), part, part.sent_at, ends_at, at, reference)
            found.append(replace(hop, is_in_line=False, number=part.number))
    for one in disputes:
        last = one.ruled_at or at
        late = _late(one.ruling_due_at, one.raised_at, last)
        took, due_at = last - one.raised_at, one.ruling_due_at
        found.append(Hop(Kind.ADJUDICATION, None, one.raised_at, one.ruled_at, took, None, due_at, late, False))
    return sorted(found, key=lambda hop: hop.begins_at)
