"""Links between tickets; both sides show them, each person those of tickets in their own scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from dispatch.kernel import events, sides
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket, number_of
from dispatch.tickets.side_models import TicketLink


class LinkKind(StrEnum):
    """How one ticket stands to the other."""

    RELATED = "related"
    FOLLOWS = "follows"


LINK_WORDS = {LinkKind.RELATED: "相关工单", LinkKind.FOLLOWS: "后续于"}
FOLLOWED_BY = "后续工单"


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as one side sees it. ``is_from_here``: this side was linked to the other, not the other way round."""

    ticket_id: int
    ticket_no: str
    kind: str
    is_from_here: bool

    @property
    def words(self) -> str:
        """What the other ticket is to this one."""
        if self.kind == LinkKind.FOLLOWS and not self.is_from_here:
            return FOLLOWED_BY
        return LINK_WORDS[LinkKind(self.kind)]


def link(session: Session, ticket_id: int, *, other_id: int, kind: str, actor: str, at: datetime) -> Ticket:
    """Say that the ticket is related to, or follows, the other; once per pair. The other one is not locked: nothing of it changes."""
    if kind not in set(LinkKind):
        raise DomainError("link.unknown_kind", "请选择关联方式。", field="kind")
    if other_id == ticket_id:
        raise DomainError("link.same_ticket", "工单不能与自己关联。", field="other_no")
    ticket = lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    if any(one.ticket_id == other_id for one in links(session, ticket_id)):
        raise Conflict("link.exists", "这两张工单已经关联。")
    session.add(TicketLink(ticket_id=ticket_id, other_id=other_id, kind=kind, actor=actor, at=at))
    ticket.changed_at = at
    data = {"ticket": number_of(session, other_id), "kind": kind}
    events.record(session, ticket, [NewEvent("ticket.linked", at, actor, None, data)])
    return ticket


def links(session: Session, ticket_id: int) -> Sequence[Linked]:
    """The links of a ticket from both sides, oldest first."""
    if sides.is_empty(session, TicketLink, ticket_id):
        return []
    is_other = or_(
        and_(TicketLink.ticket_id == ticket_id, Ticket.ticket_id == TicketLink.other_id),
        and_(TicketLink.other_id == ticket_id, Ticket.ticket_id == TicketLink.ticket_id),
    )
    query = (
        select(Ticket.ticket_id, Ticket.ticket_no, TicketLink.kind, (TicketLink.ticket_id == ticket_id).label("here"))
        .select_from(TicketLink)
        .join(Ticket, is_other)
        .where(or_(TicketLink.ticket_id == ticket_id, TicketLink.other_id == ticket_id))
        .order_by(TicketLink.at, Ticket.ticket_id)
    )
    return [Linked(*row) for row in session.execute(query)]
