"""A file tried on tickets that were: how many of them it would have sent elsewhere, by unit. Nothing is written.

A catalogue is asked about category, kind and place as they are on record. A taxonomy reads the citizens' first words again,
by keywords alone; the catalogue in force says who would have got them. Imported tickets are left out: their categories are free.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from dispatch.directory.snapshot import Reference
from dispatch.kernel.texts import TextEntry
from dispatch.policies.replay import Span
from dispatch.routing.catalogue import Catalogue
from dispatch.routing.duties import found_in
from dispatch.routing.taxonomy import Taxonomy
from dispatch.tickets.models import Ticket

MOST_READ = 10_000  # so many texts are read again, of more every n-th ticket by id
AWAITING = ""  # in the place of a unit's code: a person decides


class Line(NamedTuple):
    """One unit, or (``unit_code`` empty) the people who dispatch. ``gained`` and ``lost`` name tickets that would have moved."""

    unit_code: str
    unit_name: str
    before: int
    after: int
    gained: int
    lost: int


@dataclass
class Trial:
    """What came of it. ``every``: of more tickets than can be read, one of so many was taken; ``recategorised``: of a taxonomy."""

    tickets: int = 0
    moved: int = 0
    recategorised: int = 0
    every: int = 1
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, before: str | None, after: str | None, count: int = 1) -> None:
        """Count tickets that went by one unit before and would go by another."""
        self.tickets += count
        self.moved += count if before != after else 0
        self.ways[before or AWAITING, after or AWAITING] += count

    def lines(self, reference: Reference) -> list[Line]:
        """One for each unit concerned, those that change most first."""
        codes = {code for way in self.ways for code in way}
        found = [self._line(code, reference) for code in codes]
        return sorted(found, key=lambda line: (-(line.gained + line.lost), line.unit_code))

    def _line(self, code: str, reference: Reference) -> Line:
        before, after, gained, lost = 0, 0, 0, 0
        for (old, new), count in self.ways.items():
            before += count if old == code else 0
            after += count if new == code else 0
            gained += count if new == code != old else 0
            lost += count if old == code != new else 0
        return Line(code, reference.by_code[code].name if code else "人工派单", before, after, gained, lost)

    def as_json(self, span: Span, reference: Reference) -> dict[str, Any]:
        """For the draft's row."""
        return {
            "since": span.since.isoformat(),
            "until": span.until.isoformat(),
            "tickets": self.tickets,
            "moved": self.moved,
            "recategorised": self.recategorised,
            "every": self.every,
            "lines": [line._asdict() for line in self.lines(reference)],
        }


def try_catalogue(session: Session, tried: Catalogue, span: Span, *, reference: Reference) -> Trial:
    """By the tickets of the span, counted by category, kind and place."""
    columns = (Ticket.category, Ticket.kind, Ticket.place_code)
    found = Trial()
    for category, kind, place, count in session.execute(
        select(*columns, func.count()).where(*_within(span)).group_by(*columns)
    ):
        before, after = (found_in(one, reference, category, kind, place)[1] for one in (reference.catalogue, tried))
        found.add(before, after, count)
    return found


def try_taxonomy(session: Session, tried: Taxonomy, span: Span, *, reference: Reference) -> Trial:
    """By the first words of the tickets of the span; words that were erased tell nothing."""
    count = session.scalar(select(func.count()).select_from(Ticket).where(*_within(span))) or 0
    found = Trial(every=max(-(-count // MOST_READ), 1))
    title, text = aliased(TextEntry), aliased(TextEntry)
    query = (
        select(Ticket.kind, Ticket.place_code, title.body.label("title"), text.body.label("text"))
        .outerjoin(title, _words_of(title, "title"))
        .outerjoin(text, _words_of(text, "text"))
        .where(*_within(span), Ticket.ticket_id % found.every == 0)
        .execution_options(yield_per=500)
    )
    for row in session.execute(query):
        best = [_best(one, row) for one in (reference.taxonomy, tried)]
        found.recategorised += best[0] != best[1]
        units = [found_in(reference.catalogue, reference, code, row.kind, row.place_code)[1] for code in best]
        found.add(units[0], units[1])
    return found


def try_out(
    session: Session, tried: Taxonomy | Catalogue, span: Span, *, reference: Reference, at: datetime
) -> dict[str, Any]:
    """Either, as the draft keeps it, by what is in force at ``at``."""
    now = reference.at(at)
    if isinstance(tried, Taxonomy):
        return try_taxonomy(session, tried, span, reference=now).as_json(span, now)
    return try_catalogue(session, tried, span, reference=now).as_json(span, now)


def _within(span: Span) -> tuple[Any, ...]:
    return Ticket.received_at >= span.since, Ticket.received_at < span.until, Ticket.is_imported.is_(False)


def _words_of(entry: Any, kind: str) -> Any:
    return and_(entry.ticket_id == Ticket.ticket_id, entry.kind == kind, entry.version == 1)


def _best(taxonomy: Taxonomy, row: Any) -> str | None:
    scores = taxonomy.classify(row.title or "", row.text or "")
    return scores[0].code if scores else None
