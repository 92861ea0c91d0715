"""待补充: facts that are missing are asked of the citizen, by phone or by link, while the clocks stand (rules.md §2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel import events, texts
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.events import NewEvent
from dispatch.limits.procedure import span_end
from dispatch.outcomes import queries as own_queries
from dispatch.outcomes.models import Supplement
from dispatch.outcomes.states import FACTS, MEANS
from dispatch.tickets import clock, queries
from dispatch.tickets.models import Ticket
from dispatch.tickets.states import AssignmentState, TicketState

ASKABLE = (TicketState.AWAITING_DISPATCH, TicketState.DISPATCHED, TicketState.ACKNOWLEDGED)
SWEEPER = "system:sweep"
CITIZEN = "citizen:link"
BY_LINK = "link"


def ask(
    session: Session,
    ticket_id: int,
    *,
    facts: Sequence[str],
    question: str,
    means: str,
    unit_id: int | None,
    reference: Reference,
    actor: str,
    at: datetime,
) -> Supplement:
    """Ask for ``facts`` (codes). ``unit_id``: the lead's unit that asks, None for the hotline. The clocks stand until the answer."""
    ticket = queries.lock_ticket(session, ticket_id)
    earlier = _of_ticket(session, ticket_id)
    _require_askable(session, ticket, earlier, unit_id, reference)
    _check(facts, question, means, ticket)
    until = span_end(at, reference.procedure.supplement_wait, reference.calendar)
    asked = Supplement(
        ticket_id=ticket_id,
        number=len(earlier) + 1,
        facts=" ".join(dict.fromkeys(facts)),
        means=means,
        asked_by=actor,
        unit_id=unit_id,
        asked_at=at,
        until=until,
    )
    session.add(asked)
    if ticket.state != TicketState.AWAITING_DISPATCH:
        clock.pause(session, ticket, reason=clock.CITIZEN, until=until, reference=reference, actor=actor, at=at)
    ticket.changed_at = at
    data = {
        "supplement": asked.number,
        "fields": asked.facts.split(),
        "means": means,
        "until": instant(until),
        "text": texts.write(session, ticket_id, "supplement_question", question, at=at),
    }
    unit = reference.by_id[unit_id].code if unit_id is not None else None
    events.record(session, ticket, [NewEvent("supplement.asked", at, actor, unit, data)])
    return asked


def give(
    session: Session, ticket_id: int, *, text: str, reference: Reference, actor: str, at: datetime, number: int = 0
) -> Ticket:
    """The missing facts have come; the clocks run again. ``number``: the question meant, where a link asks it."""
    ticket = queries.lock_ticket(session, ticket_id)
    waiting = own_queries.open_supplement(session, ticket_id)
    if waiting is None or number not in (0, waiting.number):
        raise Conflict("supplement.none_open", "没有等待补充的情况，可能已经补充过或已过期。")
    if not text.strip():
        raise DomainError("supplement.text_missing", "请填写补充的情况。", field="text")
    waiting.given_at = waiting.ended_at = at
    data = {
        "supplement": waiting.number,
        "by_link": actor == CITIZEN,
        "text": texts.write(session, ticket_id, "supplement", text, at=at),
    }
    events.record(session, ticket, [NewEvent("supplement.given", at, actor, _lead_code(ticket, reference), data)])
    _run_again(session, ticket, reference=reference, actor=actor, at=at)
    return ticket


def due(session: Session, at: datetime, *, limit: int) -> Sequence[int]:
    """The tickets whose citizen was waited for long enough, by id."""
    found = session.scalars(
        select(Supplement.ticket_id)
        .where(Supplement.ended_at.is_(None), Supplement.until <= at)
        .order_by(Supplement.until)
        .limit(limit)
    ).all()
    return sorted(found)


def lapse(session: Session, ticket: Ticket, *, reference: Reference, at: datetime) -> None:
    """Nobody answered in time: the locked ticket goes on with what is known, from the instant that was set."""
    waiting = own_queries.open_supplement(session, ticket.ticket_id)
    if waiting is None or waiting.until > at:
        return
    waiting.ended_at = waiting.until
    data = {"supplement": waiting.number}
    events.record(session, ticket, [NewEvent("supplement.lapsed", at, SWEEPER, _lead_code(ticket, reference), data)])
    _run_again(session, ticket, reference=reference, actor=SWEEPER, at=at)


def _lead_code(ticket: Ticket, reference: Reference) -> str | None:
    """The unit that should know that the wait is over."""
    return reference.by_id[ticket.unit_id].code if ticket.unit_id is not None else None


def _run_again(session: Session, ticket: Ticket, *, reference: Reference, actor: str, at: datetime) -> None:
    standing = clock.running(session, ticket)
    if standing is not None and standing.reason == clock.CITIZEN:
        clock.resume(session, ticket, reference=reference, actor=actor, at=at)
    ticket.changed_at = at


def _require_askable(
    session: Session, ticket: Ticket, earlier: Sequence[Supplement], unit_id: int | None, reference: Reference
) -> None:
    if ticket.is_imported or ticket.state not in ASKABLE:
        raise Conflict("supplement.not_askable", "工单当前不需要再向诉求人补充情况。", state=ticket.state)
    if any(one.ended_at is None for one in earlier):
        raise Conflict("supplement.open", "已在等待诉求人补充，请等答复后再问。")
    lead = queries.lead_in_force(session, ticket)
    if lead is not None and lead.state == AssignmentState.DISPUTED:
        raise Conflict("supplement.disputed", "异议裁定中，裁定后再向诉求人补充情况。")
    asked = sum(one.unit_id is not None for one in earlier)
    if unit_id is not None and asked >= reference.procedure.supplements_most:
        raise Conflict("supplement.too_often", "本单由单位要求补充的次数已用完，请由热线联系诉求人。")


def _check(facts: Sequence[str], question: str, means: str, ticket: Ticket) -> None:
    if not facts or not set(facts) <= FACTS.keys():
        raise DomainError("supplement.facts_missing", "请选择需要补充哪些情况。", field="facts")
    if not question.strip():
        raise DomainError("supplement.question_missing", "请写明需要诉求人补充什么。", field="question")
    if means not in MEANS:
        raise DomainError("supplement.means_unknown", "请选择补充方式。", field="means")
    if means == BY_LINK and ticket.voice_id is None:
        raise DomainError("supplement.nobody_to_ask", "诉求人没有留下联系方式，不能发送链接。", field="means")


def _of_ticket(session: Session, ticket_id: int) -> Sequence[Supplement]:
    query = select(Supplement).where(Supplement.ticket_id == ticket_id).order_by(Supplement.number)
    return session.scalars(query).all()
