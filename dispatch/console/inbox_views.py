"""提醒: what the unit should know and nobody has read yet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from dispatch.access.scope import tickets_in_scope
from dispatch.console import scope
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.notices import inbox
from dispatch.tickets import work_queries

PAGE_SIZE = 100

# What a line says, with its sign and tone.
KINDS = {
    "ticket.dispatched": ("新派单", "send", "info"),
    "ticket.copied": ("抄送工单", "files", ""),
    "ticket.urged": ("催办", "bell", "yellow"),
    "card.issued": ("亮牌", "exclamation-triangle", "red"),
    "card.withdrawn": ("撤牌", "arrow-counterclockwise", "good"),
    "ladder.reached": ("升级提醒", "bell", "yellow"),
    "dispute.ruled": ("异议裁定", "bank", "info"),
    "dispute.consulted": ("邀请会商", "people", "info"),
    "follow_up.opened": ("回访开始", "telephone", ""),
    "order.issued": ("督办单", "file-earmark-ruled", "red"),
    "order.returned": ("督办退回重报", "file-earmark-ruled", "yellow"),
    "supplement.given": ("诉求人已补充", "chat-left-text", "info"),
    "support.asked": ("请求协办", "people", "info"),
    "duty.unread": ("值班呼叫无人应答", "telephone-x", "red"),
    "hop.passed": ("二级派单", "diagram-2", "info"),
}

blueprint = Blueprint("console_inbox", __name__)


@blueprint.get("/inbox")
@requires("notice.view")
def inbox_page() -> Any:
    """Unread lines, the newest first."""
    at, person = moment(), current_person()
    with transaction() as session:
        reader = inbox.reader_of(person, reference(session, at))
        found = inbox.unread(session, reader, limit=PAGE_SIZE) if reader else []
        ids = sorted({row.Ticket.ticket_id for row in found})
        raw = work_queries.titles(session, ids)
        shown = scope.shown_words(session, [(key, raw.get(key)) for key in ids], person=person)
        titles = dict(zip(ids, shown, strict=True))
        seen = tickets_in_scope(session, person, ids, at=at)  # a ticket may have left the unit since
        rows = [(row.Notice, row.Ticket, titles[row.Ticket.ticket_id], KINDS[row.Notice.kind]) for row in found]
        return render_template("console/inbox.html", rows=rows, seen=seen, is_full=len(rows) == PAGE_SIZE)


@blueprint.post("/inbox")
@requires("notice.view")
def read_lines() -> Any:
    """These lines are read; each form names the lines that it showed, so that what came later stays."""
    at = moment()
    numbers = [number for word in request.form.getlist("notice")[:PAGE_SIZE] if (number := read_number(word))]
    with transaction() as session:
        reader = inbox.reader_of(current_person(), reference(session, at))
        count = inbox.mark_read(session, reader, numbers, at=at) if reader else 0
    flash(_("已标为已读：%(number)s 条。", number=count), "good")
    return redirect(url_for("console_inbox.inbox_page"))
