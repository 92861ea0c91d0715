"""The files on the ticket page: what this person sees of them, and what they may add or take away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.console import choices, scope
from dispatch.console.words import words
from dispatch.directory.snapshot import Reference
from dispatch.files import queries
from dispatch.files.edge import Uploader, uploader
from dispatch.files.limits import MEGABYTE, Limits, shipped_limits
from dispatch.files.models import TicketFile
from dispatch.files.states import HOTLINE_ONLY, SETTLED
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.person import Person
from dispatch.tickets.models import Ticket

ICONS = {"image": "image", "audio": "mic", "text": "file-text", "application": "file-earmark"}


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as a line: its name screened for this person, who sent it, and whether they may remove it."""

    file: TicketFile
    name: str
    unit_name: str | None
    icon: str
    can_remove: bool


@dataclass(frozen=True, slots=True)
class FilePanel:
    """The panel: lines, the purposes open to this person (none where nothing may be added), and the limits."""

    files: list[ShownFile]
    purposes: list[tuple[str, str]]
    most: int
    megabytes: int

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to see or to do."""
        return bool(self.files or self.purposes)


def panel_of(session: Session, ticket: Ticket, city: Reference, *, person: Person, at: datetime) -> FilePanel:
    """The files of ``ticket`` for ``person``."""
    limits = shipped_limits()
    kept = queries.of_ticket(session, ticket.ticket_id)
    files = queries.shown_to(ticket, kept, is_unit=person.unit_id is not None)
    names = scope.shown_words(session, [(ticket.ticket_id, file.name) for file in files], person=person)
    by = _uploader(session, ticket, person, at)
    shown = [
        ShownFile(
            file,
            name or "",
            city.by_id[file.unit_id].name if file.unit_id is not None else None,
            ICONS[file.media_type.partition("/")[0]],
            by is not None and (by.unit_ids is None or file.unit_id in by.unit_ids),
        )
        for file, name in zip(files, names, strict=True)
    ]
    return FilePanel(shown, _purposes(by), limits.request_files, _megabytes(limits))


def _uploader(session: Session, ticket: Ticket, person: Person, at: datetime) -> Uploader | None:
    if not person.may("ticket.attach") or ticket.is_imported or ticket.erased_at is not None or ticket.state in SETTLED:
        return None
    try:
        return uploader(session, ticket.ticket_id, person=person, at=at)
    except Forbidden:
        return None


def _purposes(by: Uploader | None) -> list[tuple[str, str]]:
    if by is None:
        return []
    return [
        (key, word) for key, word in choices.options(words.file_purpose) if not (by.is_unit and key in HOTLINE_ONLY)
    ]


def _megabytes(limits: Limits) -> int:
    return limits.file_bytes // MEGABYTE
