"""Cards of an assignment that are taken back; a card is never deleted (rules.md §1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from dispatch.tickets.models import Assignment, Card

_WITHDRAW = (
    update(Card)
    .where(
        Card.ticket_id == bindparam("of_ticket"),
        Card.assignment_number == bindparam("of_part"),
        Card.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("at"))
    .returning(Card.colour)
)


def withdraw_cards(session: Session, part: Assignment, *, at: datetime) -> list[str]:
    """Withdraw the cards in force of an assignment; returns their colours, for the event that says so."""
    session.flush()
    asked = {"of_ticket": part.ticket_id, "of_part": part.number, "at": at}
    return sorted(session.connection().execute(_WITHDRAW, asked).scalars())
