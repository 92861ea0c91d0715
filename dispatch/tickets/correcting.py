"""Correction of category, place or kind after the fact (rules.md §2): an event; no limit moves by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.tickets.kinds import KINDS
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket
from dispatch.tickets.services import lock_own_lead
from dispatch.tickets.states import TicketState

SETTLED = (TicketState.MERGED, TicketState.ARCHIVED)


def correct(
    session: Session,
    ticket_id: int,
    *,
    reason: str,
    category: str | None = None,
    place_code: str | None = None,
    kind: str | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """更正: the hotline changes what is given and differs. What the lead had proposed is settled by it."""
    ticket = lock_ticket(session, ticket_id)
    _require_correctable(ticket)
    wanted = {"category": category, "place_code": place_code, "kind": kind}
    changes = {name: value for name, value in wanted.items() if value and value != getattr(ticket, name)}
    if not changes:
        raise DomainError("ticket.nothing_to_correct", "请至少更正一项：分类、地点或类型。", field="category")
    _require_known(changes, reference)
    words = texts.write(session, ticket_id, "correction_reason", reason, at=at)
    made = []
    for name, value in changes.items():
        field = name.removesuffix("_code")
        data = {"field": field, "from": getattr(ticket, name), "to": value, "text": words}
        made.append(NewEvent("ticket.corrected", at, actor, None, data))
        setattr(ticket, name, value)
    if category:
        ticket.proposed_category = None
    ticket.changed_at = at
    events.record(session, ticket, made)
    return ticket


def propose_category(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int,
    category: str,
    reason: str,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """The lead says what the matter is; the hotline corrects it, or not."""
    ticket, lead = lock_own_lead(session, ticket_id, unit_id)
    _require_correctable(ticket)
    if category == ticket.category:
        raise DomainError("ticket.nothing_to_correct", "请至少更正一项：分类、地点或类型。", field="category")
    _require_known({"category": category}, reference)
    words = texts.write(session, ticket_id, "correction_reason", reason, at=at)
    ticket.proposed_category, ticket.changed_at = category, at
    data = {"assignment": lead.number, "from": ticket.category, "to": category, "text": words}
    unit = reference.by_id[unit_id].code
    events.record(session, ticket, [NewEvent("ticket.category_proposed", at, actor, unit, data)])
    return ticket


def _require_correctable(ticket: Ticket) -> None:
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    if ticket.state in SETTLED:
        raise Conflict("ticket.not_correctable", "已并单或已归档的工单不能更正。", state=ticket.state)


def _require_known(changes: Mapping[str, str], reference: Reference) -> None:
    if "category" in changes and reference.taxonomy.get(changes["category"]) is None:
        raise DomainError("category.unknown", "没有这个分类，请重新选择。", field="category")
    if "place_code" in changes and changes["place_code"] not in reference.by_code:
        raise DomainError("place.unknown", "没有这个地点代码，请重新填写。", field="place_code")
    if "kind" in changes and changes["kind"] not in KINDS:
        raise DomainError("kind.unknown", "没有这个诉求类型，请重新选择。", field="kind")
