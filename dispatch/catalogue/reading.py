"""Reads for whoever keeps the tables: how often a category was used, and the rulings that speak to an entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from dispatch.disputes.models import CatalogueProposal
from dispatch.disputes.states import ProposalState
from dispatch.routing.catalogue import Entry
from dispatch.routing.taxonomy import Taxonomy
from dispatch.tickets.models import Assignment, Dispute, Ticket

LOOKED_AT = 2_000  # so many of the latest rulings are laid beside the entries
COUNTED = timedelta(days=90)


class Ruled(NamedTuple):
    """A ruling by a person, as a precedent: whose ticket it was and whose it became (None: it stayed)."""

    ticket_no: str
    category: str
    place_code: str | None
    ruling: str
    from_unit_id: int
    to_unit_id: int | None
    ruled_at: datetime


class Proposed(NamedTuple):
    """An entry that a ruling proposed and a supervisor accepted. ``support_ids``: the units the ruling asked to help."""

    category: str
    place_code: str | None
    kind: str | None
    unit_id: int
    ticket_no: str
    support_ids: tuple[int, ...]


def uses(session: Session, taxonomy: Taxonomy, at: datetime) -> dict[str, int]:
    """How many tickets of the last 90 days each category has, with those of everything below it."""
    rows = session.execute(
        select(Ticket.category, func.count())
        .where(Ticket.received_at > at - COUNTED, Ticket.received_at <= at, Ticket.is_imported.is_(False))
        .group_by(Ticket.category)
    ).all()
    found = dict.fromkeys(taxonomy.categories, 0)
    for code, count in rows:
        item = taxonomy.get(code)
        while item is not None:
            found[item.code] += count
            item = taxonomy.get(item.parent_code)
    return found


def rulings(session: Session) -> list[Ruled]:
    """The latest rulings by people on matters with a category."""
    query = (
        select(
            *(Ticket.ticket_no, Dispute.category, Dispute.place_code, Dispute.ruling),
            *(Dispute.unit_id, Dispute.ruled_unit_id, Dispute.ruled_at),
        )
        .join(Ticket, Ticket.ticket_id == Dispute.ticket_id)
        .where(
            Dispute.category.is_not(None), Dispute.ruled_at.is_not(None), Dispute.ruling.not_in(("silence", "lapsed"))
        )
        .order_by(Dispute.ruled_at.desc())
        .limit(LOOKED_AT)
    )
    rows: Iterable[Any] = session.execute(query)
    return [Ruled(*row) for row in rows]


def accepted(session: Session) -> Sequence[Proposed]:
    """Every accepted proposal, newest first."""
    asked = (
        select(func.array_agg(aggregate_order_by(Assignment.unit_id, Assignment.number)))
        .join(Dispute, (Dispute.ticket_id == Assignment.ticket_id) & (Dispute.ruled_at == Assignment.sent_at))
        .where(
            Assignment.ticket_id == CatalogueProposal.ticket_id,
            Dispute.number == CatalogueProposal.dispute_number,
            Assignment.role == "support",
        )
        .correlate(CatalogueProposal)
        .scalar_subquery()
    )
    query = (
        select(
            *(CatalogueProposal.category, CatalogueProposal.place_code),
            *(CatalogueProposal.kind, CatalogueProposal.unit_id, Ticket.ticket_no, asked),
        )
        .join(Ticket, Ticket.ticket_id == CatalogueProposal.ticket_id)
        .where(CatalogueProposal.state == ProposalState.ACCEPTED)
        .order_by(CatalogueProposal.proposal_id.desc())
        .limit(LOOKED_AT)
    )
    rows: Iterable[Any] = session.execute(query)
    return [Proposed._make((*row[:-1], tuple(row[-1] or ()))) for row in rows]


def speaks_to(entry: Entry, category: str) -> bool:
    """Is a ruling on this category a precedent for the entry? The catch-all has none of its own."""
    return bool(entry.category) and category.startswith(entry.category)
