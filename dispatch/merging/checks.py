"""What may be merged with what (rules.md §5): pure refusals, each saying what to do."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dispatch.kernel.errors import Conflict, DomainError
from dispatch.tickets import queries
from dispatch.tickets.models import Ticket
from dispatch.tickets.states import TicketState

# Where a ticket may be joined by another, or join one.
MERGEABLE = frozenset(
    {TicketState.AWAITING_DISPATCH, TicketState.DISPATCHED, TicketState.ACKNOWLEDGED, TicketState.COMPLETED}
)


def can_merge(ticket: Ticket) -> bool:
    """Whether it can absorb or be absorbed now, as far as its own columns tell."""
    return ticket.state in MERGEABLE and not ticket.reached and not ticket.is_imported


def require_mergeable(session: Session, ticket: Ticket) -> None:
    """Refuse a locked ticket that can neither absorb nor be absorbed now. Raises ``merge.*``."""
    if ticket.is_imported:
        raise Conflict("merge.imported", f"{ticket.ticket_no} 是导入的历史工单，不能并单。")
    if ticket.state == TicketState.SUSPENDED:
        raise Conflict("merge.suspended", f"{ticket.ticket_no} 挂账中，请在挂账结束后再并单。")
    if ticket.reached:
        raise Conflict("merge.already_answered", f"{ticket.ticket_no} 已有回访结果，不能并单；可改为关联工单。")
    if ticket.state not in MERGEABLE:
        raise Conflict("merge.ended", f"{ticket.ticket_no} 已经结束，不能并单；可改为关联工单。")
    if queries.open_dispute(session, ticket.ticket_id) is not None:
        raise Conflict("merge.disputed", f"{ticket.ticket_no} 有待裁定的派单异议，请裁定后再并单。")


def same_ticket() -> DomainError:
    """A ticket is no repeat of itself."""
    return DomainError("merge.same_ticket", "不能与本工单自己并单，请填写另一张工单的编号。", field="ticket_no")


def already_merged() -> Conflict:
    """A voice has one survivor."""
    return Conflict("merge.already_merged", "工单已经并单；要改并到别处，请先拆单。")
