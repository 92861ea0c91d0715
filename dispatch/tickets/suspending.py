"""挂账 (rules.md §3): what cannot be solved now, with measures and a date; approved above the unit, reviewed on the date."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.opening import open_if_due
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.tickets import clock, extending, queries, states
from dispatch.tickets.clock_models import Suspension
from dispatch.tickets.clock_states import S
from dispatch.tickets.models import Ticket
from dispatch.tickets.services import lock_own_lead
from dispatch.tickets.settling import in_state
from dispatch.tickets.states import AssignmentState, TicketState


def ask_suspension(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int,
    measures: str,
    until: date,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Suspension:
    """申请挂账: the lead names its measures and the last day of the suspension."""
    ticket, lead = lock_own_lead(session, ticket_id, unit_id)
    if ticket.state != TicketState.ACKNOWLEDGED or lead.state != AssignmentState.ACKNOWLEDGED:
        raise Conflict("suspension.not_in_hand", "只有签收后办理中的工单可以申请挂账。", state=ticket.state)
    earlier = of_ticket(session, ticket_id)
    if any(one.state == S.ASKED for one in earlier):
        raise Conflict("suspension.already_asked", "已有一项挂账申请待审批。")
    _require_date(until, reference, at)
    words = texts.write(session, ticket_id, "suspension_measures", measures, at=at)
    asked = Suspension(
        ticket_id=ticket_id,
        number=len(earlier) + 1,
        assignment_number=lead.number,
        unit_id=unit_id,
        state=S.ASKED,
        until=until,
        review_count=0,
        asked_at=at,
    )
    session.add(asked)
    ticket.changed_at = at
    data = {"suspension": asked.number, "assignment": lead.number, "until": until.isoformat(), "text": words}
    events.record(session, ticket, [NewEvent("suspension.asked", at, actor, reference.by_id[unit_id].code, data)])
    return asked


def decide_suspension(
    session: Session,
    ticket_id: int,
    *,
    is_approved: bool,
    reason: str,
    unit_id: int | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Suspension:
    """审批挂账. Approved, the clocks stand until the end of its last day, and no follow-up opens meanwhile."""
    ticket = queries.lock_ticket(session, ticket_id)
    asked = in_state(session, ticket_id, S.ASKED)
    if asked is None:
        raise Conflict("suspension.none_open", "没有待审批的挂账申请，可能已由他人审批。")
    extending.require_approver(asked.unit_id, unit_id, reference)
    asked.decided_at, asked.decided_by, ticket.changed_at = at, actor, at
    data: dict[str, object] = {"suspension": asked.number, "until": asked.until.isoformat()}
    if reason.strip():
        data["text"] = texts.write(session, ticket_id, "suspension_decision", reason, at=at)
    code = reference.by_id[asked.unit_id].code
    if not is_approved:
        asked.state = S.REFUSED
        events.record(session, ticket, [NewEvent("suspension.refused", at, actor, code, data)])
        return asked
    _require_date(asked.until, reference, at)
    states.require_ticket_move(ticket.state, TicketState.SUSPENDED)
    asked.state, ticket.state = S.RUNNING, TicketState.SUSPENDED
    until = reference.calendar.end_of(asked.until)
    clock.pause(session, ticket, reason=clock.SUSPENSION, until=until, reference=reference, actor=actor, at=at)
    data["ticket_due_at"] = instant(ticket.due_at) if ticket.due_at else None
    events.record(session, ticket, [NewEvent("suspension.begun", at, actor, code, data)])
    return asked


def review_suspension(
    session: Session,
    ticket_id: int,
    *,
    until: date | None,
    reason: str,
    unit_id: int | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Suspension:
    """复核挂账: another last day, or, without one, its end now."""
    ticket = queries.lock_ticket(session, ticket_id)
    standing = in_state(session, ticket_id, S.RUNNING)
    if standing is None:
        raise Conflict("suspension.none_running", "本单没有在挂账，可能已到期或已由他人复核。")
    extending.require_approver(standing.unit_id, unit_id, reference)
    words = texts.write(session, ticket_id, "suspension_review", reason, at=at) if reason.strip() else None
    standing.review_count += 1
    if until is None:
        end(session, ticket, because="reviewed", words=words, reference=reference, actor=actor, at=at)
        return standing
    _require_date(until, reference, at)
    standing.until, ticket.changed_at = until, at
    clock.prolong(session, ticket, until=reference.calendar.end_of(until), reference=reference, actor=actor, at=at)
    data = {"suspension": standing.number, "until": until.isoformat(), "review": standing.review_count, "text": words}
    code = reference.by_id[standing.unit_id].code
    events.record(session, ticket, [NewEvent("suspension.prolonged", at, actor, code, data)])
    return standing


def end(
    session: Session,
    ticket: Ticket,
    *,
    because: str,
    words: dict[str, object] | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """The clocks run again; what was held back (a follow-up) comes now. ``because``: reviewed, date."""
    standing = in_state(session, ticket.ticket_id, S.RUNNING)
    if standing is None:
        return
    standing.state, standing.ended_at = S.ENDED, at
    clock.resume(session, ticket, reference=reference, actor=actor, at=at)
    if ticket.state == TicketState.SUSPENDED:
        states.require_ticket_move(ticket.state, TicketState.ACKNOWLEDGED)
        ticket.state = TicketState.ACKNOWLEDGED
    ticket.changed_at = at
    data = {"suspension": standing.number, "because": because, "text": words}
    code = reference.by_id[standing.unit_id].code
    events.record(session, ticket, [NewEvent("suspension.ended", at, actor, code, data)])
    lead = queries.lead_in_force(session, ticket)
    if lead is not None:
        open_if_due(session, ticket, lead, reference=reference, actor=actor, at=at)


def of_ticket(session: Session, ticket_id: int) -> list[Suspension]:
    """Every suspension of a ticket, in order."""
    query = select(Suspension).where(Suspension.ticket_id == ticket_id).order_by(Suspension.number)
    return list(session.scalars(query))


def _require_date(until: date, reference: Reference, at: datetime) -> None:
    today = reference.calendar.local_day(at)
    longest = today + timedelta(days=reference.procedure.suspension_days)
    if not today < until <= longest:
        raise DomainError(
            "suspension.date_out_of_range", f"挂账日期须晚于今天，且不晚于 {longest.isoformat()}。", field="until"
        )
