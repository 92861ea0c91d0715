"""裁定 with all that may go with it: supports for the lead ruled, a proposal for the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.disputes import proposing, queries
from dispatch.hops.dispatching import ask_all, named_with
from dispatch.tickets import disputing
from dispatch.tickets.models import Ticket


def rule(
    session: Session,
    ticket_id: int,
    *,
    ruling: str,
    reason: str,
    unit_code: str | None = None,
    support_codes: Sequence[str] | None = None,
    proposes: bool = False,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Ticket:
    """Rule the open dispute. ``support_codes``: units that help the lead, asked with the ruling's reason as their task,
    None: those that the catalogue names with the unit ruled;
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
    if support_codes is None:
        support_codes = named_with(reference, ticket, unit_code) if unit_code else ()
    ask_all(session, ticket_id, support_codes, task=reason, reference=reference, actor=actor, at=at)
    if proposes:
        ruled = queries.last_ruled(session, ticket_id)
        proposing.propose(session, ticket, ruled, reference=reference, actor=actor, at=at)
    return ticket
