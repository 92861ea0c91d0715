"""Accepted proposals of rulings become lines of a catalogue draft, which its writer checks, tries out and puts into force."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.catalogue import drafts, reading
from dispatch.catalogue.documents import Document
from dispatch.catalogue.models import CatalogueDraft
from dispatch.catalogue.reading import Proposed
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.routing.catalogue import COLUMNS, Catalogue, Entry
from dispatch.routing.duties import found_in
from dispatch.routing.sheet import LONGEST

KEY = ("category", "area", "kind", "place")


def pending(session: Session, body: str, *, reference: Reference) -> list[Entry]:
    """What accepted proposals say and this text does not, the oldest first. None of a text that cannot be read."""
    try:
        table = Catalogue.read(body)
    except DomainError:
        return []
    known = {(one.category, one.area, one.kind, one.lead) for one in table.entries if not one.place}
    wanted = [_entry(one, table, reference) for one in reversed(reading.accepted(session))]
    return [one for one in wanted if (one.category, one.area, one.kind, one.lead) not in known]


def take_up(
    session: Session, draft_id: int, *, seen: str, reference: Reference, actor: str, at: datetime
) -> CatalogueDraft:
    """Write them into the draft. ``seen``: as for :func:`dispatch.catalogue.drafts.save`."""
    found = drafts.draft(session, Document.CATALOGUE, draft_id, is_locked=True)
    Catalogue.read(found.body)
    new = pending(session, found.body, reference=reference)
    if not new:
        raise Conflict("catalogue.nothing_accepted", "已采纳的建议都已写入，没有需要写入的。")
    text = written_into(found.body, new)
    if len(text.encode()) > LONGEST:
        raise DomainError("catalogue.too_large", "文件过大。")
    return drafts.save(session, Document.CATALOGUE, draft_id, text, name=found.name, seen=seen, actor=actor, at=at)


def written_into(body: str, entries: Iterable[Entry]) -> str:
    """The text of a sound catalogue with these entries: each in the line that asks for the same, else at the end."""
    rows = list(csv.reader(io.StringIO(body.removeprefix("\ufeff"), newline="")))
    header = [name.strip() for name in rows[0]]
    header += [name for name in COLUMNS.optional if name not in header]
    lines = [dict(zip(header, (cell.strip() for cell in row), strict=False)) for row in rows[1:] if any(row)]
    where = {_key(line): number for number, line in enumerate(lines)}
    for line in (_cells(one) for one in entries):
        number = where.setdefault(_key(line), len(lines))
        lines[number : number + 1] = [line]
    return _text(header, lines)


def _key(line: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(line.get(name, "") for name in KEY)


def _text(header: Sequence[str], lines: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _cells(entry: Entry) -> dict[str, str]:
    cells = {name: getattr(entry, name) for name in (*KEY, "lead", "limit", "basis_zh")}
    return cells | {
        "supports": " ".join(entry.supports),
        "not_to_streets": "true" if entry.not_to_streets else "",
    }


def _entry(one: Proposed, table: Catalogue, reference: Reference) -> Entry:
    """As was ruled; limit and mark are those of the entry that would have decided without it."""
    before, _lead = found_in(table, reference, one.category, one.kind or "", one.place_code)
    lead = reference.by_id[one.unit_id].code
    return Entry(
        category=one.category,
        area=one.place_code or "",
        kind=one.kind or "",
        place="",
        lead=lead,
        supports=tuple(reference.by_id[unit].code for unit in one.support_ids if unit != one.unit_id),
        limit=before.limit,
        not_to_streets=before.not_to_streets,
        basis_zh=f"异议裁定先例（工单 {one.ticket_no}）",
    )
