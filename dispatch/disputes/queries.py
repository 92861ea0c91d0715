"""Reads of disputes: the thread of a consultation, earlier rulings on the like, proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.disputes.models import CatalogueProposal, DisputeMessage, DisputeParty
from dispatch.disputes.states import ProposalState
from dispatch.kernel.errors import NotFound
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Dispute, Ticket

LONGEST_ID = 18
LOOKED_AT = 200  # so many of a category's latest rulings are compared by place


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier ruling on a matter of the same category. ``nearness``: 2 = same place, 1 = same district, 0 = elsewhere."""

    ticket_id: int
    ticket_no: str
    place_code: str | None
    unit_id: int
    ruling: str
    ruled_unit_id: int | None
    ruled_at: datetime
    reason: str | None
    nearness: int


def message_count(session: Session, raised: Dispute) -> int:
    """How many contributions the thread has."""
    query = select(func.count()).where(
        DisputeMessage.ticket_id == raised.ticket_id, DisputeMessage.dispute_number == raised.number
    )
    return session.scalar(query) or 0


def thread(session: Session, ticket_id: int, dispute_number: int) -> Sequence[Row[DisputeMessage, str | None]]:
    """The thread in order: rows of (message, words); words are None where they were erased."""
    query = (
        select(DisputeMessage, TextEntry.body)
        .outerjoin(
            TextEntry,
            and_(
                TextEntry.ticket_id == DisputeMessage.ticket_id,
                TextEntry.kind == "consultation",
                TextEntry.version == DisputeMessage.text_version,
            ),
        )
        .where(DisputeMessage.ticket_id == ticket_id, DisputeMessage.dispute_number == dispute_number)
        .order_by(DisputeMessage.number)
    )
    return session.execute(query).all()


def parties(session: Session, ticket_id: int, dispute_number: int) -> Sequence[DisputeParty]:
    """The units that take part, by unit."""
    query = select(DisputeParty).where(
        DisputeParty.ticket_id == ticket_id, DisputeParty.dispute_number == dispute_number
    )
    return session.scalars(query.order_by(DisputeParty.unit_id)).all()


def consulted(session: Session, ticket_id: int) -> Dispute | None:
    """The ticket's last dispute with a consultation."""
    query = select(Dispute).where(Dispute.ticket_id == ticket_id, Dispute.consulted_at.is_not(None))
    return session.scalars(query.order_by(Dispute.number.desc()).limit(1)).first()


def last_ruled(session: Session, ticket_id: int) -> Dispute:
    """The dispute of the ticket that was ruled last; there is one."""
    query = select(Dispute).where(Dispute.ticket_id == ticket_id, Dispute.ruled_at.is_not(None))
    return session.scalars(query.order_by(Dispute.number.desc()).limit(1)).one()


def consultations(
    session: Session, unit_ids: Iterable[int], *, limit: int = 50
) -> Sequence[Row[Dispute, Ticket, str | None]]:
    """Consultations that these units take part in: open ones first, by their end, then the latest ruled."""
    mine = select(DisputeParty.ticket_id).where(
        DisputeParty.ticket_id == Dispute.ticket_id,
        DisputeParty.dispute_number == Dispute.number,
        DisputeParty.unit_id.in_(sorted(unit_ids)),
    )
    query = (
        select(Dispute, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == Dispute.ticket_id)
        .outerjoin(
            TextEntry,
            and_(TextEntry.ticket_id == Dispute.ticket_id, TextEntry.kind == "title", TextEntry.version == 1),
        )
        .where(mine.exists())
        .order_by(Dispute.ruled_at.desc().nulls_first(), Dispute.consult_until, Dispute.ticket_id)
        .limit(limit)
    )
    return session.execute(query).all()


def precedents(
    session: Session, category: str | None, place_code: str | None, *, reference: Reference, limit: int = 5
) -> list[Precedent]:
    """先例: rulings by people on the same category, those of the same place first, then of the same district, newest first."""
    if category is None:
        return []
    query = (
        select(Dispute, Ticket.ticket_no, TextEntry.body)
        .join(Ticket, Ticket.ticket_id == Dispute.ticket_id)
        .outerjoin(
            TextEntry,
            and_(
                TextEntry.ticket_id == Dispute.ticket_id,
                TextEntry.kind == "ruling_reason",
                TextEntry.version == Dispute.reason_version,
            ),
        )
        .where(Dispute.category == category, Dispute.ruled_at.is_not(None), Dispute.ruling != "silence")
        .order_by(Dispute.ruled_at.desc())
        .limit(LOOKED_AT)
    )
    found = [
        Precedent(
            ticket_id=one.ticket_id,
            ticket_no=number,
            place_code=one.place_code,
            unit_id=one.unit_id,
            ruling=one.ruling or "",
            ruled_unit_id=one.ruled_unit_id,
            ruled_at=one.ruled_at,
            reason=reason,
            nearness=_nearness(one.place_code, place_code, reference),
        )
        for one, number, reason in session.execute(query)
        if one.ruled_at is not None
    ]
    return sorted(found, key=lambda one: -one.nearness)[:limit]  # sorting is stable: newest first within each


def _nearness(one: str | None, other: str | None, reference: Reference) -> int:
    if one is None or other is None:
        return 0
    if one == other:
        return 2
    districts = [_district(code, reference) for code in (one, other)]
    return 1 if districts[0] is not None and districts[0] == districts[1] else 0


def _district(code: str, reference: Reference) -> int | None:
    known = reference.known.get(code)
    district = reference.district_of(known) if known else None
    return district.unit_id if district else None


def proposal_id_of(written: str) -> int:
    """The id that an address names. Raises 404 ``proposal.unknown`` for what is no id."""
    if not (written.isascii() and written.isdecimal() and len(written) <= LONGEST_ID):
        raise NotFound("proposal.unknown", "没有这条派单目录建议。")
    return int(written)


def in_force(session: Session, category: str | None) -> Sequence[CatalogueProposal]:
    """The accepted entries for a category, newest first."""
    query = select(CatalogueProposal).where(
        CatalogueProposal.category == category, CatalogueProposal.state == ProposalState.ACCEPTED
    )
    return session.scalars(query.order_by(CatalogueProposal.proposal_id.desc())).all()


def proposals(session: Session, *, state: str | None = None, limit: int = 100) -> Sequence[Row[CatalogueProposal, str]]:
    """Proposals, newest first: rows of (proposal, number of the ticket whose ruling is its precedent)."""
    query = select(CatalogueProposal, Ticket.ticket_no).join(Ticket, Ticket.ticket_id == CatalogueProposal.ticket_id)
    if state is not None:
        query = query.where(CatalogueProposal.state == state)
    return session.execute(query.order_by(CatalogueProposal.proposal_id.desc()).limit(limit)).all()
