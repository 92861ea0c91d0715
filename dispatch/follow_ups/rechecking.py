"""抽查复核: a random sample of a quarter's counted answers, asked again by another agent who does not see the first answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.handling import called_by, require_not_handler
from dispatch.follow_ups.models import Recheck, RecheckDraw
from dispatch.follow_ups.services import check_answers
from dispatch.follow_ups.states import Outcome
from dispatch.kernel import events, texts
from dispatch.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from dispatch.kernel.events import NewEvent
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lock_ticket

NAME = re.compile(r"([1-9]\d{3})Q([1-4])")
QUARTER, YEAR = 3, 12  # months
COUNTED_ROUND = 1

# In each unit the tickets are put in an order that only the seed knows, and the first of them are taken. The counted attempt is the
# one whose instant stands on the ticket.
SAMPLE = text(
    "WITH counted AS (SELECT t.ticket_id, t.charged_unit_id AS unit_id, a.agent, t.ticket_no,"
    " count(*) OVER (PARTITION BY t.charged_unit_id) AS size,"
    " row_number() OVER (PARTITION BY t.charged_unit_id"
    " ORDER BY sha256(convert_to(:seed || ':' || t.ticket_no, 'UTF8'))) AS place"
    " FROM ticket t JOIN follow_up_attempt a ON a.ticket_id = t.ticket_id AND a.round = :round AND a.at = t.followed_up_at"
    " AND a.outcome = 'reached'"
    " WHERE t.followed_up_at >= :start AND t.followed_up_at < :end AND t.reached AND NOT t.is_imported"
    " AND t.voice_id IS NOT NULL AND t.charged_unit_id IS NOT NULL)"
    " SELECT ticket_id, unit_id, agent FROM counted"
    " WHERE place <= greatest(:at_least, ceil(size * :percent / 100.0)) ORDER BY ticket_id"
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said when somebody was asked again."""

    outcome: str
    contacted: bool | None = None
    solved: str | None = None
    satisfaction: str | None = None
    words: str | None = None


def quarter_span(quarter: str, reference: Reference) -> tuple[datetime, datetime]:
    """``2026Q4`` as [start, end) of local midnights. Raises ``recheck.unknown_quarter``."""
    found = NAME.fullmatch(quarter)
    if found is None:
        raise DomainError("recheck.unknown_quarter", "季度请写成 2026Q4 的样子。", field="quarter")
    zone = reference.calendar.zone
    first = int(found[1]) * YEAR + (int(found[2]) - 1) * QUARTER
    start, end = (datetime(month // YEAR, month % YEAR + 1, 1, tzinfo=zone) for month in (first, first + QUARTER))
    return start, end


def draw(session: Session, quarter: str, *, seed: str, reference: Reference, actor: str, at: datetime) -> int:
    """Draw the quarter's sample once; returns how many. The same seed over the same answers draws the same tickets.

    A quarter in which nothing was answered is not used up. Raises ``recheck.*``.
    """
    start, end = quarter_span(quarter, reference)
    if end > at:
        raise Conflict("recheck.quarter_running", "这个季度还没有结束，请季末之后再抽取。")
    # Two who draw at once: the second waits for the first and is refused.
    session.execute(text("LOCK TABLE recheck_draw IN SHARE ROW EXCLUSIVE MODE"))
    if session.get(RecheckDraw, quarter) is not None:
        raise Conflict("recheck.drawn_already", "这个季度已经抽取过，名单不能重抽。")
    session.add(RecheckDraw(quarter=quarter, seed=seed, drawn_at=at, drawn_by=actor))
    session.flush()
    rules = reference.procedure.follow_up
    found = session.execute(
        SAMPLE,
        {
            "seed": seed,
            "round": COUNTED_ROUND,
            "start": start,
            "end": end,
            "at_least": rules.recheck_at_least,
            "percent": rules.recheck_percent,
        },
    ).all()
    if not found:
        raise Conflict("recheck.nothing_to_draw", "这个季度还没有可复核的回访，没有抽取，以后仍可抽取。")
    rows = [
        {
            "quarter": quarter,
            "ticket_id": row.ticket_id,
            "unit_id": row.unit_id,
            "first_agent": row.agent,
            "attempts": 0,
        }
        for row in found
    ]
    session.execute(insert(Recheck), rows)
    return len(rows)


def recheck(
    session: Session, ticket_id: int, answers: Answers, *, reference: Reference, actor: str, at: datetime
) -> Recheck:
    """Register what the caller said when asked again. The counted answer stays what it is (rules.md §4)."""
    check_answers(answers.outcome, answers.contacted, answers.solved, answers.satisfaction)
    ticket = lock_ticket(session, ticket_id)
    drawn = waiting_recheck(session, ticket_id)
    if drawn is None:
        raise NotFound("recheck.unknown", "这张工单没有待复核的回访，可能已由他人复核。")
    require_may_recheck(session, drawn, actor)
    drawn.attempts, drawn.agent = drawn.attempts + 1, actor
    is_reached = answers.outcome == Outcome.REACHED
    if is_reached or drawn.attempts >= reference.procedure.follow_up.recheck_attempts:
        drawn.ended_at, drawn.outcome = at, answers.outcome
    if is_reached:
        drawn.contacted, drawn.solved, drawn.satisfaction = answers.contacted, answers.solved, answers.satisfaction
        drawn.disagrees = _disagrees(ticket, drawn)
    ticket.changed_at = at
    _record(session, ticket, drawn, answers, actor=actor, at=at)
    return drawn


def require_may_recheck(session: Session, drawn: Recheck, actor: str) -> None:
    """Raises 403 ``recheck.first_agent``, ``recheck.called_before``, ``follow_up.handled_it_yourself``."""
    if drawn.first_agent == actor:
        raise Forbidden("recheck.first_agent", "首次回访是您做的，复核须由其他回访员进行。")
    if session.scalar(select(called_by(actor, drawn.ticket_id))):
        raise Forbidden("recheck.called_before", "您为这张工单打过回访电话，复核须由其他回访员进行。")
    require_not_handler(session, drawn.ticket_id, actor)


def waiting_recheck(session: Session, ticket_id: int) -> Recheck | None:
    """The re-check of this ticket that is not done yet."""
    return session.scalars(
        select(Recheck)
        .where(Recheck.ticket_id == ticket_id, Recheck.ended_at.is_(None))
        .order_by(Recheck.quarter)
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def _disagrees(ticket: Ticket, drawn: Recheck) -> bool:
    """Whether any answer given both times differs; what one of them left open is no contradiction."""
    pairs = (
        (ticket.contacted, drawn.contacted),
        (ticket.solved, drawn.solved),
        (ticket.satisfaction, drawn.satisfaction),
    )
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _record(session: Session, ticket: Ticket, drawn: Recheck, answers: Answers, *, actor: str, at: datetime) -> None:
    data: dict[str, object] = {
        "quarter": drawn.quarter,
        "attempt": drawn.attempts,
        "outcome": answers.outcome,
        "contacted": answers.contacted,
        "solved": answers.solved,
        "satisfaction": answers.satisfaction,
        "disagrees": drawn.disagrees,
    }
    if answers.words and answers.words.strip():
        data["text"] = texts.write(session, ticket.ticket_id, "recheck_words", answers.words, at=at)
    events.record(session, ticket, [NewEvent("follow_up.rechecked", at, actor, None, data)])
