"""派单异议 (rules.md §3): raised once per unit and ticket inside a window, ruled within a limit; silence upholds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.follow_ups.opening import open_if_due
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.limits.procedure import span_end
from dispatch.limits.rules import Limit
from dispatch.routing.duties import require_street_may
from dispatch.tickets import queries, states
from dispatch.tickets.models import Assignment, Dispute, Ticket
from dispatch.tickets.reassigning import send_to, take_back
from dispatch.tickets.services import lock_own_lead
from dispatch.tickets.states import AssignmentState, TicketState


class Ground(StrEnum):
    """Why a unit says the matter is not its own."""

    OUTSIDE_DUTY = "outside_duty"
    OUTSIDE_AREA = "outside_area"
    UNCLEAR_OWNERSHIP = "unclear_ownership"


class Ruling(StrEnum):
    """How a dispute ends. ``designated``: the unit ruled may not dispute again."""

    UPHELD = "upheld"
    REFUSED = "refused"
    DESIGNATED = "designated"
    SILENCE = "silence"
    LAPSED = "lapsed"  # the reporter withdrew: nothing is left to rule


GROUND_WORDS = {
    Ground.OUTSIDE_DUTY: "不属于本单位职责",
    Ground.OUTSIDE_AREA: "不属于本单位辖区",
    Ground.UNCLEAR_OWNERSHIP: "权属不清",
}

RULING_WORDS = {
    Ruling.UPHELD: "异议成立",
    Ruling.REFUSED: "异议不成立",
    Ruling.DESIGNATED: "指定办理",
    Ruling.SILENCE: "逾期未裁定，视为成立",
    Ruling.LAPSED: "诉求人撤单，无须裁定",
}

_DISPUTED_BY = select(Dispute.unit_id).where(Dispute.ticket_id == bindparam("of_ticket"))


def window_closes_at(lead: Assignment, reference: Reference) -> datetime:
    """Until when this assignment may be disputed."""
    policy, calendar = reference.terms(lead.sent_at, lead.unit_id)
    return span_end(lead.sent_at, policy.procedure.window_of(Limit.parse(lead.limit_text or "")).window, calendar)


def dispute(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int,
    ground: str,
    reason: str,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Dispute:
    """The lead disputes the dispatch; its clock and the citizen's run on."""
    if ground not in set(Ground):
        raise DomainError("dispute.unknown_ground", "请选择异议理由。", field="ground")
    if not reason.strip():
        raise DomainError("dispute.reason_missing", "请写明异议依据。", field="reason")
    ticket, lead = lock_own_lead(session, ticket_id, unit_id)
    states.require_assignment_move(lead.state, AssignmentState.DISPUTED)
    earlier = session.scalars(_DISPUTED_BY, {"of_ticket": ticket_id}).all()
    _require_may_dispute(ticket, lead, earlier, reference, at)
    number = len(earlier) + 1
    words = texts.write(session, ticket_id, "dispute_reason", reason, at=at)
    window = reference.terms(lead.sent_at).policy.procedure.window_of(Limit.parse(lead.limit_text or ""))
    raised = Dispute(
        ticket_id=ticket_id,
        number=number,
        assignment_number=lead.number,
        unit_id=unit_id,
        ground=ground,
        raised_at=at,
        ruling_due_at=span_end(at, window.ruling, reference.calendar),
    )
    session.add(raised)
    lead.state, ticket.changed_at = AssignmentState.DISPUTED, at
    data = {"dispute": number, "assignment": lead.number, "ground": ground, "text": words}
    data["ruling_due_at"] = instant(raised.ruling_due_at)
    events.record(session, ticket, [NewEvent("assignment.disputed", at, actor, reference.by_id[unit_id].code, data)])
    return raised


def rule(
    session: Session,
    ticket_id: int,
    *,
    ruling: str,
    reason: str,
    reference: Reference,
    actor: str,
    at: datetime,
    unit_code: str | None = None,
) -> Ticket:
    """裁定. ``upheld`` and ``designated`` name the unit that gets the ticket; ``refused`` names none; ``silence`` is the sweep's."""
    ticket = queries.lock_ticket(session, ticket_id)
    raised = queries.open_dispute(session, ticket_id)
    if raised is None:
        raise Conflict("dispute.none_open", "没有待裁定的异议，可能已由他人裁定。")
    require_in_time(raised, at, is_silence=ruling == Ruling.SILENCE)
    lead = queries.part_of(session, ticket_id, raised.assignment_number)
    target = _target(ruling, unit_code, lead, reference)
    if target is not None:
        require_street_may(reference, target, ticket)
    raised.ruled_at, raised.ruling, raised.ruled_unit_id = at, ruling, target.unit_id if target else None
    raised.category, raised.place_code = ticket.category, ticket.place_code
    ticket.changed_at = at
    data: dict[str, object] = {"dispute": raised.number, "ruling": ruling, "unit": target.code if target else None}
    if reason.strip():
        words = data["text"] = texts.write(session, ticket_id, "ruling_reason", reason, at=at)
        raised.reason_version = words["version"]
    events.record(session, ticket, [NewEvent("dispute.ruled", at, actor, reference.by_id[raised.unit_id].code, data)])
    if target is None and ruling == Ruling.REFUSED:
        return _stays(session, ticket, lead, reference=reference, actor=actor, at=at)
    if target is not None and target.unit_id == lead.unit_id:
        lead.is_designated = True  # to the same unit: its clock never stopped, a ruling is no extension
        return _stays(session, ticket, lead, reference=reference, actor=actor, at=at)
    take_back(session, ticket, lead, reason="dispute_upheld", reference=reference, actor=actor, at=at)
    ticket.returns += 1
    if target:
        send_to(
            session,
            ticket,
            target,
            is_designated=ruling == Ruling.DESIGNATED,
            reference=reference,
            actor=actor,
            at=at,
        )
    else:
        _to_dispatchers(session, ticket, actor=actor, at=at)
    return ticket


def require_in_time(raised: Dispute, at: datetime, *, is_silence: bool = False) -> None:
    """After the ruling limit only silence rules, even where the sweep has not come by yet (rules.md §3)."""
    if at > raised.ruling_due_at and not is_silence:
        raise Conflict("dispute.ruling_overdue", "裁定时限已过，异议视为成立，工单将转人工派单。")


def _stays(
    session: Session, ticket: Ticket, lead: Assignment, *, reference: Reference, actor: str, at: datetime
) -> Ticket:
    lead.state = AssignmentState.ACKNOWLEDGED if lead.acknowledged_at else AssignmentState.SENT
    ticket.changed_at = at
    open_if_due(session, ticket, lead, reference=reference, actor=actor, at=at)
    return ticket


def _to_dispatchers(session: Session, ticket: Ticket, *, actor: str, at: datetime) -> None:
    states.require_ticket_move(ticket.state, TicketState.AWAITING_DISPATCH)
    ticket.state, ticket.unit_id, ticket.changed_at = TicketState.AWAITING_DISPATCH, None, at
    events.record(session, ticket, [NewEvent("ticket.awaiting_dispatch", at, actor, data={"first_in_line": True})])


def _target(ruling: str, unit_code: str | None, lead: Assignment, reference: Reference) -> UnitRef | None:
    if ruling not in set(Ruling):
        raise DomainError("dispute.unknown_ruling", "请选择裁定结果。", field="ruling")
    if ruling in (Ruling.REFUSED, Ruling.SILENCE):
        return None
    if not unit_code or unit_code not in reference.by_code:
        raise DomainError("dispute.unit_missing", "请指明改派的单位。", field="unit_code")
    target = reference.by_code[unit_code]
    if ruling == Ruling.UPHELD and target.unit_id == lead.unit_id:
        raise DomainError(
            "dispute.same_unit", "异议成立时须改派其他单位；仍由原单位办理请选“指定办理”。", field="unit_code"
        )
    return target


def _require_may_dispute(
    ticket: Ticket, lead: Assignment, disputed_by: Sequence[int], reference: Reference, at: datetime
) -> None:
    if ticket.state == TicketState.SUSPENDED:
        raise Conflict("dispute.suspended", "挂账期间不能提异议。")
    if lead.is_designated:
        raise Conflict("dispute.designated", "本单由裁定指定办理，不能再提异议。")
    if ticket.redos:
        raise Conflict("dispute.on_redo", "重办工单不能提异议。")
    if at > window_closes_at(lead, reference):
        raise Conflict("dispute.window_closed", "已过异议时限，不能再提异议。")
    if lead.unit_id in disputed_by:
        raise Conflict("dispute.once_only", "本单位对本单已提过异议，每单只能提一次。")
