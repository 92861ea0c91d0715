"""Ending a ticket that waits without a unit, reversing that, and what the emergency services say of a hand-over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.knowledge.services import cite
from dispatch.limits.procedure import Procedure
from dispatch.outcomes import queries as own_queries
from dispatch.outcomes.calling_off import call_off
from dispatch.outcomes.endings import Matter, Outcome, Plan, ending_row, hand_over_row, plan
from dispatch.outcomes.models import Ending, HandOver
from dispatch.outcomes.states import EndingKind, HandOverState, require_hand_over_move
from dispatch.tickets import queries, states
from dispatch.tickets.erased import require_words
from dispatch.tickets.models import Ticket
from dispatch.tickets.states import TicketState

REVERSIBLE = (TicketState.ANSWERED, TicketState.DECLINED, TicketState.INVALID)


def end(
    session: Session, ticket_id: int, outcome: Outcome, *, procedure: Procedure, actor: str, at: datetime
) -> Ticket:
    """Answer, decline, hand over or invalidate a ticket that waits for dispatch."""
    ticket = queries.lock_ticket(session, ticket_id)
    made = plan(session, outcome, matter=Matter(ticket.kind, procedure, at))
    if ticket.state != TicketState.AWAITING_DISPATCH:
        raise Conflict("ticket.not_waiting", "工单不在待派单队列，可能已由他人派出。", state=ticket.state)
    if made.related_ticket_id == ticket_id:
        raise DomainError("outcome.related_itself", "同一诉求的工单不能是本单自己。", field="related_ticket_no")
    states.require_ticket_move(ticket.state, TicketState(made.kind))
    data = dict(made.data)
    for kind, body in made.words.items():
        data["text"] = texts.write(session, ticket_id, kind, body, at=at)
    if made.kind == EndingKind.TRANSFERRED:
        data["hand_over"] = _send(session, ticket_id, made, at=at)
    note_ending(session, ticket, made, actor=actor, at=at)
    cite(session, ticket_id, made.articles, at=at)
    ticket.state, ticket.changed_at = TicketState(made.kind), at
    events.record(session, ticket, [NewEvent(made.event, at, actor, data=data)])
    call_off(session, ticket, because="ended", actor=actor, at=at)
    return ticket


def note_ending(session: Session, ticket: Ticket, made: Plan, *, actor: str, at: datetime) -> None:
    """Write the ending's row, numbered after the ones before it."""
    number = 1 + (session.scalar(select(func.max(Ending.number)).where(Ending.ticket_id == ticket.ticket_id)) or 0)
    session.execute(insert(Ending), ending_row(ticket.ticket_id, made, number=number, actor=actor, at=at))


def restore(session: Session, ticket_id: int, *, reason: str, actor: str, at: datetime) -> Ticket:
    """A supervisor finds that the answer, the decline or the invalidation did not hold: a person dispatches the matter."""
    ticket = queries.lock_ticket(session, ticket_id)
    if ticket.state not in REVERSIBLE:
        raise Conflict("ticket.not_restorable", "只有直接答复、不予派单和无效的工单可以恢复。", state=ticket.state)
    if not reason.strip():
        raise DomainError("outcome.reason_missing", "请填写恢复的理由。", field="reason")
    data = {"from": ticket.state, "text": texts.write(session, ticket_id, "restore_reason", reason, at=at)}
    return _to_dispatchers(session, ticket, NewEvent("ticket.restored", at, actor, data=data), at=at)


def hand_over_received(session: Session, ticket_id: int, *, receipt: str, actor: str, at: datetime) -> Ticket:
    """The emergency service has taken it, under the number ``receipt``."""
    ticket, open_one = _hand_over(session, ticket_id)
    require_hand_over_move(open_one.state, HandOverState.RECEIVED)
    open_one.state, open_one.receipt, open_one.answered_at = HandOverState.RECEIVED, receipt, at
    ticket.changed_at = at
    data = {"hand_over": open_one.number, "agency": open_one.agency}
    events.record(session, ticket, [NewEvent("ticket.transfer_received", at, actor, data=data)])
    return ticket


def hand_over_refused(session: Session, ticket_id: int, *, reason: str, actor: str, at: datetime) -> Ticket:
    """The emergency service does not take it: the matter goes to the dispatchers, with the service's reason."""
    ticket, open_one = _hand_over(session, ticket_id)
    require_hand_over_move(open_one.state, HandOverState.REFUSED)
    open_one.state, open_one.answered_at = HandOverState.REFUSED, at
    data = {
        "hand_over": open_one.number,
        "agency": open_one.agency,
        "text": texts.write(session, ticket_id, "transfer_refusal", reason, at=at),
    }
    return _to_dispatchers(session, ticket, NewEvent("ticket.transfer_refused", at, actor, data=data), at=at)


def _send(session: Session, ticket_id: int, made: Plan, *, at: datetime) -> int:
    number = 1 + (session.scalar(select(func.max(HandOver.number)).where(HandOver.ticket_id == ticket_id)) or 0)
    row = hand_over_row(ticket_id, made.ground or "", made.receipt, direction="out", number=number, at=at)
    session.execute(insert(HandOver), row)
    return number


def _hand_over(session: Session, ticket_id: int) -> tuple[Ticket, HandOver]:
    ticket = queries.lock_ticket(session, ticket_id)
    last = own_queries.last_hand_over(session, ticket_id)
    if last is None or ticket.state != TicketState.TRANSFERRED:
        raise Conflict("hand_over.none_open", "这张工单没有转接出去。", state=ticket.state)
    return ticket, last


def _to_dispatchers(session: Session, ticket: Ticket, why: NewEvent, *, at: datetime) -> Ticket:
    """Back among those that wait; the ending that did not hold is kept as reversed."""
    states.require_ticket_move(ticket.state, TicketState.AWAITING_DISPATCH)
    require_words(ticket)
    last = own_queries.ending_in_force(session, ticket.ticket_id)
    if last is not None:
        last.reversed_at = at
    ticket.state, ticket.changed_at = TicketState.AWAITING_DISPATCH, at
    events.record(session, ticket, [why])
    return ticket
