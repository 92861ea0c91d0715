"""A list of tickets as a spreadsheet for people: words screened, no cell that a spreadsheet would run, a watermark below."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.console.timing import full_time
from dispatch.console.words import KINDS, words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.application import runtime
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person
from dispatch.kernel.spreadsheets import BYTE_ORDER_MARK, neutral
from dispatch.search.queries import Found
from dispatch.tickets.screening import screened

HEADS: Final = ("工单号", "类型", "分类", "标题", "状态", "承办单位", "受理", "时限", "办结", "结案")


def sheet(session: Session, found: Found, city: Reference, *, person: Person, at: datetime) -> bytes:
    """CSV in UTF-8 with a mark; whoever takes it out, words stand in it as units read them."""
    known = known_reporters(session, sorted(row.Ticket.ticket_id for row in found.rows), vault=runtime().vault)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_(head) for head in HEADS])
    for row in found.rows:
        ticket = row.Ticket
        unit = city.by_id.get(ticket.unit_id or 0)
        instants = (ticket.received_at, ticket.due_at, ticket.completed_at, ticket.closed_at)
        cells = (
            ticket.ticket_no,
            _(KINDS[ticket.kind]),
            " / ".join(city.category_path(ticket.category or "")) or ticket.category or "",
            screened(row.title, known[ticket.ticket_id]) or "",
            _(words.ticket[ticket.state]),
            unit.name if unit else "",
            *(full_time(instant) if instant else "" for instant in instants),
        )
        writer.writerow([neutral(str(cell)) for cell in cells])
    is_whole = found.before is None
    tail = "" if is_whole else _("；只含最新的 %(count)s 件", count=len(found.rows))
    writer.writerow([_("由%(name)s于%(at)s导出，仅供工作使用", name=person.name, at=full_time(at)) + tail])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()
