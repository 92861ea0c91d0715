"""The search itself: newest first, a page at a time, never longer than a desk waits.

A page is looked for in stretches of ids, each twice as long as the one before: common words fill it from the newest tickets, rare
ones by the index. What a stretch does not decide, the next one does; after ``PATIENCE`` the reader is asked whether to go on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel.texts import TextEntry
from dispatch.knowledge.tokens import questions
from dispatch.search.asking import Asked
from dispatch.search.models import TicketWords
from dispatch.tickets.models import Ticket

FIRST_STRETCH: Final = 20_000
PATIENCE: Final = 1.5  # seconds


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of (Ticket, title). ``before``: where the next page begins; ``is_cut``: time was over before the page was full."""

    rows: Sequence[Any]
    before: int | None
    is_cut: bool


def find(
    session: Session, asked: Asked, units: frozenset[int] | None, city: Reference, *, before: int | None, limit: int
) -> Found:
    """The newest tickets with an id below ``before`` (None: from the newest on) led by ``units`` (None: by anybody)."""
    top = before if before is not None else (session.scalar(select(func.max(Ticket.ticket_id))) or 0) + 1
    wanted = _with_words(asked.q).where(*_conditions(asked, units, city))
    rows: list[Any] = []
    stretch, ends_at = FIRST_STRETCH, time.monotonic() + PATIENCE
    while top > 1:
        bottom = max(top - stretch, 1)
        part = wanted.where(Ticket.ticket_id < top, Ticket.ticket_id >= bottom)
        rows += session.execute(part.order_by(Ticket.ticket_id.desc()).limit(limit + 1 - len(rows))).all()
        if len(rows) > limit:
            return Found(rows[:limit], rows[limit - 1].Ticket.ticket_id, is_cut=False)
        top, stretch = bottom, stretch * 2
        if time.monotonic() > ends_at and top > 1:
            return Found(rows, top, is_cut=True)
    return Found(rows, None, is_cut=False)


def _with_words(typed: str) -> Select[Ticket, str | None]:
    title = and_(TextEntry.ticket_id == Ticket.ticket_id, TextEntry.kind == "title", TextEntry.version == 1)
    query = select(Ticket, TextEntry.body.label("title")).outerjoin(TextEntry, title)
    if not typed:
        return query
    literals = questions(typed)
    if not literals:
        return query.where(literal(False))
    words = cast(" & ".join(literals), TSQUERY)
    return query.join(TicketWords, TicketWords.ticket_id == Ticket.ticket_id).where(TicketWords.words.op("@@")(words))


def _conditions(asked: Asked, units: frozenset[int] | None, city: Reference) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    allowed = units
    if asked.unit:
        unit = city.known.get(asked.unit)
        below = city.below(unit.unit_id) if unit else frozenset()
        allowed = below if units is None else below & units
    if allowed is not None:
        conditions.append(Ticket.unit_id.in_(sorted(allowed)))
    plain = ("state", "kind", "channel")
    conditions += [getattr(Ticket, name) == value for name in plain if (value := getattr(asked, name))]
    if asked.category:
        conditions.append(Ticket.category.startswith(asked.category, autoescape=True))
    zone = city.calendar.zone
    if (since := asked.day("since")) is not None:
        conditions.append(Ticket.received_at >= _midnight(since, zone))
    if (until := asked.day("until")) is not None:
        conditions.append(Ticket.received_at < _midnight(until + timedelta(days=1), zone))
    return conditions


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
