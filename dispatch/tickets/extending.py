"""延期 (rules.md §3): asked for before the due instant, capped by number and amount, decided by the policy's approver."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.kernel.events import NewEvent
from dispatch.limits.procedure import ExtensionCap
from dispatch.limits.rules import Limit
from dispatch.tickets import clock, queries
from dispatch.tickets.cards import withdraw_cards
from dispatch.tickets.clock_models import Extension
from dispatch.tickets.clock_states import E
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.services import lock_own_lead
from dispatch.tickets.states import AssignmentState

OPEN = (AssignmentState.SENT, AssignmentState.ACKNOWLEDGED)
_OF_TICKET = select(Extension).where(Extension.ticket_id == bindparam("of_ticket")).order_by(Extension.number)


def ask_extension(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int,
    amount: str,
    reason: str,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Extension:
    """申请延期: by the lead, at its due instant at the latest."""
    ticket, lead = lock_own_lead(session, ticket_id, unit_id)
    wanted = Limit.parse(amount)
    earlier = of_ticket(session, ticket_id)
    _require_may_ask(ticket, lead, earlier, wanted, reference, at)
    words = texts.write(session, ticket_id, "extension_reason", reason, at=at)
    asked = Extension(
        ticket_id=ticket_id,
        number=len(earlier) + 1,
        assignment_number=lead.number,
        unit_id=unit_id,
        amount=str(wanted),
        state=E.ASKED,
        asked_at=at,
    )
    session.add(asked)
    ticket.changed_at = at
    data = {"extension": asked.number, "assignment": lead.number, "amount": asked.amount, "text": words}
    events.record(session, ticket, [NewEvent("extension.asked", at, actor, reference.by_id[unit_id].code, data)])
    return asked


def decide_extension(
    session: Session,
    ticket_id: int,
    *,
    is_granted: bool,
    reason: str,
    unit_id: int | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Extension:
    """审批延期. ``unit_id``: the approver's unit, None for the hotline. Granted, both clocks move and the lead's cards go."""
    ticket = queries.lock_ticket(session, ticket_id)
    every = of_ticket(session, ticket_id)
    asked = next((one for one in every if one.state == E.ASKED), None)
    if asked is None:
        raise Conflict("extension.none_open", "没有待审批的延期申请，可能已由他人审批。")
    require_approver(asked.unit_id, unit_id, reference)
    lead = queries.part_of(session, ticket_id, asked.assignment_number)
    if lead.due_at is not None and at > lead.due_at:
        raise Conflict("extension.too_late", "办理时限已到，未批的延期申请视为不同意。")
    words = texts.write(session, ticket_id, "extension_decision", reason, at=at) if reason.strip() else None
    # Everything is asked before anything changes, so that each row is written once.
    cards = withdraw_cards(session, lead, at=at) if is_granted else []
    told = []
    if is_granted:
        granted = [one for one in every if one.state == E.GRANTED]
        in_order = [*sorted(granted, key=lambda one: (one.decided_at or at, one.number)), asked]
        told.append(clock.moved(session, ticket, in_order, reference=reference, actor=actor, at=at))
    asked.state = E.GRANTED if is_granted else E.REFUSED
    asked.decided_at, asked.decided_by, ticket.changed_at = at, actor, at
    data: dict[str, object] = {"extension": asked.number, "amount": asked.amount, "text": words}
    data["ticket_due_at"] = instant(ticket.due_at) if ticket.due_at else None
    data["cards_withdrawn"] = cards
    code = reference.by_id[asked.unit_id].code
    kind = "extension.granted" if is_granted else "extension.refused"
    events.record(session, ticket, [*told, NewEvent(kind, at, actor, code, data)])
    return asked


def require_approver(asking_unit_id: int, approver_unit_id: int | None, reference: Reference) -> None:
    """The hotline may always decide; a district where the policy lets it, for units below it, never for itself."""
    if approver_unit_id is None:
        return
    if reference.procedure.extension_approver != "district" or approver_unit_id == asking_unit_id:
        raise Forbidden("extension.not_approver", "这项申请须由上级或热线审批。")


def of_ticket(session: Session, ticket_id: int) -> list[Extension]:
    """Every request of a ticket, in order."""
    return list(session.scalars(_OF_TICKET, {"of_ticket": ticket_id}))


def _require_may_ask(
    ticket: Ticket, lead: Assignment, earlier: list[Extension], wanted: Limit, reference: Reference, at: datetime
) -> None:
    if lead.state not in OPEN or ticket.state not in ("dispatched", "acknowledged"):
        raise Conflict("extension.not_open", "本单当前不能申请延期。", state=ticket.state)
    if lead.due_at is not None and at > lead.due_at:
        raise Conflict("extension.too_late", "办理时限已到，不能再申请延期。")
    if any(one.state == E.ASKED for one in earlier):
        raise Conflict("extension.already_asked", "已有一项延期申请待审批。")
    limit = Limit.parse(lead.limit_text or "")
    cap = reference.terms(lead.sent_at).policy.procedure.extension_cap_of(limit)
    granted = [Limit.parse(one.amount) for one in earlier if one.state == E.GRANTED]
    _require_within_cap(cap, limit, granted, wanted)


def _require_within_cap(cap: ExtensionCap | None, limit: Limit, granted: list[Limit], wanted: Limit) -> None:
    if cap is None or cap.count == 0:
        raise Conflict("extension.not_allowed", "这一档时限不能延期。")
    if len(granted) >= cap.count:
        raise Conflict("extension.too_many", f"本单已延期 {len(granted)} 次，达到上限。")
    if wanted.unit != limit.unit:
        raise DomainError("extension.other_unit", "延期须与办理时限用同一种单位。", field="amount")
    left = Limit.parse(cap.longest).amount - sum(one.amount for one in granted if one.unit == limit.unit)
    if wanted.amount > left:
        raise DomainError("extension.too_long", f"累计延期不能超过 {cap.longest}，最多还可延 {left}。", field="amount")
