"""Erasing what is personal in a ticket: one person asks with the law's ground, another decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.known import known_reporters
from dispatch.access.vault import Vault
from dispatch.erasure import queries, wiping
from dispatch.erasure.models import Erasure
from dispatch.erasure.states import OVER, ErasureGround, ErasureState, require_erasure_move
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket
from dispatch.tickets.screening import screened


def ask(
    session: Session, ticket_id: int, *, ground: str, reason: str, vault: Vault, actor: str, at: datetime
) -> Erasure:
    """申请删除. The reason outlives the erasure, so what is known of the reporter is taken out of it first."""
    if ground not in set(ErasureGround):
        raise DomainError("erasure.unknown_ground", "请选择删除的法定情形。", field="ground")
    if not reason.strip():
        raise DomainError("erasure.reason_missing", "请写明申请删除的缘由。", field="reason")
    ticket = lock_ticket(session, ticket_id)
    _require_over(ticket)
    if queries.open_erasure(session, ticket_id) is not None:
        raise Conflict("erasure.already_asked", "这张工单已有待审核的删除申请。")
    known = known_reporters(session, [ticket_id], vault=vault)[ticket_id]
    words = texts.write(session, ticket_id, queries.REASON, screened(reason.strip(), known) or "", at=at)
    asked = Erasure(
        ticket_id=ticket_id,
        number=queries.count(session, ticket_id) + 1,
        ground=ground,
        state=ErasureState.ASKED,
        asked_by=actor,
        asked_at=at,
    )
    session.add(asked)
    ticket.changed_at = at
    data = {"erasure": asked.number, "ground": ground, "text": words}
    events.record(session, ticket, [NewEvent("erasure.asked", at, actor, data=data)])
    return asked


def decide(session: Session, ticket_id: int, *, is_granted: bool, actor: str, at: datetime) -> Erasure:
    """审核删除. Granted: words, identity, files, messages and archive are gone for good, in this transaction."""
    ticket = lock_ticket(session, ticket_id)
    asked = queries.open_erasure(session, ticket_id)
    if asked is None:
        raise Conflict("erasure.none_open", "这张工单没有待审核的删除申请，可能已由他人处理。")
    if asked.asked_by == actor:
        raise Forbidden("erasure.same_person", "申请人不能审核自己的删除申请，请由他人审核。")
    state = ErasureState.GRANTED if is_granted else ErasureState.REFUSED
    require_erasure_move(asked.state, state)
    if is_granted:
        _require_over(ticket)
    asked.state, asked.decided_by, asked.decided_at, ticket.changed_at = state, actor, at, at
    if not is_granted:
        data: dict[str, object] = {"erasure": asked.number}
        events.record(session, ticket, [NewEvent("erasure.refused", at, actor, data=data)])
        return asked
    files, has_archive = wiping.wipe(session, ticket_id, actor=actor, at=at)
    ticket.erased_at = at
    data = {"erasure": asked.number, "ground": asked.ground, "files": list(files), "archive": has_archive}
    events.record(session, ticket, [NewEvent("ticket.erased", at, actor, data=data)])
    return asked


def _require_over(ticket: Ticket) -> None:
    if ticket.erased_at is not None:
        raise Conflict("erasure.already_done", "这张工单的个人信息已经删除。")
    if ticket.state not in OVER and not ticket.is_imported:
        raise Conflict("erasure.ticket_open", "工单结案后才能删除个人信息。", state=ticket.state)
