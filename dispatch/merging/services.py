"""并单 and 拆单 (rules.md §5): the older ticket survives, the other stays a voice of it with its own follow-up and notices.

Tickets are locked by id, the survivor's first: ids are drawn in the order of intake, so that the older one has the smaller id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.voices import open_for_voice
from dispatch.hops.parts import open_parts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict
from dispatch.merging import queries
from dispatch.merging.checks import already_merged, require_mergeable, same_ticket
from dispatch.merging.linking import COPY, REASON, join, move_voice
from dispatch.merging.parting import stand_alone
from dispatch.outcomes.calling_off import call_off
from dispatch.supervision import parting as orders
from dispatch.tickets import states
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.queries import OPEN_LEAD, assignments, lock_ticket, ticket_id_of
from dispatch.tickets.reassigning import take_back
from dispatch.tickets.settling import settle
from dispatch.tickets.states import TicketState

DEADLOCK = "40P01"


def merge(
    session: Session, ticket_id: int, *, ticket_no: str, reference: Reference, actor: str, at: datetime
) -> Ticket:
    """并单 with the ticket of this number, or the one that it was merged into. Returns the survivor."""
    other_id = survivor_id(session, ticket_id_of(session, ticket_no))
    if ticket_id == other_id:
        raise already_merged() if ticket_id_of(session, ticket_no) != ticket_id else same_ticket()
    survivor, absorbed = _lock_in_order(session, ticket_id, other_id)
    if TicketState.MERGED in (survivor.state, absorbed.state):
        raise already_merged()
    for ticket in (survivor, absorbed):
        require_mergeable(session, ticket)
    _absorb(session, survivor, absorbed, reference=reference, actor=actor, at=at)
    for voice in queries.voices(session, absorbed.ticket_id):
        lock_ticket(session, voice.ticket_id)
        move_voice(session, voice, absorbed, survivor, via_id=absorbed.ticket_id, actor=actor, at=at)
        open_for_voice(session, survivor, voice, reference=reference, actor=actor, at=at)
    return survivor


def unmerge(session: Session, ticket_id: int, *, reference: Reference, actor: str, at: datetime) -> Ticket:
    """拆单: both as they were; the due instants have not changed. Refused once the voice has answered as such."""
    into_id = session.scalar(select(Ticket.merged_into_id).where(Ticket.ticket_id == ticket_id))
    if into_id is None:
        raise _not_merged()
    survivor, absorbed = _lock_in_order(session, into_id, ticket_id)
    if absorbed.merged_into_id != survivor.ticket_id:
        raise _not_merged()
    if absorbed.reached:
        raise Conflict(
            "merge.already_answered", "这位诉求人已就并单后的事项回访作答，不能拆单；如是另一件事，请另行受理。"
        )
    stand_alone(session, survivor, absorbed, reference=reference, actor=actor, at=at)
    return absorbed


def survivor_id(session: Session, ticket_id: int) -> int:
    """The ticket itself, or the one whose voice it is."""
    return session.scalar(select(Ticket.merged_into_id).where(Ticket.ticket_id == ticket_id)) or ticket_id


def lock_survivor(session: Session, ticket_no: str) -> Ticket:
    """The locked ticket that a new caller joins at intake: the one of this number or its survivor. Raises ``merge.*``."""
    survivor = lock_ticket(session, survivor_id(session, ticket_id_of(session, ticket_no)))
    if survivor.state == TicketState.MERGED:
        raise already_merged()
    require_mergeable(session, survivor)
    return survivor


def absorb_new(
    session: Session, survivor: Ticket, ticket_id: int, *, reference: Reference, actor: str, at: datetime
) -> None:
    """The other half of joining at intake: the new row, received as ``merged``, becomes a voice of the locked survivor."""
    absorbed = session.get_one(Ticket, ticket_id, populate_existing=True)
    kept = {"next_at": {}, "had_follow_up": False, "round": absorbed.round}
    join(session, survivor, absorbed, kept=kept, actor=actor, at=at)
    open_for_voice(session, survivor, absorbed, reference=reference, actor=actor, at=at)


def _lock_in_order(session: Session, one_id: int, other_id: int) -> tuple[Ticket, Ticket]:
    """Both, the older first. An edge with If-Match holds one of them already: a deadlock that comes of it is a clear refusal."""
    try:
        older, newer = sorted((one_id, other_id))
        return lock_ticket(session, older), lock_ticket(session, newer)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == DEADLOCK:
            raise Conflict("merge.busy", "工单正被他人并单，请稍后重新读取再试。") from error
        raise


def _not_merged() -> Conflict:
    return Conflict("merge.not_merged", "工单没有并单，或已由他人拆单。")


def _absorb(
    session: Session, survivor: Ticket, absorbed: Ticket, *, reference: Reference, actor: str, at: datetime
) -> None:
    states.require_ticket_move(absorbed.state, TicketState.MERGED)
    kept = _take_away(session, absorbed, reference=reference, actor=actor, at=at)
    absorbed.state_before, absorbed.state = absorbed.state, TicketState.MERGED
    absorbed.unit_id, absorbed.merged_at = None, at
    join(session, survivor, absorbed, kept=kept, actor=actor, at=at)
    open_for_voice(session, survivor, absorbed, reference=reference, actor=actor, at=at)


def _take_away(session: Session, absorbed: Ticket, *, reference: Reference, actor: str, at: datetime) -> dict[str, Any]:
    """End what goes on with the ticket by itself: parts, order, question. What of it an unmerge gives back."""
    helping = _instants(open_parts(session, absorbed.ticket_id))
    question = call_off(session, absorbed, because=REASON, actor=actor, at=at)
    order = orders.call_off(session, absorbed, because=REASON, reference=reference, actor=actor, at=at)
    settle(session, absorbed, reference=reference, actor=actor, at=at)  # first: it may move the instants that are kept
    leads = [part for part in assignments(session, absorbed.ticket_id) if part.role != COPY and part.state in OPEN_LEAD]
    next_at = helping | _instants(leads)
    for part in leads:
        take_back(session, absorbed, part, reason=REASON, reference=reference, actor=actor, at=at)
    had_follow_up = session.get(FollowUp, (absorbed.ticket_id, absorbed.round)) is not None
    kept = {"next_at": next_at, "had_follow_up": had_follow_up, "round": absorbed.round}
    return kept | {"order": order, "supplement": question}


def _instants(parts: Iterable[Assignment]) -> dict[str, str | None]:
    """Each part's next instant of the sweep, by number."""
    return {str(part.number): instant(part.next_at) if part.next_at else None for part in parts}
