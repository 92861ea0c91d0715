"""Writing down that a citizen is to be told something, in the transaction in which it came about. Sending is another matter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.access.vault_models import Voice
from dispatch.directory.snapshot import reference
from dispatch.notices.models import CitizenMessage
from dispatch.notices.rules import sending_rules
from dispatch.notices.states import MessageState, Skipped
from dispatch.notices.templates import Template, templates
from dispatch.tickets.models import Ticket

IN_APP = "in_app"


def queue_message(
    session: Session,
    *,
    ticket_id: int,
    event_number: int,
    voice_id: int | None,
    template: str,
    values: Mapping[str, str],
    at: datetime,
) -> None:
    """Tell this voice of the ticket (None: the anonymous caller) what ``template`` says, once per event.

    ``values`` fill blanks of the template and are stored: nothing personal in them. Raises ValueError for an unknown
    template.
    """
    known = templates().get(template)
    if known is None:
        raise ValueError(f"no template {template!r}")
    row = {
        "ticket_id": ticket_id,
        "event_number": event_number,
        "voice_id": voice_id,
        "template": known.name,
        "template_version": known.version,
        "values": {name: value for name, value in values.items() if value},
        "attempts": 0,
        "created_at": at,
    }
    row |= _standing(session, ticket_id, voice_id, known, at=at)
    session.execute(pg_insert(CitizenMessage).values(**row).on_conflict_do_nothing())


def _standing(
    session: Session, ticket_id: int, voice_id: int | None, template: Template, *, at: datetime
) -> dict[str, Any]:
    """Whether it waits, has arrived already (the citizen's page shows it), or never leaves."""
    urgency, is_imported = session.execute(
        select(Ticket.urgency, Ticket.is_imported).where(Ticket.ticket_id == ticket_id)
    ).one()
    row: dict[str, Any] = {"state": MessageState.WAITING, "not_before": at}
    if is_imported:
        return row | {"state": MessageState.SKIPPED, "skipped_because": Skipped.IMPORTED}
    if voice_id is None:
        return row | {"state": MessageState.SENT, "channel": IN_APP, "sent_at": at}
    sealed = session.scalar(select(Voice.sealed).where(Voice.voice_id == voice_id))
    if sealed is None:
        return row | {"state": MessageState.SKIPPED, "skipped_because": Skipped.ERASED}
    if not template.leaves_at_night(urgency):
        row["not_before"] = sending_rules().not_before(at, reference(session, at).calendar.zone)
    return row
