"""裁定 with all that may go with it: supports for the lead ruled, a proposal for the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.disputes import proposing, queries
from dispatch.hops.services import ask_support
from dispatch.tickets import disputing
from dispatch.tickets.models import Ticket


def rule(
    session: Session,
    ticket_id: int,
    *,
    ruling: str,
    reason: str,
    unit_code: str | None = None,
    support_codes: Sequence[str] = (),
    proposes: bool = False,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """Rule the open dispute. ``support_codes``: units that help the lead, asked with the ruling's reason as their task;
    ``proposes``: what was ruled is proposed for the catalogue.
    """
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
    for code in dict.fromkeys(support_codes):
        ask_support(session, ticket_id, unit_code=code, task=reason, reference=reference, actor=actor, at=at)
    if proposes:
        ruled = queries.last_ruled(session, ticket_id)
        proposing.propose(session, ticket, ruled, reference=reference, actor=actor, at=at)
    return ticket
