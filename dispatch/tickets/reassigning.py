"""转派: taking a ticket back from a lead, and sending it to a unit (rules.md §2: a full limit for the new lead, none for the citizen)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.routing.duties import is_barred, limit_for, require_street_may
from dispatch.tickets import queries, states
from dispatch.tickets.assigning import LEADING_KINDS, assignment_row, district_copy, promise
from dispatch.tickets.cards import withdraw_cards
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.settling import settle
from dispatch.tickets.states import AssignmentState, TicketState


def take_back(
    session: Session,
    ticket: Ticket,
    lead: Assignment,
    *,
    reason: str,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """Withdraw a lead's assignment as the hotline's own error; its cards go with it (rules.md §3)."""
    states.require_assignment_move(lead.state, AssignmentState.WITHDRAWN)
    settle(session, ticket, reference=reference, actor=actor, at=at)
    lead.state, lead.withdrawn_at, lead.withdrawn_for, lead.next_at = AssignmentState.WITHDRAWN, at, reason, None
    data = {"assignment": lead.number, "reason": reason, "cards_withdrawn": withdraw_cards(session, lead, at=at)}
    events.record(session, ticket, [NewEvent("assignment.withdrawn", at, actor, None, data)])


def send_to(
    session: Session,
    ticket: Ticket,
    unit: UnitRef,
    *,
    is_designated: bool = False,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """Dispatch the locked ticket to ``unit`` with a full limit of the unit's own; the citizen's promise is set only once."""
    if unit.kind not in LEADING_KINDS:
        raise DomainError("unit.cannot_lead", f"“{unit.name}”不能作为主办单位。", field="unit_code")
    states.require_ticket_move(ticket.state, TicketState.DISPATCHED)
    values = {
        "ticket_id": ticket.ticket_id,
        "category": ticket.category,
        "urgency": ticket.urgency,
        "kind": ticket.kind,
    }
    first = ticket.assignment_count + 1
    lead = assignment_row(
        values,
        unit,
        number=first,
        round_=ticket.round,
        is_designated=is_designated,
        limit_text=limit_for(reference, unit, ticket),
        reference=reference,
        at=at,
    )
    copy = district_copy(ticket.ticket_id, unit, number=first + 1, round_=ticket.round, reference=reference, at=at)
    rows = [lead] + ([copy] if copy else [])
    session.flush()
    session.execute(insert(Assignment.__table__), rows)  # type: ignore[arg-type]
    ticket.state, ticket.unit_id, ticket.lead_since, ticket.changed_at = TicketState.DISPATCHED, unit.unit_id, at, at
    ticket.district_id = copy["unit_id"] if copy else None
    ticket.assignment_count += len(rows)
    ticket.acknowledged_at = ticket.first_contact_at = None
    if ticket.dispatched_at is None:
        ticket.dispatched_at = at
        for name, value in promise(lead, reference).items():
            setattr(ticket, name, value)
    data = {
        "assignment": lead["number"],
        "round": ticket.round,
        "lead": unit.code,
        "copies": [reference.by_id[copy["unit_id"]].code] if copy else [],
        "limit": lead["limit_text"],
        "assignment_due_at": instant(lead["due_at"]),
        "ticket_due_at": instant(ticket.due_at or lead["due_at"]),
        "provisional": lead["is_due_provisional"],
        "policy_version": lead["policy_version"],
        "designated": is_designated,
    }
    events.record(session, ticket, [NewEvent("ticket.dispatched", at, actor, unit.code, data)])


def dispatch_waiting(
    session: Session,
    ticket_id: int,
    *,
    unit_code: str,
    reference: Reference,
    actor: str,
    at: datetime,
    category: str | None = None,
) -> Ticket:
    """A dispatcher decides where a waiting ticket goes; a corrected ``category`` counts for its limit."""
    ticket = queries.lock_ticket(session, ticket_id)
    if unit_code not in reference.by_code:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
    if ticket.state != TicketState.AWAITING_DISPATCH:
        raise Conflict("ticket.not_waiting", "工单不在待派单队列，可能已由他人派出。", state=ticket.state)
    if category and category != ticket.category:
        if reference.taxonomy.get(category) is None:
            raise DomainError("category.unknown", "没有这个分类，请重新选择。", field="category")
        data = {"from": ticket.category, "to": category}
        ticket.category = category
        events.record(session, ticket, [NewEvent("ticket.category_corrected", at, actor, None, data)])
    unit = reference.by_code[unit_code]
    require_street_may(reference, unit, ticket)
    send_to(session, ticket, unit, reference=reference, actor=actor, at=at)
    return ticket


def reassign(
    session: Session,
    ticket_id: int,
    *,
    unit_code: str,
    reason: str,
    may_overrule: bool = False,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """转派: the hotline takes a ticket back as its own error and sends it on; a dispute in progress is left to its ruling.

    ``may_overrule``: whoever acts may give a street what the catalogue keeps from streets; the event then says so.
    """
    ticket = queries.lock_ticket(session, ticket_id)
    if unit_code not in reference.by_code:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
    lead = queries.lead_in_force(session, ticket)
    if ticket.is_imported or lead is None or lead.state not in (AssignmentState.SENT, AssignmentState.ACKNOWLEDGED):
        raise Conflict("ticket.not_reassignable", "工单当前不能转派；有待裁定的异议时请先裁定。", state=ticket.state)
    unit = reference.by_code[unit_code]
    if unit.unit_id == lead.unit_id:
        raise DomainError("ticket.same_unit", "工单已在这个单位，请选其他单位。", field="unit_code")
    if not may_overrule:
        require_street_may(reference, unit, ticket)
    words = texts.write(session, ticket_id, "reassign_reason", reason, at=at)
    data = {"from": reference.by_id[lead.unit_id].code, "to": unit.code, "text": words}
    if is_barred(reference, unit, ticket):
        data["against"] = reference.catalogue.version
    events.record(session, ticket, [NewEvent("ticket.reassigned", at, actor, unit.code, data)])
    take_back(session, ticket, lead, reason="hotline_error", reference=reference, actor=actor, at=at)
    send_to(session, ticket, unit, reference=reference, actor=actor, at=at)
    return ticket
