"""归档: a closed ticket becomes a document that stands by itself, and nothing about it changes any more."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch.access.vault import Vault
from dispatch.archives import document, page, queries
from dispatch.archives.models import TicketArchive
from dispatch.directory.snapshot import Reference
from dispatch.kernel import events
from dispatch.kernel.errors import Conflict
from dispatch.kernel.events import NewEvent
from dispatch.tickets import states
from dispatch.tickets.queries import lock_ticket
from dispatch.tickets.states import TicketState

ACTOR = "system:archive"


def archive(
    session: Session, ticket_id: int, *, vault: Vault, reference: Reference, actor: str, at: datetime
) -> TicketArchive:
    """Archive a closed ticket; one already archived gives its archive again, and no event. One that was reopened from the
    archive gets a new one, which holds the digest of the old among its events.

    Raises ``ticket.illegal_move`` where it is not closed, ``ticket.is_history`` for an imported one.
    """
    ticket = lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    if ticket.state == TicketState.ARCHIVED:
        return queries.of_ticket(session, ticket_id)
    states.require_ticket_move(ticket.state, TicketState.ARCHIVED)
    sealed = document.seal(document.build(session, ticket, vault=vault))
    read = page.render(sealed, reference.calendar.zone, reference.category_path)
    fresh = TicketArchive(
        ticket_id=ticket_id,
        digest=hashlib.sha256(sealed).digest(),
        page_digest=hashlib.sha256(read).digest(),
        document=sealed,
        page=read,
        at=at,
    )
    made = session.merge(fresh)
    ticket.state, ticket.archived_at, ticket.changed_at = TicketState.ARCHIVED, at, at
    data = {"digest": made.digest.hex(), "size": len(sealed), "page_digest": made.page_digest.hex()}
    events.record(session, ticket, [NewEvent("ticket.archived", at, actor, data=data)])
    return made


def archive_due(session: Session, at: datetime, *, vault: Vault, reference: Reference, limit: int) -> int:
    """Archive up to ``limit`` tickets closed for as long as the procedure says; how many."""
    before = at - timedelta(days=reference.procedure.archive_after_days)
    waiting = queries.due(session, closed_before=before, limit=limit)
    for ticket_id in waiting:
        archive(session, ticket_id, vault=vault, reference=reference, actor=ACTOR, at=at)
    return len(waiting)
