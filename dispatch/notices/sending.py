"""The way of a message: offered to the queue, claimed by one worker, sent outside any transaction, marked. No step is lost.

Whatever dies in between, the row stays due and is offered again; the provider tells a second copy by the message's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, nulls_first, or_, select, text, update
from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.access.vault_models import Voice
from dispatch.notices.channels import Channel, way_to
from dispatch.notices.messages import IN_APP
from dispatch.notices.models import CitizenMessage
from dispatch.notices.queries import OPEN_ONLY
from dispatch.notices.render import text_of
from dispatch.notices.rules import sending_rules
from dispatch.notices.states import MESSAGE_MOVES, OPEN, MessageState, Skipped

OFFER_SECONDS = 30  # what the queue lost comes again after so long
LEASE_SECONDS = 90  # longer than any try lasts: nobody else sends it meanwhile
LONGEST_ERROR = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way, with what must never be stored; ``repr`` tells nothing of it."""

    message_id: int
    attempt: int
    key: str
    channel: str
    to: str
    text: str

    def __repr__(self) -> str:
        return f"Letter({self.message_id})"


def offer(session: Session, *, at: datetime, machine_at: datetime, limit: int) -> list[tuple[int, int]]:
    """Up to ``limit`` messages that are due, as (id, tries so far), put off so that they are not offered at once again."""
    due = _due(at, machine_at).limit(limit).with_for_update(skip_locked=True)
    offered = session.execute(
        update(CitizenMessage)
        .where(CitizenMessage.message_id.in_(due.scalar_subquery()))
        .values(next_at=machine_at + timedelta(seconds=OFFER_SECONDS))
        .returning(CitizenMessage.message_id, CitizenMessage.attempts)
    )
    return sorted((row.message_id, row.attempts) for row in offered)


def settle_on_page(session: Session, *, at: datetime, machine_at: datetime, limit: int) -> int:
    """Where no way out is configured: what is due has arrived, since the citizen's page shows it. How many."""
    due = _due(at, machine_at).limit(limit).with_for_update(skip_locked=True)
    arrived = update(CitizenMessage).where(CitizenMessage.message_id.in_(due.scalar_subquery()))
    values = {"state": MessageState.SENT, "channel": IN_APP, "sent_at": at, "next_at": None}
    return len(session.execute(arrived.values(**values).returning(CitizenMessage.message_id)).all())


def claim(
    session: Session,
    message_id: int,
    attempts: int,
    *,
    vault: Vault,
    available: Mapping[str, Channel],
    public_url: str | None,
    at: datetime,
    machine_at: datetime,
) -> Letter | None:
    """Take one message that was offered after ``attempts`` tries, as a letter to be sent now.

    None where there is nothing to send: another worker has it, it has left, or it arrived or was skipped by this very call.
    """
    message = session.get(CitizenMessage, message_id, with_for_update=True)
    if message is None or message.attempts != attempts or message.state not in OPEN:
        return None
    if sending_rules().is_stale(message.not_before, at):
        _rest(message, MessageState.SKIPPED, because=Skipped.STALE)
        return None
    voice = session.get(Voice, message.voice_id) if message.voice_id is not None else None
    if voice is None or voice.sealed is None:
        _rest(message, MessageState.SKIPPED, because=Skipped.ERASED)
        return None
    message.attempts, message.next_at = attempts + 1, machine_at + timedelta(seconds=LEASE_SECONDS)
    reporter = vault.open(voice.sealed, voice.key_id or "", bound_to=f"ticket:{voice.ticket_id}")
    message.channel, address = way_to(reporter, available)
    if message.channel == IN_APP:
        message.sent_at = at
        _rest(message, MessageState.SENT)
        return None
    words = text_of(session, message, vault=vault, public_url=public_url)
    return Letter(message_id, message.attempts, message.key, message.channel, address, words)


def mark_sent(session: Session, message_id: int, provider_id: str | None, *, at: datetime) -> None:
    """The provider has it; true also where meanwhile another try was begun."""
    message = session.get_one(CitizenMessage, message_id, with_for_update=True)
    if (message.state, MessageState.SENT) in MESSAGE_MOVES:
        message.provider_id, message.sent_at, message.last_error = provider_id, at, None
        _rest(message, MessageState.SENT)


def mark_failed(
    session: Session, message_id: int, attempt: int, error: str, *, is_final: bool, machine_at: datetime
) -> None:
    """This try failed (or could not even be claimed): again later, or given up. One that was overtaken says nothing."""
    message = session.get_one(CitizenMessage, message_id, with_for_update=True)
    if message.attempts not in (attempt - 1, attempt) or message.state not in OPEN:
        return
    message.attempts, message.last_error = attempt, error[:LONGEST_ERROR]
    wait = None if is_final else sending_rules().retry_after(attempt)
    if wait is None:
        _rest(message, MessageState.GIVEN_UP)
    else:
        message.state, message.next_at = MessageState.FAILED, machine_at + wait


def _due(at: datetime, machine_at: datetime) -> Select[int]:
    return (
        select(CitizenMessage.message_id)
        .where(
            text(OPEN_ONLY),
            or_(CitizenMessage.next_at.is_(None), CitizenMessage.next_at <= machine_at),
            CitizenMessage.not_before <= at,
        )
        .order_by(nulls_first(CitizenMessage.next_at), CitizenMessage.message_id)
    )


def _rest(message: CitizenMessage, state: MessageState, *, because: Skipped | None = None) -> None:
    message.state, message.next_at, message.skipped_because = state, None, because
