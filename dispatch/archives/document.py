"""What an archive holds: the whole life of a ticket as plain JSON values, the same bytes from the same facts every time."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from dispatch.access.contact import masked_reporter
from dispatch.access.known import known_reporters
from dispatch.access.vault import Vault
from dispatch.directory.models import Unit, UnitVersion
from dispatch.files.models import TicketFile
from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.kernel import canonical
from dispatch.kernel.audit import digests_in
from dispatch.kernel.db import Base
from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Assignment, Card, Dispute, Ticket
from dispatch.tickets.representation import OWN_READERS
from dispatch.tickets.screening import screened

FORMAT, VERSION = "hotline-archive", 1
ARCHIVED_EVENT = "ticket.archived"

TICKET_FACTS = (
    *("ticket_id", "ticket_no", "kind", "channel", "category", "urgency", "is_confidential", "place_code", "unit_id"),
    *("district_id", "round", "received_at", "dispatched_at", "due_at", "limit_text", "acknowledged_at"),
    *("first_contact_at", "completed_at", "is_explained", "follow_up_opened_at", "charged_unit_id", "followed_up_at"),
    *("reached", "contacted", "solved", "satisfaction", "returns", "redos", "closed_at"),
)
PARTS: dict[str, type[Base]] = {
    "assignments": Assignment,
    "disputes": Dispute,
    "cards": Card,
    "follow_ups": FollowUp,
    "attempts": FollowUpAttempt,
    "files": TicketFile,
}
# People put names into file names; a sent file's own digest may betray what was stripped from it.
LEFT_OUT = frozenset({"ticket_id", "name", "source_digest", "next_at", "next_attempt_at"})


class Units:
    """Units by code as the archive meets them, with the names that they had when the ticket closed."""

    def __init__(self, session: Session, at: datetime | None) -> None:
        self._session, self._at, self._codes = session, at, dict[int, str]()
        self.names: dict[str, str] = {}

    def code(self, unit_id: int) -> str:
        """The code of a unit; its name is kept for the list."""
        if unit_id not in self._codes:
            code = self._session.scalars(select(Unit.code).where(Unit.unit_id == unit_id)).one()
            in_force = (UnitVersion.valid_from <= self._at, self._at < UnitVersion.valid_to)
            name = self._session.scalar(select(UnitVersion.name).where(UnitVersion.unit_id == unit_id, *in_force))
            self._codes[unit_id], self.names[code] = code, name or code
        return self._codes[unit_id]


def build(session: Session, ticket: Ticket, *, vault: Vault) -> dict[str, Any]:
    """Everything of ``ticket`` up to its archiving, as canonical JSON values; words as units read them, the reporter masked."""
    ticket_id, units = ticket.ticket_id, Units(session, ticket.closed_at)
    events = _events(session, ticket)
    known = masked_reporter(session, ticket_id, vault=vault)
    return {
        "format": FORMAT,
        "version": VERSION,
        "ticket": {_named(name): _plain(name, getattr(ticket, name), units) for name in TICKET_FACTS},
        "reporter": {"name": known.name, "phone": known.phone} if known else None,
        "words": _words(session, ticket_id, vault, {digest for one in events for digest in digests_in(one["data"])}),
        **{part: _rows(session, model, ticket_id, units) for part, model in PARTS.items()},
        "units": units.names,
        "events": events,
        "event_count": len(events),
        "head": events[-1]["hash"],
    }


def seal(archive: dict[str, Any]) -> bytes:
    """The file: the archive and the SHA-256 of its canonical form, canonical itself."""
    digest = hashlib.sha256(canonical.dumps(archive)).hexdigest()
    return canonical.dumps({"archive": archive, "digest": digest}) + b"\n"


def _events(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """Every event before the archiving in force; an earlier one, from which the ticket came back, is part of its life."""
    chain = select(Event).where(Event.ticket_id == ticket.ticket_id).order_by(Event.number)
    if ticket.archived_at is not None:
        archived = select(func.max(Event.number)).where(
            Event.ticket_id == ticket.ticket_id, Event.type == ARCHIVED_EVENT
        )
        chain = chain.where(Event.number < archived.scalar_subquery())
    rows = session.scalars(chain)
    return [
        {
            "number": row.number,
            "type": row.type,
            "at": canonical.instant(row.at),
            "actor": row.actor,
            "unit_code": row.unit_code,
            "data": row.data,
            "schema": row.schema,
            "algorithm": row.algorithm,
            "previous": bytes(row.previous).hex(),
            "hash": bytes(row.hash).hex(),
        }
        for row in rows
    ]


def _words(session: Session, ticket_id: int, vault: Vault, recorded: set[str]) -> list[dict[str, Any]]:
    """Every version that these events record, so no words of a case of assessment; of words that have readers of their own
    only that they were written.
    """
    known = known_reporters(session, [ticket_id], vault=vault)[ticket_id]
    entries = session.scalars(
        select(TextEntry).where(TextEntry.ticket_id == ticket_id).order_by(TextEntry.kind, TextEntry.version)
    )
    return [
        {
            "kind": entry.kind,
            "version": entry.version,
            "body": None if entry.kind in OWN_READERS else screened(entry.body, known),
            "digest": bytes(entry.digest).hex(),
            "created_at": canonical.instant(entry.created_at),
            "erased_at": canonical.instant(entry.erased_at) if entry.erased_at else None,
        }
        for entry in entries
        if bytes(entry.digest).hex() in recorded
    ]


def _rows(session: Session, model: type[Base], ticket_id: int, units: Units) -> list[dict[str, Any]]:
    mapper = inspect(model)
    names = [column.key for column in mapper.columns if column.key not in LEFT_OUT]
    rows = session.scalars(select(model).where(mapper.columns["ticket_id"] == ticket_id).order_by(*mapper.primary_key))
    return [{_named(name): _plain(name, getattr(row, name), units) for name in names} for row in rows]


def _named(column: str) -> str:
    """Units stand by their code: ids mean nothing outside this database."""
    if column in ("unit_id", "district_id"):
        return column.removesuffix("_id")
    return column.removesuffix("_id") if column.endswith("_unit_id") else column


def _plain(column: str, value: Any, units: Units) -> Any:
    if value is None:
        return None
    if column in ("unit_id", "district_id") or column.endswith("_unit_id"):
        return units.code(value)
    if isinstance(value, datetime):
        return canonical.instant(value)
    return bytes(value).hex() if isinstance(value, bytes) else value
