"""The call of an operator: the one that the exchange rings through to them, until its ticket is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from dispatch.access import rings
from dispatch.access.calls import INBOUND, number_of
from dispatch.access.vault import Vault, masked_phone
from dispatch.access.vault_models import CallRecord, IdentityLook
from dispatch.kernel.errors import NotFound

PURPOSE = "incoming_call"
LOOKED_BACK = timedelta(hours=2)  # a call that rang longer ago is no longer on anybody's desk
WRAPPED_UP = timedelta(minutes=10)  # after this the operator has gone on to something else


class Stage(StrEnum):
    """How far the call has come."""

    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class OwnCall:
    """The operator's call. ``number`` is masked, None where withheld; ``since``: when this stage began."""

    call_record_id: int
    stage: Stage
    number: str | None
    since: datetime


def own_call(session: Session, agent: str, *, vault: Vault, at: datetime) -> OwnCall | None:
    """The newest call that rang for ``agent`` (a log-in) and has no ticket yet; one range of an index.

    A call that ended unanswered is nobody's, and hides none that goes on: it waits among the missed ones.
    """
    call = session.scalars(
        select(CallRecord)
        .where(CallRecord.agent == agent, CallRecord.rang_at > at - LOOKED_BACK)
        .where(or_(CallRecord.ended_at.is_(None), CallRecord.answered_at.is_not(None)))
        .order_by(CallRecord.rang_at.desc())
        .limit(1)
    ).first()
    staged = _stage(call, at) if call and call.direction == INBOUND and call.ticket_id is None else None
    if call is None or staged is None:
        return None
    number = number_of(call, vault=vault)
    return OwnCall(call.call_record_id, staged[0], masked_phone(number) if number else None, staged[1])


def _stage(call: CallRecord, at: datetime) -> tuple[Stage, datetime] | None:
    if call.ended_at is not None:
        is_fresh = call.answered_at is not None and at - call.ended_at < WRAPPED_UP
        return (Stage.WRAP_UP, call.ended_at) if is_fresh else None
    if call.answered_at is not None:
        return Stage.TALKING, call.answered_at
    return (Stage.RINGING, call.rang_at) if call.rang_at is not None else None


def take_number(
    session: Session, call_record_id: int, agent: str, *, vault: Vault, actor: str, at: datetime
) -> str | None:
    """The caller's number for the form of the agent whom it rang for; None where withheld. The look is logged.

    Raises 404 ``call.unknown`` for anybody else's call.
    """
    call = session.get(CallRecord, call_record_id)
    if call is None or call.agent != agent or call.ticket_id is not None or _stage(call, at) is None:
        raise NotFound("call.unknown", "没有这通来电，或者它不是打给您的。")
    session.add(IdentityLook(actor=actor, purpose=PURPOSE, at=at))
    return number_of(call, vault=vault)


def link_ticket(session: Session, call_record_id: int, ticket_id: int, *, agent: str) -> None:
    """The ticket that came of a call which rang for ``agent``; the first one stays."""
    own = (CallRecord.call_record_id == call_record_id, CallRecord.agent == agent, CallRecord.ticket_id.is_(None))
    session.execute(update(CallRecord).where(*own).values(ticket_id=ticket_id))
    rings.tell(session, agent)
