"""How a matter stands, as its caller may see it: dates, the unit, the public answer, what they were told. No person, no inner word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.vault import Vault
from dispatch.directory.snapshot import reference
from dispatch.kernel import texts
from dispatch.kernel.errors import NotFound
from dispatch.notices.codes import is_code_of, query_code
from dispatch.notices.queries import family_of, messages_of
from dispatch.notices.render import link_path, text_of
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import ticket_id_of
from dispatch.tickets.screening import screened
from dispatch.tickets.states import TicketState

ANSWERED = frozenset({TicketState.ANSWERED, TicketState.COMPLETED, TicketState.CLOSED, TicketState.ARCHIVED})
SIGNATURE = "【12345】"


@dataclass(frozen=True, slots=True)
class Told:
    """One message, and where it leads within this site."""

    at: datetime
    text: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One matter. ``unit``, ``answer`` and what they were told name no matter where the caller asked for secrecy.

    Of a merged ticket the steps are those of the matter it went into; ``received_at`` stays its own.
    """

    ticket_no: str
    state: str
    is_merged: bool
    received_at: datetime
    dispatched_at: datetime | None
    unit: str | None
    acknowledged_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    answer: str | None
    closed_at: datetime | None
    told: Sequence[Told]


def progress_of(session: Session, ticket_no: str, code: str, *, vault: Vault, at: datetime) -> Progress | None:
    """The matter behind a number and its code; None alike for a wrong code, an unknown number and imported history."""
    if not is_code_of(vault, ticket_no, code):
        return None
    try:
        ticket = session.get_one(Ticket, ticket_id_of(session, ticket_no))
    except NotFound:
        return None
    return None if ticket.is_imported else _progress(session, ticket, vault=vault, at=at)


def _progress(session: Session, own: Ticket, *, vault: Vault, at: datetime) -> Progress:
    ticket = own
    if own.merged_into_id is not None:
        ticket = session.get_one(Ticket, own.merged_into_id)
    is_secret = own.is_confidential or ticket.is_confidential
    unit = reference(session, at).by_id.get(ticket.unit_id or 0)
    return Progress(
        ticket_no=own.ticket_no,
        state=ticket.state,
        is_merged=ticket is not own,
        received_at=own.received_at,
        dispatched_at=ticket.dispatched_at,
        unit=None if unit is None or is_secret else unit.name,
        acknowledged_at=ticket.acknowledged_at,
        due_at=ticket.due_at,
        completed_at=ticket.completed_at,
        answer=None if is_secret else _answer(session, ticket, vault=vault),
        closed_at=ticket.closed_at,
        told=_told(session, own, vault=vault),
    )


def _answer(session: Session, ticket: Ticket, *, vault: Vault) -> str | None:
    """The public answer once it holds, with people's names and numbers covered."""
    if ticket.state not in ANSWERED:
        return None
    callers = known_reporters(session, family_of(session, ticket.ticket_id), vault=vault)
    known = [caller for of_ticket in callers.values() for caller in of_ticket]
    return screened(texts.latest(session, ticket.ticket_id).get("answer"), known)


def _told(session: Session, ticket: Ticket, *, vault: Vault) -> list[Told]:
    """What they were told, without the code: whoever reads this has it, whoever looks over their shoulder must not."""
    code = query_code(vault, ticket.ticket_no)
    found = []
    for message in messages_of(session, ticket.ticket_id, ticket.voice_id):
        text = text_of(session, message, vault=vault, public_url=None).removeprefix(SIGNATURE)
        text = text.replace(f"，查询码{code}", "")
        found.append(Told(message.created_at, text, link_path(session, message, vault=vault)))
    return found
