"""催办 and 督办单: lock the ticket, check, change, record. The words stand in the ticket's texts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.kernel.events import NewEvent
from dispatch.limits.procedure import span_end
from dispatch.supervision import orders
from dispatch.supervision.models import SupervisionOrder
from dispatch.supervision.states import OrderGround, OrderState, require_order_move
from dispatch.tickets import queries
from dispatch.tickets.models import Ticket

ESCALATION = "system:supervision"
URGEABLE = ("dispatched", "acknowledged", "suspended")
SUPERVISED = (*URGEABLE, "completed")


def urge(session: Session, ticket_id: int, *, words: str, reference: Reference, actor: str, at: datetime) -> Ticket:
    """催办: the lead is told to hurry; how often stands on the ticket."""
    ticket = _lock(session, ticket_id)
    lead = queries.lead_in_force(session, ticket)
    if ticket.state not in URGEABLE or lead is None:
        raise Conflict("ticket.nothing_to_urge", "工单当前没有在办单位，不用催办。", state=ticket.state)
    ticket.urges, ticket.changed_at = (ticket.urges or 0) + 1, at
    data: dict[str, object] = {"count": ticket.urges, "assignment": lead.number}
    if words.strip():
        data["text"] = texts.write(session, ticket_id, "urge_words", words, at=at)
    unit = reference.by_id[lead.unit_id].code
    events.record(session, ticket, [NewEvent("ticket.urged", at, actor, unit, data)])
    return ticket


def issue(
    session: Session,
    ticket_id: int,
    *,
    ground: str,
    words: str,
    units: frozenset[int] | None,
    issuing_unit_id: int | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> SupervisionOrder:
    """签发督办单 to the lead in force. ``units``: whose leads this supervisor may order about; None: everybody's."""
    if ground not in set(OrderGround) or ground == OrderGround.THIRD_REDO:
        raise DomainError("order.unknown_ground", "请选择督办事由。", field="ground")
    if not words.strip():
        raise DomainError("order.words_missing", "请写明督办要求。", field="words")
    ticket = _lock(session, ticket_id)
    lead = queries.lead_in_force(session, ticket)
    if ticket.state not in SUPERVISED or lead is None:
        raise Conflict("order.no_lead", "工单当前没有承办单位，不能签发督办单。", state=ticket.state)
    if units is not None and lead.unit_id not in units:
        raise Forbidden("order.outside_scope", "承办单位不在您的督办范围内。")
    if orders.open_order(session, ticket_id) is not None:
        raise Conflict("order.already_open", "这张工单已有未办结的督办单，请先审核或撤销。")
    unit = reference.by_id[lead.unit_id]
    entry = texts.write(session, ticket_id, "order_words", words, at=at)
    return _issue(session, ticket, unit, ground, issuing_unit_id, entry, reference=reference, actor=actor, at=at)


def escalate(session: Session, ticket: Ticket, unit: UnitRef, *, reference: Reference, at: datetime) -> None:
    """The third redo goes to supervision (rules.md §5): an order of the city's is made at once. The ticket is locked."""
    made = orders.open_order(session, ticket.ticket_id)
    if made is not None and made.unit_id != unit.unit_id:
        _end(session, ticket, made, OrderState.CANCELLED, reference=reference, actor=ESCALATION, at=at)
        made = None
    if made is None:
        ground = OrderGround.THIRD_REDO
        made = _issue(session, ticket, unit, ground, None, None, reference=reference, actor=ESCALATION, at=at)
    data = {"redos": ticket.redos, "order": made.number}
    events.record(session, ticket, [NewEvent("ticket.escalated", at, ESCALATION, unit.code, data)])


def answer(
    session: Session,
    ticket_id: int,
    *,
    words: str,
    units: frozenset[int] | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> SupervisionOrder:
    """答复督办单: the unit says what it did. ``units``: those for which this person speaks."""
    if not words.strip():
        raise DomainError("order.answer_missing", "请填写督办答复。", field="words")
    ticket = _lock(session, ticket_id)
    order = _open(session, ticket_id)
    if units is None or order.unit_id not in units:
        raise Forbidden("order.not_yours", "这张督办单不是签发给您单位的。")
    require_order_move(order.state, OrderState.ANSWERED)
    order.state, order.answered_at, ticket.changed_at = OrderState.ANSWERED, at, at
    entry = texts.write(session, ticket_id, "order_answer", words, at=at)
    data = {"order": order.number, "late": at > order.due_at, "text": entry}
    unit = reference.by_id[order.unit_id].code
    events.record(session, ticket, [NewEvent("order.answered", at, actor, unit, data)])
    return order


def review(
    session: Session,
    ticket_id: int,
    *,
    decision: str,
    words: str,
    units: frozenset[int] | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> SupervisionOrder:
    """审核督办答复: ``accepted``, ``returned`` (a full limit to answer anew), or ``cancelled`` (also before any answer)."""
    if decision not in (OrderState.ACCEPTED, OrderState.RETURNED, OrderState.CANCELLED):
        raise DomainError("order.unknown_decision", "请选择审核结果。", field="decision")
    if decision != OrderState.ACCEPTED and not words.strip():
        raise DomainError("order.review_words_missing", "退回或撤销时请写明原因。", field="words")
    ticket = _lock(session, ticket_id)
    order = _open(session, ticket_id)
    if units is not None and order.issuing_unit_id not in units:
        raise Forbidden("order.not_issued_by_you", "这张督办单由市级签发，须由市级督办员审核。")
    entry = texts.write(session, ticket_id, "order_review", words, at=at) if words.strip() else None
    if decision == OrderState.RETURNED:
        return _return(session, ticket, order, entry, reference=reference, actor=actor, at=at)
    _end(session, ticket, order, OrderState(decision), entry, reference=reference, actor=actor, at=at)
    return order


def _return(
    session: Session,
    ticket: Ticket,
    order: SupervisionOrder,
    entry: dict[str, object] | None,
    *,
    reference: Reference,
    actor: str,
    at: datetime,
) -> SupervisionOrder:
    require_order_move(order.state, OrderState.RETURNED)
    order.state, order.returns, ticket.changed_at = OrderState.RETURNED, order.returns + 1, at
    order.due_at = _due(ticket, reference, at)
    unit = reference.by_id[order.unit_id].code
    data = {"order": order.number, "due_at": instant(order.due_at), "text": entry}
    events.record(session, ticket, [NewEvent("order.returned", at, actor, unit, data)])
    return order


def _end(
    session: Session,
    ticket: Ticket,
    order: SupervisionOrder,
    state: OrderState,
    entry: dict[str, object] | None = None,
    *,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    require_order_move(order.state, state)
    order.state, order.ended_at, ticket.changed_at = state, at, at
    unit = reference.by_id[order.unit_id].code
    data = {"order": order.number, "text": entry}
    is_accepted = state == OrderState.ACCEPTED
    event = NewEvent("order.accepted", at, actor, unit, data)
    if not is_accepted:
        event = NewEvent("order.cancelled", at, actor, unit, data)
    events.record(session, ticket, [event])


def _issue(
    session: Session,
    ticket: Ticket,
    unit: UnitRef,
    ground: str,
    issuing_unit_id: int | None,
    entry: dict[str, object] | None,
    *,
    reference: Reference,
    actor: str,
    at: datetime,
) -> SupervisionOrder:
    order = SupervisionOrder(
        ticket_id=ticket.ticket_id,
        number=orders.count(session, ticket.ticket_id) + 1,
        ground=ground,
        state=OrderState.ISSUED,
        unit_id=unit.unit_id,
        issuing_unit_id=issuing_unit_id,
        issued_at=at,
        due_at=_due(ticket, reference, at),
        returns=0,
    )
    session.add(order)
    ticket.changed_at = at
    data = {"order": order.number, "ground": ground, "due_at": instant(order.due_at), "text": entry}
    events.record(session, ticket, [NewEvent("order.issued", at, actor, unit.code, data)])
    return order


def _due(ticket: Ticket, reference: Reference, at: datetime) -> datetime:
    return span_end(at, reference.procedure.supervision.order_limits[ticket.urgency], reference.calendar)


def _open(session: Session, ticket_id: int) -> SupervisionOrder:
    order = orders.open_order(session, ticket_id)
    if order is None:
        raise Conflict("order.none_open", "这张工单没有未办结的督办单，可能已由他人处理。")
    return order


def _lock(session: Session, ticket_id: int) -> Ticket:
    ticket = queries.lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    return ticket
