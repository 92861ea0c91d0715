"""派单目录建议: a ruling proposes category × area × kind → unit; a supervisor accepts or rejects it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.disputes.models import CatalogueProposal
from dispatch.disputes.states import ProposalState, require_proposal_move
from dispatch.kernel import events
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Dispute, Ticket
from dispatch.tickets.queries import lock_ticket

AREAS = ("township", "district")  # an entry speaks of the smallest of these that holds the place
LIVING = (ProposalState.PROPOSED, ProposalState.ACCEPTED)


def propose(
    session: Session, ticket: Ticket, ruled: Dispute, *, reference: Reference, actor: str, at: datetime
) -> CatalogueProposal | None:
    """Propose what was ruled on the locked ticket as an entry. None where the same is proposed or in force already."""
    if ticket.category is None:
        raise DomainError("proposal.no_category", "工单没有分类，不能建议写入派单目录。", field="proposes")
    subject = {
        "category": ticket.category,
        "place_code": _area(ticket.place_code, reference),
        "kind": ticket.kind,
        "unit_id": ruled.ruled_unit_id or ruled.unit_id,
    }
    same = select(CatalogueProposal.proposal_id).filter_by(**subject).where(CatalogueProposal.state.in_(LIVING))
    if session.scalar(same.limit(1)) is not None:
        return None
    made = CatalogueProposal(
        **subject,
        ticket_id=ticket.ticket_id,
        dispute_number=ruled.number,
        state=ProposalState.PROPOSED,
        proposed_by=actor,
        proposed_at=at,
    )
    session.add(made)
    session.flush()
    unit = reference.by_id[made.unit_id].code
    data = {"proposal": made.proposal_id, "dispute": ruled.number, "category": made.category}
    data |= {"place": made.place_code, "kind": made.kind, "unit": unit}
    events.record(session, ticket, [NewEvent("catalogue.proposed", at, actor, None, data)])
    return made


def decide(session: Session, proposal_id: int, *, is_accepted: bool, actor: str, at: datetime) -> CatalogueProposal:
    """Accept or reject. An accepted one replaces the one in force for the same category, area and kind."""
    ticket_id = session.scalar(select(CatalogueProposal.ticket_id).filter_by(proposal_id=proposal_id))
    if ticket_id is None:
        raise NotFound("proposal.unknown", "没有这条派单目录建议。")
    ticket = lock_ticket(session, ticket_id)
    decided = session.get_one(CatalogueProposal, proposal_id, with_for_update=True, populate_existing=True)
    after = ProposalState.ACCEPTED if is_accepted else ProposalState.REJECTED
    require_proposal_move(decided.state, after)
    if is_accepted:
        _replace(session, decided)
    decided.state, decided.decided_by, decided.decided_at = after, actor, at
    data = {"proposal": proposal_id, "decision": after}
    events.record(session, ticket, [NewEvent("catalogue.decided", at, actor, None, data)])
    return decided


def _replace(session: Session, new: CatalogueProposal) -> None:
    subject = {"category": new.category, "place_code": new.place_code, "kind": new.kind}
    accepted = select(CatalogueProposal).filter_by(**subject, state=ProposalState.ACCEPTED)
    for old in session.scalars(accepted.order_by(CatalogueProposal.proposal_id).with_for_update()):
        require_proposal_move(old.state, ProposalState.REPLACED)
        old.state = ProposalState.REPLACED


def _area(place_code: str | None, reference: Reference) -> str | None:
    place = reference.known.get(place_code or "")
    if place is None:
        return None
    found = next((area for kind in AREAS if (area := reference.nearest(place, kind))), None)
    return found.code if found else None
