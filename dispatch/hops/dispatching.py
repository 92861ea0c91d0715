"""人工派单 with the helpers that the catalogue names for the matter, as at direct dispatch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.hops.services import ask_support
from dispatch.routing.duties import entry_for, found_in, supports_for
from dispatch.tickets import reassigning
from dispatch.tickets.models import Ticket


def dispatch_with_helpers(
    session: Session,
    ticket_id: int,
    *,
    unit_code: str,
    reference: Reference,
    actor: str,
    at: datetime,
    category: str | None = None,
    support_codes: Sequence[str] | None = None,
) -> Ticket:
    """As :func:`dispatch.tickets.reassigning.dispatch_waiting`, and then ask for help: ``support_codes``, else the entry's."""
    stamp = {"reference": reference, "actor": actor, "at": at}
    ticket = reassigning.dispatch_waiting(session, ticket_id, unit_code=unit_code, category=category, **stamp)  # type: ignore[arg-type]
    codes = named_with(reference, ticket, unit_code) if support_codes is None else support_codes
    task = entry_for(reference, ticket).basis_zh
    ask_all(session, ticket_id, codes, task=task, reference=reference, actor=actor, at=at)
    return ticket


def named_with(reference: Reference, ticket: Ticket, lead_code: str) -> list[str]:
    """The entry's supports, where ``lead_code`` is its lead: another lead was chosen by a person, who knows whom it needs."""
    _entry, lead = found_in(reference.catalogue, reference, ticket.category, ticket.kind, ticket.place_code)
    return supports_for(reference, ticket) if lead == lead_code else []


def ask_all(
    session: Session, ticket_id: int, codes: Iterable[str], *, task: str, reference: Reference, actor: str, at: datetime
) -> None:
    """Ask each once."""
    for code in dict.fromkeys(codes):
        ask_support(session, ticket_id, unit_code=code, task=task, reference=reference, actor=actor, at=at)
