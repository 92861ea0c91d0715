"""How an open ticket stands with its lead: not signed yet, late, in hand, or done and waiting for the follow-up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets.models import Ticket


class Stand(StrEnum):
    """The most pressing thing about it comes first."""

    OVERDUE = "overdue"
    UNACKNOWLEDGED = "unacknowledged"
    IN_HAND = "in_hand"
    FOLLOW_UP_DUE = "follow_up_due"


@dataclass(frozen=True)
class OpenTicket:
    """``due_at``: the ticket's promise to the citizen."""

    ticket_id: int
    stand: Stand
    due_at: datetime | None


def open_tickets(session: Session, ticket_ids: Collection[int], at: datetime) -> dict[int, OpenTicket]:
    """By ticket_id, as they stand at ``at``."""
    columns = (Ticket.ticket_id, Ticket.acknowledged_at, Ticket.completed_at, Ticket.due_at)
    rows = session.execute(select(*columns).where(Ticket.ticket_id.in_(sorted(ticket_ids))))
    return {
        row.ticket_id: OpenTicket(
            row.ticket_id, _stand(row.acknowledged_at, row.completed_at, row.due_at, at), row.due_at
        )
        for row in rows
    }


def _stand(
    acknowledged_at: datetime | None, completed_at: datetime | None, due_at: datetime | None, at: datetime
) -> Stand:
    if completed_at is not None:
        return Stand.FOLLOW_UP_DUE
    if due_at is not None and due_at < at:
        return Stand.OVERDUE
    return Stand.UNACKNOWLEDGED if acknowledged_at is None else Stand.IN_HAND
