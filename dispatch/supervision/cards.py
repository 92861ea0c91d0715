"""撤牌: a supervisor takes back a card that was not deserved; it stays on record as withdrawn (rules.md §1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.kernel.events import NewEvent
from dispatch.tickets import queries
from dispatch.tickets.models import Card

BY_PERSON = "supervisor"


def withdraw(
    session: Session,
    ticket_id: int,
    *,
    colour: str,
    unit_code: str | None,
    reason: str,
    units: frozenset[int] | None,
    own_unit_id: int | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Card:
    """Take back the card of this colour that is in force against ``unit_code`` (None: the lead).

    ``units``: whose cards this supervisor may take back, never those of ``own_unit_id``; None: everybody's. Raises
    ``card.reason_missing``, ``card.none_in_force``, ``card.not_yours``.
    """
    if not reason.strip():
        raise DomainError("card.reason_missing", "请写明撤牌理由。", field="reason")
    ticket = queries.lock_ticket(session, ticket_id)
    unit = reference.known.get(unit_code) if unit_code else None
    unit_id = unit.unit_id if unit else None if unit_code else ticket.unit_id
    found = next((one for one in in_force(session, ticket_id) if (one.unit_id, one.colour) == (unit_id, colour)), None)
    if found is None:
        raise Conflict("card.none_in_force", "该单位没有生效中的这种牌，可能已被撤销。", field="colour")
    if units is not None and (found.unit_id not in units or found.unit_id == own_unit_id):
        raise Forbidden("card.not_yours", "只能撤销所辖下级单位的牌。")
    found.withdrawn_at, found.withdrawn_for = at, BY_PERSON
    words = texts.write(session, ticket_id, "card_reason", reason, at=at)
    data = {"assignment": found.assignment_number, "colour": found.colour, "text": words}
    ticket.changed_at = at
    code = reference.by_id[found.unit_id].code
    events.record(session, ticket, [NewEvent("card.withdrawn", at, actor, code, data)])
    return found


def in_force(session: Session, ticket_id: int) -> list[Card]:
    """The cards of a ticket that were not taken back, the last issued first."""
    query = select(Card).where(Card.ticket_id == ticket_id, Card.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Card.issued_at.desc(), Card.assignment_number.desc())))
