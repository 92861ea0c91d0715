"""Who handled a ticket cannot follow it up: an agent who asks about their own work is no witness."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    exists,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.kernel.errors import Conflict, Forbidden
from dispatch.kernel.events import Event

# Whoever did anything else to the ticket handled it; these are the follow-up's own and its consequences.
NOT_HANDLING = (
    "follow_up.%",
    "order.%",
    "card.%",
    "ticket.closed",
    "ticket.redone",
    "ticket.reopened",
    "ticket.escalated",
    "ticket.urged",
    "ticket.linked",
    "ticket.noted",
    "ticket.archived",
    "file.%",
)
FIRST_ROUND = 1


def handled_by(
    actor: str | BindParameter[str], ticket_id: InstrumentedAttribute[int] | BindParameter[int] | int
) -> ColumnElement[bool]:
    """Whether ``actor`` took the ticket in, dispatched, ruled or worked on it, by its events."""
    # Sending a redo back to its unit is the follow-up's consequence too, not a decision on whose matter it is.
    is_redo = and_(Event.type == "ticket.dispatched", Event.data["round"].astext.cast(Integer) > FIRST_ROUND)
    beside = or_(*(Event.type.like(kind) for kind in NOT_HANDLING), is_redo)
    return exists(select(Event.number).where(Event.ticket_id == ticket_id, Event.actor == actor, not_(beside)))


_HANDLED = select(handled_by(bindparam("of_actor", type_=Text), bindparam("of_ticket", type_=BigInteger)))


def called_by(actor: str, ticket_id: InstrumentedAttribute[int] | int) -> ColumnElement[bool]:
    """Whether ``actor`` ever called the reporter of this ticket for their answer."""
    return exists(
        select(FollowUpAttempt.number).where(FollowUpAttempt.ticket_id == ticket_id, FollowUpAttempt.agent == actor)
    )


def require_not_handler(session: Session, ticket_id: int, actor: str) -> None:
    """Raises 403 ``follow_up.handled_it_yourself``."""
    if session.scalar(_HANDLED, {"of_actor": actor, "of_ticket": ticket_id}):
        raise Forbidden("follow_up.handled_it_yourself", "您经办过这张工单，不能自己回访，请交给其他回访员。")


def require_not_taken(follow_up: FollowUp, actor: str, *, reference: Reference, at: datetime) -> None:
    """Raises 409 ``follow_up.taken`` while another agent has it."""
    held = follow_up.taken_at is not None and follow_up.taken_at + reference.procedure.follow_up.taken_for > at
    if held and follow_up.taken_by != actor:
        raise Conflict("follow_up.taken", "这张工单已由其他回访员接下，请回访下一张。")
