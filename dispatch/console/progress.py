"""How a matter stands, in one sentence for a caller who asks again: made from facts, without words of anybody."""

from __future__ import annotations

from dispatch.console.timing import short_time
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _
from dispatch.tickets.models import Ticket


def progress_sentence(ticket: Ticket, city: Reference) -> str:
    """What the operator reads out, and what the API gives beside a repeat."""
    unit = city.by_id.get(ticket.unit_id or 0)
    due = short_time(ticket.due_at) if ticket.due_at else None
    facts = {"unit": unit.name if unit else "—", "due": due or "—", "received": short_time(ticket.received_at)}
    sentence = {
        "awaiting_dispatch": _("%(received)s 受理，正在确定承办单位。", **facts),
        "dispatched": _("%(received)s 受理，已派%(unit)s，最迟 %(due)s 答复。", **facts),
        "acknowledged": _("%(received)s 受理，%(unit)s正在办理，最迟 %(due)s 答复。", **facts),
        "suspended": _("%(received)s 受理，%(unit)s正在推动解决，暂不能办结。", **facts),
        "completed": _("%(received)s 受理，%(unit)s已办结，等待回访。", **facts),
    }.get(ticket.state)
    return str(sentence or _("%(received)s 受理，已经结束。", **facts))
