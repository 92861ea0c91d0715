"""Writing down that a citizen is to be told something, in the transaction in which it came about. Sending is another matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.kernel.rows import insert_all
from dispatch.notices.matters import Caller, Matter, Matters, matters_of
from dispatch.notices.models import CitizenMessage
from dispatch.notices.rules import sending_rules
from dispatch.notices.states import MessageState, Skipped
from dispatch.notices.templates import Template
from dispatch.notices.wordings import templates_at

IN_APP = "in_app"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller (None: the anonymous one) is to be told of a ticket, from one event.

    ``values`` fill blanks of the template and are stored: nothing personal in them.
    """

    ticket_id: int
    event_number: int
    caller: Caller | None
    template: Template
    values: Mapping[str, str]


def queue_messages(session: Session, drafts: Sequence[Draft], *, matters: Matters, at: datetime) -> None:
    """Write these down in this order, each once per event, caller and template."""
    zone = reference(session, at).calendar.zone
    rows = [_row(draft, matters.tickets[draft.ticket_id], zone, at=at) for draft in drafts]
    insert_all(session, [(CitizenMessage, rows)], keep_old=True)


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

    Raises ValueError for an unknown template, and for a voice that is none of this matter's.
    """
    known = templates_at(session, at).get(template)
    if known is None:
        raise ValueError(f"no template {template!r}")
    matters = matters_of(session, [ticket_id])
    caller = None
    if voice_id is not None:
        caller = next((one for one in matters.callers(ticket_id) if one and one.voice_id == voice_id), None)
        if caller is None:
            raise ValueError(f"voice {voice_id} has not called about ticket {ticket_id}")
    draft = Draft(ticket_id, event_number, caller, known, values)
    queue_messages(session, [draft], matters=matters, at=at)


def _row(draft: Draft, ticket: Matter, zone: tzinfo, *, at: datetime) -> dict[str, Any]:
    row = {
        "ticket_id": draft.ticket_id,
        "event_number": draft.event_number,
        "voice_id": draft.caller.voice_id if draft.caller else None,
        "template": draft.template.name,
        "template_version": draft.template.version,
        "values": {name: value for name, value in draft.values.items() if value},
        "attempts": 0,
        "created_at": at,
    }
    return row | _standing(draft, ticket, zone, at=at)


def _standing(draft: Draft, ticket: Matter, zone: tzinfo, *, at: datetime) -> dict[str, Any]:
    """Whether it waits, has arrived already (the citizen's page shows it), or never leaves."""
    row: dict[str, Any] = {"state": MessageState.WAITING, "not_before": at}
    row |= {"skipped_because": None, "channel": None, "sent_at": None}
    if ticket.is_imported:
        return row | {"state": MessageState.SKIPPED, "skipped_because": Skipped.IMPORTED}
    if draft.caller is None:
        return row | {"state": MessageState.SENT, "channel": IN_APP, "sent_at": at}
    if draft.caller.is_erased:
        return row | {"state": MessageState.SKIPPED, "skipped_because": Skipped.ERASED}
    if not draft.template.leaves_at_night(ticket.urgency):
        row["not_before"] = sending_rules().not_before(at, zone)
    return row
