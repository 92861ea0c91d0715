"""裁定 with all that may go with it: a proposal for the catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.disputes import proposing, queries
from dispatch.tickets import disputing
from dispatch.tickets.models import Ticket


def rule(
    session: Session,
    ticket_id: int,
    *,
    ruling: str,
    reason: str,
    unit_code: str | None = None,
    proposes: bool = False,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """Rule the open dispute; with ``proposes`` what was ruled is proposed for the catalogue."""
    ticket = disputing.rule(
        session,
        ticket_id,
        ruling=ruling,
        reason=reason,
        unit_code=unit_code,
        reference=reference,
        actor=actor,
        at=at,
    )
    if proposes:
        ruled = queries.last_ruled(session, ticket_id)
        proposing.propose(session, ticket, ruled, reference=reference, actor=actor, at=at)
    return ticket
