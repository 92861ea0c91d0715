"""The verbs of shared work: ask for support, pass on to an own sub-unit, sign, report back, let go. The lead stays charged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.scope import unknown_ticket
from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.hops.clocks import handler_clock, support_clock
from dispatch.hops.parts import HANDLER, OPEN, SUPPORT, add_part, below, open_parts, release, unit_code
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.routing.duties import require_street_may
from dispatch.tickets import queries, states
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.states import AssignmentState

# The city as such deals with nothing; a community and a grid may help (domain §1.6).
HELPING_KINDS = frozenset({"district", "township", "department", "enterprise", "community", "grid"})


def ask_support(
    session: Session,
    ticket_id: int,
    *,
    unit_code: str,
    task: str,
    reference: Reference,
    actor: str,
    at: datetime,
    limit: str | None = None,
) -> Assignment:
    """协办: the lead or the hotline asks a unit to help, with a limit of its own; the lead stays responsible."""
    ticket, lead = _lock_with_lead(session, ticket_id)
    unit = _unit(unit_code, reference)
    if unit.unit_id == lead.unit_id:
        raise DomainError("support.is_lead", "主办单位不能给自己协办，请选其他单位。", field="unit_code")
    _require_free(session, ticket_id, unit, SUPPORT)
    clock = support_clock(lead, limit, terms=reference.terms(at, unit.unit_id), at=at)
    part = add_part(session, ticket, lead, unit, SUPPORT, clock, at=at)
    words = texts.write(session, ticket_id, "support_task", task, at=at)
    data = {"assignment": part.number, "unit": unit.code, "limit": clock.limit_text}
    data |= {"due_at": instant(clock.due_at), "text": words}
    events.record(session, ticket, [NewEvent("support.asked", at, actor, unit.code, data)])
    return part


def pass_on(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int,
    unit_code: str,
    task: str,
    reference: Reference,
    actor: str,
    at: datetime,
    limit: str | None = None,
) -> Assignment:
    """二级派单: whoever holds it (``unit_id``: the lead or a handler) lets an own sub-unit deal with it, and stays responsible."""
    ticket, lead = _lock_with_lead(session, ticket_id)
    held = [lead, *open_parts(session, ticket_id, HANDLER)]
    parent = next((part for part in held if part.unit_id == unit_id), None)
    if parent is None:
        raise Conflict("handler.not_holding", "本单位已不再承办本单，不能下派。")
    if parent.state != AssignmentState.ACKNOWLEDGED:
        raise Conflict("handler.not_acknowledged", "请先签收，再派给下级单位。", state=parent.state)
    unit = _unit(unit_code, reference)
    if unit.unit_id == unit_id or unit.unit_id not in reference.below(unit_id):
        raise DomainError("handler.not_below", f"“{unit.name}”不是本单位的下级单位。", field="unit_code")
    require_street_may(reference, unit, ticket)
    _require_free(session, ticket_id, unit, HANDLER)
    clock = handler_clock(parent, limit, terms=reference.terms(at, unit.unit_id), at=at)
    part = add_part(session, ticket, parent, unit, HANDLER, clock, at=at)
    words = texts.write(session, ticket_id, "handler_task", task, at=at)
    data = {"assignment": part.number, "parent": parent.number, "unit": unit.code, "limit": clock.limit_text}
    data |= {"due_at": instant(clock.due_at), "text": words}
    events.record(session, ticket, [NewEvent("hop.passed", at, actor, unit.code, data)])
    return part


def acknowledge(session: Session, ticket_id: int, number: int, *, actor: str, at: datetime) -> Assignment:
    """A support or a handler signs for its part."""
    ticket, part = _lock_part(session, ticket_id, number)
    states.require_assignment_move(part.state, AssignmentState.ACKNOWLEDGED)
    part.state, part.acknowledged_at, ticket.changed_at = AssignmentState.ACKNOWLEDGED, at, at
    unit = unit_code(session, part)
    data = {"assignment": number, "unit": unit}
    if part.role == SUPPORT:
        events.record(session, ticket, [NewEvent("support.acknowledged", at, actor, unit, data)])
    else:
        events.record(session, ticket, [NewEvent("hop.acknowledged", at, actor, unit, data)])
    return part


def report(session: Session, ticket_id: int, number: int, *, words: str, actor: str, at: datetime) -> Assignment:
    """A support reports to its lead, a handler to whoever passed it on; what it passed on itself ends with it."""
    ticket, part = _lock_part(session, ticket_id, number)
    states.require_assignment_move(part.state, AssignmentState.COMPLETED)
    under = below(open_parts(session, ticket_id, HANDLER), number)
    release(session, ticket, under, reason="parent_done", actor=actor, at=at)
    part.state, part.completed_at, ticket.changed_at = AssignmentState.COMPLETED, at, at
    written = texts.write(session, ticket_id, f"{part.role}_report", words, at=at)
    unit = unit_code(session, part)
    data = {"assignment": number, "unit": unit, "text": written}
    if part.role == SUPPORT:
        events.record(session, ticket, [NewEvent("support.reported", at, actor, unit, data)])
    else:
        events.record(session, ticket, [NewEvent("hop.reported", at, actor, unit, data)])
    return part


def let_go(session: Session, ticket_id: int, number: int, *, reason: str, actor: str, at: datetime) -> Assignment:
    """The one who asked needs this part no longer, nor what hangs under it."""
    ticket, part = _lock_part(session, ticket_id, number)
    under = below(open_parts(session, ticket_id, HANDLER), number)
    said = texts.write(session, ticket_id, "part_reason", reason, at=at)
    release(session, ticket, [part], reason="not_needed", actor=actor, at=at, text=said)
    release(session, ticket, under, reason="parent_done", actor=actor, at=at)
    return part


def _lock_with_lead(session: Session, ticket_id: int) -> tuple[Ticket, Assignment]:
    ticket = queries.lock_ticket(session, ticket_id)
    lead = queries.lead_in_force(session, ticket)
    if ticket.is_imported or lead is None or lead.state not in OPEN:
        raise Conflict("part.ticket_not_open", "工单不在主办单位办理中，不能请协办或下派。", state=ticket.state)
    return ticket, lead


def _lock_part(session: Session, ticket_id: int, number: int) -> tuple[Ticket, Assignment]:
    ticket = queries.lock_ticket(session, ticket_id)
    part = next((one for one in queries.parts_of(session, ticket_id) if one.number == number), None)
    if part is None or part.role not in (SUPPORT, HANDLER):
        raise unknown_ticket()
    if part.state not in OPEN:
        raise Conflict("part.not_open", "这一部分已经反馈或收回，不能再操作。", state=part.state)
    return ticket, part


def _unit(unit_code: str, reference: Reference) -> UnitRef:
    unit = reference.by_code.get(unit_code)
    if unit is None:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
    if unit.kind not in HELPING_KINDS:
        raise DomainError("part.unit_cannot_help", f"“{unit.name}”不能承接协办或下派。", field="unit_code")
    return unit


def _require_free(session: Session, ticket_id: int, unit: UnitRef, role: str) -> None:
    if any(part.unit_id == unit.unit_id for part in open_parts(session, ticket_id, role)):
        raise Conflict("part.already", f"“{unit.name}”已在承接，尚未反馈。")
