"""会商: the adjudicator asks several units; what they say is recorded, and the ruling limit runs on (rules.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.access.scope import unknown_ticket
from dispatch.directory.snapshot import Reference
from dispatch.disputes import queries
from dispatch.disputes.models import DisputeMessage, DisputeParty
from dispatch.disputes.states import Stance
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.limits.procedure import span_end
from dispatch.limits.rules import Limit
from dispatch.tickets.disputing import require_in_time
from dispatch.tickets.models import Assignment, Dispute, Ticket
from dispatch.tickets.queries import lock_ticket, open_dispute

TEXT = "consultation"  # kept from the ticket's page: only who takes part reads the thread


def consult(
    session: Session,
    ticket_id: int,
    *,
    unit_codes: Sequence[str],
    question: str,
    until: datetime | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Dispute:
    """Open a consultation, or widen it: ``unit_codes`` besides the disputing unit. ``until``: None = the ruling limit."""
    ticket, raised = _lock_open(session, ticket_id)
    require_in_time(raised, at)
    if unknown := [code for code in unit_codes if code not in reference.by_code]:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit_codes", codes=unknown)
    invited = {reference.by_code[code].unit_id for code in unit_codes} - {raised.unit_id}
    if not invited:
        raise DomainError("dispute.nobody_to_consult", "请选择提出异议的单位以外的会商单位。", field="unit_codes")
    if raised.consulted_at is None:
        raised.consulted_at = at
        raised.ruling_due_at = max(raised.ruling_due_at, _longest(session, raised, reference, at))
    raised.consult_until = _until(until, raised, at)
    _invite(session, raised, invited | {raised.unit_id}, at)
    words = texts.write(session, ticket_id, TEXT, question, at=at)
    _say(session, raised, None, None, words["version"], actor=actor, at=at)
    ticket.changed_at = at
    data = {"dispute": raised.number, "units": sorted(reference.by_id[unit].code for unit in invited), "text": words}
    data |= {"until": instant(raised.consult_until), "ruling_due_at": instant(raised.ruling_due_at)}
    events.record(session, ticket, [NewEvent("dispute.consulted", at, actor, None, data)])
    return raised


def discuss(
    session: Session,
    ticket_id: int,
    *,
    unit_id: int | None,
    words: str,
    stance: str | None = None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> DisputeMessage:
    """Write into the thread: a consulted unit its position, the adjudicator (no unit) a remark."""
    if unit_id is not None and stance not in set(Stance):
        raise DomainError("dispute.unknown_stance", "请选择本单位的意见。", field="stance")
    ticket, raised = _lock_open(session, ticket_id)
    if raised.consulted_at is None or raised.consult_until is None:
        raise Conflict("dispute.not_consulted", "这项异议没有发起会商。")
    if unit_id is not None:
        _answer(session, raised, unit_id, at)
    written = texts.write(session, ticket_id, TEXT, words, at=at)
    said = _say(session, raised, unit_id, stance if unit_id else None, written["version"], actor=actor, at=at)
    ticket.changed_at = at
    code = reference.by_id[unit_id].code if unit_id is not None else None
    data = {"dispute": raised.number, "message": said.number, "stance": said.stance, "text": written}
    events.record(session, ticket, [NewEvent("dispute.discussed", at, actor, code, data)])
    return said


def _lock_open(session: Session, ticket_id: int) -> tuple[Ticket, Dispute]:
    ticket = lock_ticket(session, ticket_id)
    raised = open_dispute(session, ticket_id)
    if raised is None:
        raise Conflict("dispute.none_open", "没有待裁定的异议，可能已由他人裁定。")
    return ticket, raised


def _longest(session: Session, raised: Dispute, reference: Reference, at: datetime) -> datetime:
    """Until when the ruling may take with a consultation: the ruling limit unless the policy gives more."""
    lead = session.get_one(Assignment, (raised.ticket_id, raised.assignment_number))
    span = reference.terms(lead.sent_at).policy.procedure.window_of(Limit.parse(lead.limit_text or "")).consultation
    return span_end(at, span, reference.calendar) if span else raised.ruling_due_at


def _until(wanted: datetime | None, raised: Dispute, at: datetime) -> datetime:
    if wanted is None:
        return raised.ruling_due_at
    if not at < wanted <= raised.ruling_due_at:
        raise DomainError("dispute.until_beyond_ruling", "会商截止时间须晚于现在，且不晚于裁定时限。", field="until")
    return wanted


def _invite(session: Session, raised: Dispute, units: set[int], at: datetime) -> None:
    key: dict[str, object] = {"ticket_id": raised.ticket_id, "dispute_number": raised.number, "invited_at": at}
    rows = [key | {"unit_id": unit_id, "answered_at": None} for unit_id in sorted(units)]
    session.execute(pg_insert(DisputeParty).on_conflict_do_nothing(), rows)


def _answer(session: Session, raised: Dispute, unit_id: int, at: datetime) -> None:
    party = session.get(DisputeParty, (raised.ticket_id, raised.number, unit_id))
    if party is None:
        raise unknown_ticket()
    if raised.consult_until is not None and at > raised.consult_until:
        raise Conflict("dispute.consultation_over", "会商已截止，不能再提交意见。")
    party.answered_at = at


def _say(
    session: Session,
    raised: Dispute,
    unit_id: int | None,
    stance: str | None,
    version: int,
    *,
    actor: str,
    at: datetime,
) -> DisputeMessage:
    said = DisputeMessage(
        ticket_id=raised.ticket_id,
        dispute_number=raised.number,
        number=queries.message_count(session, raised) + 1,
        unit_id=unit_id,
        stance=stance,
        text_version=version,
        actor=actor,
        at=at,
    )
    session.add(said)
    return said
