"""撤单: the reporter takes the matter back, before dispatch or after it (rules.md §6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.queries import WAITING
from dispatch.follow_ups.states import FollowUpState, require_follow_up_move
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.merging.succession import pass_on
from dispatch.outcomes.calling_off import call_off
from dispatch.outcomes.endings import Plan
from dispatch.outcomes.services import note_ending
from dispatch.outcomes.states import EndingKind
from dispatch.supervision import parting as orders
from dispatch.tickets import queries, states
from dispatch.tickets.disputing import Ruling
from dispatch.tickets.models import Ticket
from dispatch.tickets.settling import settle
from dispatch.tickets.states import AssignmentState, TicketState

FOR_REPORTER = "reporter"
BECAUSE = "withdrawn"
OPEN = (AssignmentState.SENT, AssignmentState.ACKNOWLEDGED, AssignmentState.DISPUTED)


def withdraw(
    session: Session, ticket_id: int, *, reason: str, reference: Reference, actor: str, at: datetime
) -> Ticket:
    """The reporter no longer wants it. Every open part ends with its cards as they are; the lead stays charged (rules.md §6).

    What others reported too goes on: see ``merging.succession``.
    """
    ticket = queries.lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    states.require_ticket_move(ticket.state, TicketState.WITHDRAWN)
    if not reason.strip():
        raise DomainError("outcome.reason_missing", "请填写撤单的原因。", field="reason")
    data = {"from": ticket.state, "text": texts.write(session, ticket_id, "withdraw_reason", reason, at=at)}
    ticket.state, ticket.withdrawn_at, ticket.changed_at = TicketState.WITHDRAWN, at, at
    made = Plan(EndingKind.WITHDRAWN, "ticket.withdrawn", data)
    note_ending(session, ticket, made, actor=actor, at=at)
    events.record(session, ticket, [NewEvent(made.event, at, actor, data=data)])
    settle(session, ticket, reference=reference, actor=actor, at=at)
    call_off(session, ticket, because=BECAUSE, actor=actor, at=at)
    orders.call_off(session, ticket, because=BECAUSE, reference=reference, actor=actor, at=at)
    _let_the_dispute_lapse(session, ticket, actor=actor, at=at)
    _end_the_parts(session, ticket, actor=actor, at=at)
    _cancel_the_follow_up(session, ticket, actor=actor, at=at)
    pass_on(session, ticket, reference=reference, actor=actor, at=at)
    return ticket


def _let_the_dispute_lapse(session: Session, ticket: Ticket, *, actor: str, at: datetime) -> None:
    waiting = queries.open_dispute(session, ticket.ticket_id)
    if waiting is None:
        return
    waiting.ruled_at, waiting.ruling = at, Ruling.LAPSED
    data = {"dispute": waiting.number, "ruling": Ruling.LAPSED, "unit": None}
    events.record(session, ticket, [NewEvent("dispute.ruled", at, actor, data=data)])


def _end_the_parts(session: Session, ticket: Ticket, *, actor: str, at: datetime) -> None:
    for part in queries.assignments(session, ticket.ticket_id):
        if part.state not in OPEN:
            continue
        states.require_assignment_move(part.state, AssignmentState.WITHDRAWN)
        part.state, part.withdrawn_at, part.withdrawn_for, part.next_at = (
            AssignmentState.WITHDRAWN,
            at,
            FOR_REPORTER,
            None,
        )
        if part.role == "copy":
            continue  # a copy has no clock: the ticket's own event tells the district
        data = {"assignment": part.number, "reason": FOR_REPORTER, "cards_withdrawn": []}
        events.record(session, ticket, [NewEvent("assignment.withdrawn", at, actor, None, data)])


def _cancel_the_follow_up(session: Session, ticket: Ticket, *, actor: str, at: datetime) -> None:
    waiting = session.get(FollowUp, (ticket.ticket_id, ticket.round))
    if waiting is None or waiting.state not in WAITING:
        return
    require_follow_up_move(waiting.state, FollowUpState.CANCELLED)
    waiting.state, waiting.ended_at = FollowUpState.CANCELLED, at
    data = {"round": waiting.round, "reason": FOR_REPORTER}
    events.record(session, ticket, [NewEvent("follow_up.cancelled", at, actor, data=data)])
