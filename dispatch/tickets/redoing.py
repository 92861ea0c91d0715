"""重办 and 重新受理 (rules.md §5): the same ticket in a new round, or after the policy's days a new ticket that follows the old one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.vault import Reporter, Vault
from dispatch.access.vault_models import Voice
from dispatch.directory.snapshot import Reference, UnitRef
from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.supervision import services as supervision
from dispatch.tickets import queries
from dispatch.tickets.erased import require_words
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.linking import LinkKind
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.reassigning import send_to
from dispatch.tickets.side_models import TicketLink
from dispatch.tickets.states import TicketState

OVER = (TicketState.CLOSED, TicketState.ARCHIVED)
UNSOLVED = ("no", "partly")


@dataclass(frozen=True, slots=True)
class Reopened:
    """What became of it: the same ticket in a new round, or another number."""

    ticket_no: str
    is_new: bool


def redo(
    session: Session,
    ticket_id: int,
    *,
    reason: str,
    reference: Reference,
    actor: str,
    at: datetime,
    unit_code: str | None = None,
) -> Ticket:
    """退回重办: the follow-up of this round ended unsolved or dissatisfied. The counted answer of the first round stays."""
    ticket = _lock(session, ticket_id, reason)
    if ticket.state not in OVER:
        raise Conflict("ticket.not_redoable", "工单办结并回访后才能退回重办。", state=ticket.state)
    if not is_unhappy(session, ticket):
        raise Conflict("ticket.nothing_to_redo", "这一轮回访没有反映未解决或不满意，不能退回重办。")
    if not _is_recent(ticket, reference, at):
        raise Conflict("ticket.too_late_to_redo", "结案已久，不能再退回重办；请用“重新受理”另立新单。")
    words = texts.write(session, ticket_id, "redo_reason", reason, at=at)
    _again(session, ticket, words, unit_code=unit_code, reference=reference, actor=actor, at=at)
    return ticket


def reopen(
    session: Session,
    ticket_id: int,
    *,
    reason: str,
    reference: Reference,
    vault: Vault,
    actor: str,
    at: datetime,
) -> Reopened:
    """重新受理: the caller is back. Within the policy's days of closing it is a redo, later a new ticket, linked."""
    ticket = _lock(session, ticket_id, reason)
    if ticket.state not in OVER:
        raise Conflict("ticket.not_closed", "工单还没有结案，请催办或补充情况。", state=ticket.state)
    words = texts.write(session, ticket_id, "reopen_reason", reason, at=at)
    if _is_recent(ticket, reference, at):
        _again(session, ticket, words, unit_code=None, reference=reference, actor=actor, at=at)
        return Reopened(ticket.ticket_no, is_new=False)
    made = accept(
        session, _anew(session, ticket, reason, vault, reference), reference=reference, vault=vault, actor=actor, at=at
    )
    follower = queries.lock_ticket(session, made.ticket_id)
    follower.previous_ticket_id = ticket_id
    ticket.changed_at = at
    followed = TicketLink(ticket_id=made.ticket_id, other_id=ticket_id, kind=LinkKind.FOLLOWS, actor=actor, at=at)
    session.add(followed)  # both pages show it, as any other link
    data = {"ticket": made.ticket_id, "ticket_no": made.ticket_no, "text": words}
    events.record(session, ticket, [NewEvent("ticket.reopened", at, actor, None, data)])
    events.record(
        session,
        follower,
        [NewEvent("ticket.linked", at, actor, None, {"ticket": ticket.ticket_no, "kind": LinkKind.FOLLOWS})],
    )
    return Reopened(made.ticket_no, is_new=True)


def is_unhappy(session: Session, ticket: Ticket) -> bool:
    """Whether this round's follow-up ended with an answer that was not solved, or dissatisfied."""
    follow_up = session.get(FollowUp, (ticket.ticket_id, ticket.round), populate_existing=True)
    return (
        follow_up is not None
        and follow_up.ended_at is not None
        and any(
            tried.solved in UNSOLVED or tried.satisfaction == "dissatisfied" for tried in _attempts(session, ticket)
        )
    )


def _attempts(session: Session, ticket: Ticket) -> Sequence[FollowUpAttempt]:
    return session.scalars(
        select(FollowUpAttempt).where(
            FollowUpAttempt.ticket_id == ticket.ticket_id, FollowUpAttempt.round == ticket.round
        )
    ).all()


def _lock(session: Session, ticket_id: int, reason: str) -> Ticket:
    if not reason.strip():
        raise DomainError("ticket.redo_reason_missing", "请写明原因。", field="reason")
    ticket = queries.lock_ticket(session, ticket_id)
    if ticket.is_imported:
        raise Conflict("ticket.is_history", "这是导入的历史工单，只能查看。")
    require_words(ticket)
    return ticket


def _is_recent(ticket: Ticket, reference: Reference, at: datetime) -> bool:
    if ticket.closed_at is None:
        return True
    return at <= ticket.closed_at + timedelta(days=reference.procedure.supervision.reopen_days)


def _again(
    session: Session,
    ticket: Ticket,
    words: dict[str, object],
    *,
    unit_code: str | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    lead = queries.lead_in_force(session, ticket)
    unit = _unit(lead, unit_code, reference)
    ticket.round, ticket.redos = ticket.round + 1, ticket.redos + 1
    ticket.completed_at = ticket.closed_at = ticket.archived_at = None
    data = {"round": ticket.round, "redos": ticket.redos, "unit": unit.code, "text": words}
    events.record(session, ticket, [NewEvent("ticket.redone", at, actor, unit.code, data)])
    send_to(session, ticket, unit, reference=reference, actor=actor, at=at)
    if ticket.redos >= reference.procedure.supervision.redos_to_supervision:
        supervision.escalate(session, ticket, unit, reference=reference, at=at)


def _unit(lead: Assignment | None, unit_code: str | None, reference: Reference) -> UnitRef:
    """Who does it again: the unit chosen, else the lead as before."""
    if unit_code is not None:
        if unit_code not in reference.by_code:
            raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_code")
        return reference.by_code[unit_code]
    before = reference.by_id[lead.unit_id] if lead is not None else None
    if before is None or before.code not in reference.by_code:
        raise DomainError("ticket.redo_unit_missing", "原承办单位已不存在，请指明重办单位。", field="unit_code")
    return before


def _anew(session: Session, ticket: Ticket, reason: str, vault: Vault, reference: Reference) -> Intake:
    """The old matter with what is new about it, for the unit that had it; the caller's identity is sealed anew."""
    written = texts.latest(session, ticket.ticket_id)
    before = reference.by_id.get(ticket.unit_id or 0)
    return Intake(
        kind=ticket.kind,
        title=written.get("title") or reason[:40],
        text="\n".join(part for part in (reason, written.get("text")) if part),
        channel=ticket.channel,
        address=written.get("address") or "",
        urgency=ticket.urgency,
        category=ticket.category,
        place_code=ticket.place_code,
        unit_code=before.code if before is not None and before.code in reference.by_code else None,
        reporter=_reporter(session, ticket, vault),
        is_confidential=ticket.is_confidential,
    )


def _reporter(session: Session, ticket: Ticket, vault: Vault) -> Reporter | None:
    voice = session.get(Voice, ticket.voice_id) if ticket.voice_id is not None else None
    if voice is None or voice.sealed is None:
        return None
    return vault.open(voice.sealed, voice.key_id or "", bound_to=f"ticket:{ticket.ticket_id}")
