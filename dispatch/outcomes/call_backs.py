"""未接来电: who rang and was not answered is called back; one entry per number, whoever rang however often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from dispatch.access.calls import number_of
from dispatch.access.vault import Vault
from dispatch.access.vault_models import CallRecord, IdentityLook
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.limits.procedure import Procedure
from dispatch.outcomes.models import CallBack
from dispatch.outcomes.states import CallBackOutcome

PURPOSE = "call_back"

# Newest missed call per number of the last days, with nothing since then that clears it: a call that was answered (either
# way), a try that reached or found the number wrong, or too many tries since the first of these calls.
MISSED = text(
    "SELECT max(c.call_record_id) AS call_record_id, c.phone_index, max(c.rang_at) AS rang_at, min(c.rang_at) AS first_at,"
    " count(*) AS calls,"
    " (SELECT count(*) FROM call_back b WHERE b.phone_index = c.phone_index AND b.outcome = 'no_answer'"
    " AND b.ended_at >= max(c.rang_at)) AS tries,"
    " (SELECT b.taken_by FROM call_back b WHERE b.phone_index = c.phone_index AND b.ended_at IS NULL"
    " AND b.held_until > :at) AS taken_by"
    " FROM call_record c WHERE c.direction = 'inbound' AND c.answered_at IS NULL AND c.ended_at IS NOT NULL"
    " AND c.phone_index IS NOT NULL AND c.rang_at > :since AND c.rang_at <= :at"
    " AND NOT EXISTS (SELECT 1 FROM call_record a WHERE a.phone_index = c.phone_index AND a.answered_at >= c.rang_at)"
    " AND NOT EXISTS (SELECT 1 FROM call_back b WHERE b.phone_index = c.phone_index AND b.ended_at >= c.rang_at"
    " AND b.outcome IN ('reached', 'wrong_number'))"
    " GROUP BY c.phone_index"
    " HAVING (SELECT count(*) FROM call_back b WHERE b.phone_index = c.phone_index AND b.outcome = 'no_answer'"
    " AND b.ended_at >= max(c.rang_at)) < :attempts"
    " ORDER BY max(c.rang_at) LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class Missed:
    """One number that was not answered: its newest call, how often it rang since ``first_at``, how often we tried since."""

    call_record_id: int
    phone_index: bytes
    rang_at: datetime
    first_at: datetime
    calls: int
    tries: int
    taken_by: str | None


def missed(session: Session, *, procedure: Procedure, at: datetime, limit: int = 50) -> Sequence[Missed]:
    """The numbers to call back, longest waiting first."""
    values = {
        "at": at,
        "since": at - timedelta(days=procedure.call_back_days),
        "attempts": procedure.call_back_attempts,
        "limit": limit,
    }
    return [Missed(**row) for row in session.execute(MISSED, values).mappings()]


def take(session: Session, call_record_id: int, *, reference: Reference, actor: str, at: datetime) -> CallBack:
    """An operator takes a number and has it alone for the policy's minutes. Raises 409 ``call_back.taken``, ``call_back.cleared``."""
    call = _lock(session, call_record_id)
    waiting = missed(session, procedure=reference.procedure, at=at, limit=1_000)
    entry = next((one for one in waiting if bytes(one.phone_index) == bytes(call.phone_index or b"")), None)
    if entry is None:
        raise Conflict("call_back.cleared", "这个来电已经接通或已回拨，不用再拨。")
    if entry.taken_by is not None and entry.taken_by != actor:
        raise Conflict("call_back.taken", "这个来电已由其他话务员在回拨。")
    session.execute(
        update(CallBack)
        .where(CallBack.phone_index == entry.phone_index, CallBack.ended_at.is_(None))
        .values(ended_at=at)
    )
    held_until = at + timedelta(minutes=reference.procedure.call_back_held_minutes)
    taken = CallBack(
        phone_index=entry.phone_index,
        call_record_id=entry.call_record_id,
        taken_by=actor,
        taken_at=at,
        held_until=held_until,
    )
    session.add(taken)
    session.flush()
    return taken


def number_to_dial(session: Session, call_back_id: int, *, vault: Vault, actor: str, at: datetime) -> str:
    """The number, for the operator who took it, while it is theirs; the look is logged."""
    held = _held(session, call_back_id, actor=actor, at=at)
    call = session.get_one(CallRecord, held.call_record_id)
    session.add(IdentityLook(actor=actor, purpose=PURPOSE, at=at, shown_until=held.held_until))
    number = number_of(call, vault=vault)
    if number is None:
        raise NotFound("call_back.unknown", "没有这个未接来电。")
    return number


def finish(session: Session, call_back_id: int, *, outcome: str, actor: str, at: datetime) -> CallBack:
    """How calling back ended. ``no_answer`` leaves the number in the queue, up to the policy's number of tries."""
    if outcome not in set(CallBackOutcome):
        raise DomainError("call_back.unknown_outcome", "请选择回拨结果。", field="outcome")
    held = _held(session, call_back_id, actor=actor, at=at)
    held.outcome, held.ended_at = outcome, at
    return held


def call_of(session: Session, call_back_id: int, *, actor: str) -> CallRecord | None:
    """The call behind a try of this operator's that reached; None for anybody else's."""
    query = select(CallRecord).join(CallBack, CallBack.call_record_id == CallRecord.call_record_id)
    reached = (CallBack.taken_by == actor, CallBack.outcome == CallBackOutcome.REACHED)
    return session.scalars(query.where(CallBack.call_back_id == call_back_id, *reached)).first()


def link_ticket(session: Session, call_record_id: int, ticket_id: int, *, actor: str) -> None:
    """The ticket that came of a call which this operator called back; the first one stays."""
    reached = select(CallBack.call_record_id).where(
        CallBack.taken_by == actor, CallBack.outcome == CallBackOutcome.REACHED
    )
    session.execute(
        update(CallRecord)
        .where(
            CallRecord.call_record_id == call_record_id,
            CallRecord.call_record_id.in_(reached),
            CallRecord.ticket_id.is_(None),
        )
        .values(ticket_id=ticket_id)
    )


def _lock(session: Session, call_record_id: int) -> CallRecord:
    """The call, and its number locked against another operator's hand."""
    call = session.get(CallRecord, call_record_id)
    if call is None or call.phone_index is None:
        raise NotFound("call_back.unknown", "没有这个未接来电。")
    key = int.from_bytes(bytes(call.phone_index)[:8], signed=True)
    session.execute(select(func.pg_advisory_xact_lock(key)))
    return call


def _held(session: Session, call_back_id: int, *, actor: str, at: datetime) -> CallBack:
    held = session.get(CallBack, call_back_id, with_for_update=True)
    if held is None or held.taken_by != actor:
        raise NotFound("call_back.unknown", "没有这个未接来电。")
    if held.ended_at is not None or held.held_until <= at:
        raise Conflict("call_back.over", "这次回拨已经结束或超过保留时间，请重新领取。")
    return held
