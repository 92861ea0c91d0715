"""联系诉求人: the one way by which a unit sees a reporter's number — masked, reasoned, logged, and only for minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.vault import Contact, Reporter, Vault, masked_name, masked_phone
from dispatch.access.vault_models import IdentityLook, Voice
from dispatch.kernel.errors import DomainError, Forbidden, NotFound


def masked_reporter(session: Session, ticket_id: int, *, vault: Vault) -> Reporter | None:
    """What everybody who may see the ticket sees: ``王**`` and ``138****5678``; None for an anonymous call."""
    voice = _voice(session, ticket_id)
    if voice is None or voice.sealed is None:
        return None
    if voice.is_confidential:
        return Reporter(name="保密", phone=None)
    known = vault.open(voice.sealed, voice.key_id or "", bound_to=f"ticket:{ticket_id}")
    return Reporter(
        name=masked_name(known.name) if known.name else None, phone=masked_phone(known.phone) if known.phone else None
    )


def contact_reporter(
    session: Session,
    ticket_id: int,
    *,
    vault: Vault,
    actor: str,
    unit_id: int | None,
    purpose: str,
    shown_minutes: int,
    at: datetime,
) -> Contact:
    """Show name and number once, for ``shown_minutes``, to this person, with their reason logged first.

    Refused for a confidential ticket (the hotline connects) and without a reason. Whether the unit holds the ticket is
    checked by the edge that calls.
    """
    if not purpose.strip():
        raise DomainError("contact.purpose_missing", "请填写联系事由。", field="purpose")
    voice = _voice(session, ticket_id)
    if voice is None or voice.sealed is None:
        raise NotFound("contact.anonymous", "诉求人未留联系方式。")
    if voice.is_confidential and unit_id is not None:
        raise Forbidden("contact.confidential", "诉求人要求保密，请由热线转接联系。")
    until = at + timedelta(minutes=shown_minutes)
    session.add(
        IdentityLook(
            voice_id=voice.voice_id,
            ticket_id=ticket_id,
            actor=actor,
            unit_id=unit_id,
            purpose=purpose.strip(),
            at=at,
            shown_until=until,
        )
    )
    known = vault.open(voice.sealed, voice.key_id or "", bound_to=f"ticket:{ticket_id}")
    return Contact(name=known.name, phone=known.phone, until=until)


def looks_at(session: Session, ticket_id: int) -> list[IdentityLook]:
    """Who saw the reporter of this ticket, in order."""
    return list(
        session.scalars(
            select(IdentityLook).where(IdentityLook.ticket_id == ticket_id).order_by(IdentityLook.identity_look_id)
        )
    )


def tickets_of_phone(
    session: Session, phone: str, *, vault: Vault, actor: str, at: datetime, limit: int = 20
) -> list[int]:
    """The newest tickets of a caller, found by blind index; the search itself is logged."""
    session.add(IdentityLook(actor=actor, purpose="phone_search", at=at))
    return list(
        session.scalars(
            select(Voice.ticket_id)
            .where(Voice.phone_index.in_(vault.blind_indexes(phone)))
            .order_by(Voice.voice_id.desc())
            .limit(limit)
        )
    )


def _voice(session: Session, ticket_id: int) -> Voice | None:
    return session.scalars(select(Voice).where(Voice.ticket_id == ticket_id).order_by(Voice.voice_id).limit(1)).first()
