"""The verbs of a ticket: lock, check, change, record. They take a session, values, ``actor`` and ``at``, and never commit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.scope import unknown_ticket
from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.opening import open_if_due
from dispatch.hops.completing import end_parts
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.limits.cards import red_at
from dispatch.tickets import queries, states
from dispatch.tickets.closing import close_if_done
from dispatch.tickets.completing import premature_for
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.settling import settle
from dispatch.tickets.states import AssignmentState, TicketState


def lock_own_lead(session: Session, ticket_id: int, unit_id: int) -> tuple[Ticket, Assignment]:
    """Lock the ticket and its lead's assignment, which must be this unit's; another unit's ticket looks like none."""
    ticket = queries.lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    lead = queries.lead_in_force(session, ticket)
    if lead is None or lead.unit_id != unit_id:
        raise unknown_ticket()
    return ticket, lead


def acknowledge(session: Session, ticket_id: int, *, unit_id: int, actor: str, at: datetime) -> Ticket:
    """签收: the lead signs for the ticket."""
    ticket, lead = lock_own_lead(session, ticket_id, unit_id)
    states.require_assignment_move(lead.state, AssignmentState.ACKNOWLEDGED)
    if lead.state == AssignmentState.DISPUTED:
        raise Conflict("assignment.disputed", "异议裁定中，暂不能签收。")
    states.require_ticket_move(ticket.state, TicketState.ACKNOWLEDGED)
    lead.state, lead.acknowledged_at = AssignmentState.ACKNOWLEDGED, at
    ticket.state, ticket.acknowledged_at, ticket.changed_at = TicketState.ACKNOWLEDGED, at, at
    _record(session, ticket, lead, "assignment.acknowledged", actor=actor, at=at)
    return ticket


def first_contact(session: Session, ticket_id: int, *, unit_id: int, actor: str, at: datetime) -> Ticket:
    """先行联系: the unit has spoken with the reporter; the first time counts, later ones are recorded too."""
    ticket, lead = lock_own_lead(session, ticket_id, unit_id)
    if lead.state not in (AssignmentState.ACKNOWLEDGED, AssignmentState.DISPUTED):
        raise Conflict("assignment.not_acknowledged", "请先签收，再登记先行联系。", state=lead.state)
    if lead.first_contact_at is None:
        lead.first_contact_at = at
        ticket.first_contact_at = at
    ticket.changed_at = at
    _record(session, ticket, lead, "assignment.first_contacted", actor=actor, at=at)
    return ticket


def complete(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int,
    answer: str,
    report: str | None = None,
    is_explained: bool = False,
    without_supports: str | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """办结(单位反馈): the lead has acted. ``answer`` is for the citizen, ``report`` internal; ``is_explained``: 解释说明.

    ``without_supports``: why it is done although a support has not reported; needed then.
    """
    if not answer.strip():
        raise DomainError("assignment.answer_missing", "请填写给诉求人的答复。", field="answer")
    ticket, lead = lock_own_lead(session, ticket_id, unit_id)
    states.require_assignment_move(lead.state, AssignmentState.COMPLETED)
    states.require_ticket_move(ticket.state, TicketState.COMPLETED)
    words = [texts.write(session, ticket_id, "answer", answer, at=at)]
    words += end_parts(session, ticket, reason=without_supports, actor=actor, at=at)
    if report:
        words.append(texts.write(session, ticket_id, "report", report, at=at))
    settle(session, ticket, reference=reference, actor=actor, at=at)
    lead.state, lead.completed_at = AssignmentState.COMPLETED, at
    ticket.state, ticket.completed_at, ticket.changed_at = TicketState.COMPLETED, at, at
    if ticket.round == 1:  # what is counted is the first round's (rules.md §4)
        ticket.is_explained = is_explained
    hasty = premature_for(ticket, lead, answer, procedure=reference.procedure, at=at)
    ticket.premature_for = ",".join(hasty) or None
    if lead.due_at is not None and lead.yellow_at is not None and lead.yellow_at > at:
        lead.next_at = red_at(lead.due_at)  # no card will come: the sweep need not look before the due instant
    data = {"explained": is_explained, "texts": {entry["kind"]: entry["digest"] for entry in words}}
    if hasty:
        data["premature"] = hasty
    _record(session, ticket, lead, "assignment.completed", actor=actor, at=at, data=data)
    open_if_due(session, ticket, lead, reference=reference, actor=actor, at=at)
    close_if_done(session, ticket, actor=actor, at=at)
    return ticket


def _record(
    session: Session,
    ticket: Ticket,
    lead: Assignment,
    event_type: str,
    *,
    actor: str,
    at: datetime,
    data: dict[str, object] | None = None,
) -> None:
    body = {"assignment": lead.number, "round": lead.round, **(data or {})}
    events.record(session, ticket, [NewEvent(event_type, at, actor, None, body)])
