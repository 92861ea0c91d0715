"""Reads of messages to citizens, one name per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import Session

from dispatch.notices.models import CitizenMessage
from dispatch.notices.states import MessageState
from dispatch.tickets.models import Ticket

# Literal states: else PostgreSQL would not see the partial indexes.
OPEN_ONLY = "state IN ('waiting', 'failed')"
GIVEN_UP_ONLY = "state = 'given_up'"


def family_of(session: Session, ticket_id: int) -> list[int]:
    """The ticket and those that are voices of it (rules.md §5)."""
    absorbed = session.scalars(select(Ticket.ticket_id).where(Ticket.merged_into_id == ticket_id))
    return [ticket_id, *sorted(absorbed)]


def messages_of(session: Session, ticket_id: int, voice_id: int | None) -> Sequence[CitizenMessage]:
    """What the caller of a ticket was or will be told, the newest first; without what never leaves."""
    theirs = CitizenMessage.voice_id == voice_id
    if voice_id is None:
        theirs = and_(CitizenMessage.voice_id.is_(None), CitizenMessage.ticket_id == ticket_id)
    return session.scalars(
        select(CitizenMessage)
        .where(theirs, CitizenMessage.state != MessageState.SKIPPED)
        .order_by(CitizenMessage.created_at.desc(), CitizenMessage.message_id.desc())
    ).all()


def in_hand(session: Session) -> dict[str, int]:
    """How many wait, have failed and will be tried again, were given up. By the partial indexes, never over all."""
    counts = dict.fromkeys((MessageState.WAITING, MessageState.FAILED, MessageState.GIVEN_UP), 0)
    for condition in (OPEN_ONLY, GIVEN_UP_ONLY):
        rows = session.execute(
            select(CitizenMessage.state, func.count()).where(text(condition)).group_by(CitizenMessage.state)
        )
        counts |= {MessageState(state): count for state, count in rows}
    return {str(state): count for state, count in counts.items()}


def oldest_age_seconds(session: Session, *, at: datetime) -> float:
    """For how long the longest waiting message could have left already; 0 when none waits."""
    oldest = session.scalar(
        select(func.min(CitizenMessage.not_before)).where(text(OPEN_ONLY), CitizenMessage.not_before <= at)
    )
    return (at - oldest).total_seconds() if oldest else 0.0
