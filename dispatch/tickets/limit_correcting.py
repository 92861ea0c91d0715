"""按更正后的分类重算时限: only where a supervisor says so does a correction move a limit (rules.md §2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.limits.rules import Limit, due_at
from dispatch.routing.duties import limit_for
from dispatch.tickets import clock
from dispatch.tickets.cards import withdraw_cards
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.queries import OPEN_LEAD, lead_in_force, lock_ticket


def recompute_limit(
    session: Session, ticket_id: int, *, reason: str, reference: Reference, actor: str, at: datetime
) -> Ticket:
    """Give the ticket and its lead the limit that category, urgency and kind have now.

    Both count from where they began, with their extensions and pauses; the lead's cards are withdrawn, the sweep issues those of
    the new due instant. Not once the follow-up is open: then the old limit has been judged by.
    """
    ticket = lock_ticket(session, ticket_id)
    lead = _require_open_lead(session, ticket)
    policy, calendar = reference.terms(at, lead.unit_id)
    leading = reference.by_id[lead.unit_id]
    rule = policy.limit_of(ticket.category or "", ticket.urgency, ticket.kind, leading.kind)
    limit_text = limit_for(reference, leading, ticket) or rule.limit
    if limit_text == lead.limit_text == ticket.limit_text:
        raise DomainError("ticket.same_limit", "按现在的分类和类型，办理时限没有变化。")
    before, lead.limit_text, ticket.limit_text = lead.limit_text, limit_text, limit_text
    lead.policy_version = policy.version
    lead.acknowledge_due_at = due_at(lead.sent_at, Limit.parse(rule.acknowledge), calendar).at
    lead.first_contact_due_at = due_at(lead.sent_at, Limit.parse(rule.first_contact), calendar).at
    words = texts.write(session, ticket_id, "correction_reason", reason, at=at)
    data = {
        "assignment": lead.number,
        "from": before,
        "to": limit_text,
        "policy_version": lead.policy_version,
        "acknowledge_due_at": instant(lead.acknowledge_due_at),
        "first_contact_due_at": instant(lead.first_contact_due_at),
        "cards_withdrawn": withdraw_cards(session, lead, at=at),
        "text": words,
    }
    unit = reference.by_id[lead.unit_id].code
    events.record(session, ticket, [NewEvent("ticket.limit_corrected", at, actor, unit, data)])
    clock.reckon(session, ticket, reference=reference, actor=actor, at=at)
    return ticket


def _require_open_lead(session: Session, ticket: Ticket) -> Assignment:
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    lead = lead_in_force(session, ticket)
    if lead is None or lead.state not in OPEN_LEAD:
        raise Conflict("ticket.no_open_lead", "工单没有在办的主办单位，不能重算时限。", state=ticket.state)
    if lead.due_at is None or ticket.follow_up_opened_at is not None:
        raise Conflict("ticket.follow_up_open", "回访已经开始，不能再重算时限。")
    return lead
