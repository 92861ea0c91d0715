"""The verb of follow-up agents: an attempt, with the three answers where the caller was reached (rules.md §4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.handling import require_not_handler, require_not_taken
from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.follow_ups.states import FollowUpState, Outcome, Satisfaction, Solved, require_follow_up_move
from dispatch.follow_ups.taking import follow_up_of
from dispatch.kernel import events, texts
from dispatch.kernel.errors import DomainError
from dispatch.kernel.events import NewEvent
from dispatch.tickets import queries
from dispatch.tickets.closing import closed_if_done
from dispatch.tickets.models import Ticket

CITIZEN = "citizen:link"  # who answered by the link that was sent
_OF_ROUND = (
    select(FollowUpAttempt)
    .where(FollowUpAttempt.ticket_id == bindparam("of_ticket"), FollowUpAttempt.round == bindparam("of_round"))
    .order_by(FollowUpAttempt.number)
)


def attempt(
    session: Session,
    ticket_id: int,
    *,
    outcome: str,
    reference: Reference,
    actor: str,
    at: datetime,
    contacted: bool | None = None,
    solved: str | None = None,
    satisfaction: str | None = None,
    words: str | None = None,
) -> FollowUp:
    """登记一次回访. Answers only when reached; each may be missing (a missing one earns nothing, §4)."""
    check_answers(outcome, contacted, solved, satisfaction)
    ticket = queries.lock_ticket(session, ticket_id)
    follow_up = follow_up_of(session, ticket)
    require_not_handler(session, ticket_id, actor)
    if actor != CITIZEN:  # an agent on the line does not hold up the caller's own answer
        require_not_taken(follow_up, actor, reference=reference, at=at)
    number = follow_up.attempt_count + 1
    tried = FollowUpAttempt(
        ticket_id=ticket_id,
        round=ticket.round,
        number=number,
        at=at,
        agent=actor,
        outcome=outcome,
        contacted=contacted,
        solved=solved,
        satisfaction=satisfaction,
    )
    earlier = _attempts(session, follow_up)
    # Tries before it was called off were about something else: the caller is owed all of them.
    after = _state_after([one for one in (*earlier, tried) if one.at >= follow_up.opened_at], reference)
    require_follow_up_move(follow_up.state, after)
    session.add(tried)
    _advance(follow_up, after, number, reference, at)
    if ticket.round == 1:
        _count(ticket, counted([*earlier, tried]))
    ticket.changed_at = at
    told = _told(session, ticket, follow_up, tried, words, actor=actor, at=at)
    events.record(session, ticket, [told, *closed_if_done(session, ticket, actor=actor, at=at)])
    return follow_up


def counted(attempts: Sequence[FollowUpAttempt]) -> FollowUpAttempt:
    """The attempt that counts: the first reached one that answered ``solved``, else the first reached, else the last."""
    reached = [tried for tried in attempts if tried.outcome == Outcome.REACHED]
    answered = [tried for tried in reached if tried.solved is not None]
    return (answered or reached or list(attempts[-1:]))[0]


def _count(ticket: Ticket, tried: FollowUpAttempt) -> None:
    ticket.followed_up_at = tried.at
    ticket.reached = tried.outcome == Outcome.REACHED
    ticket.contacted, ticket.solved, ticket.satisfaction = tried.contacted, tried.solved, tried.satisfaction


def _advance(follow_up: FollowUp, after: FollowUpState, number: int, reference: Reference, at: datetime) -> None:
    follow_up.state, follow_up.attempt_count = after, number
    follow_up.taken_by = follow_up.taken_at = None
    if after in (FollowUpState.ANSWERED, FollowUpState.UNREACHED):
        follow_up.ended_at = at
    else:
        follow_up.next_attempt_at = at + reference.procedure.retry_after(number)


def _state_after(attempts: Sequence[FollowUpAttempt], reference: Reference) -> FollowUpState:
    if attempts[-1].outcome == Outcome.REACHED:
        return FollowUpState.ANSWERED
    days = {tried.at.astimezone(reference.calendar.zone).date() for tried in attempts}
    rules = reference.procedure
    if len(attempts) >= rules.follow_up_attempts and len(days) >= rules.follow_up_days:
        return FollowUpState.UNREACHED
    return FollowUpState.ATTEMPTED


def _attempts(session: Session, follow_up: FollowUp) -> list[FollowUpAttempt]:
    asked = {"of_ticket": follow_up.ticket_id, "of_round": follow_up.round}
    return list(session.scalars(_OF_ROUND, asked))


def check_answers(outcome: str, contacted: bool | None, solved: str | None, satisfaction: str | None) -> None:
    """Refuse what no caller can have said: unknown values, or answers of somebody who was not reached."""
    if outcome not in set(Outcome):
        raise DomainError("follow_up.unknown_outcome", "请选择回访结果。", field="outcome")
    if solved is not None and solved not in set(Solved):
        raise DomainError("follow_up.unknown_answer", "“是否解决”的取值不对。", field="solved")
    if satisfaction is not None and satisfaction not in set(Satisfaction):
        raise DomainError("follow_up.unknown_answer", "“是否满意”的取值不对。", field="satisfaction")
    answers = (contacted, solved, satisfaction)
    if outcome != Outcome.REACHED and any(answer is not None for answer in answers):
        raise DomainError("follow_up.answers_without_reaching", "未联系上时不能登记三项回答。", field="outcome")


def _told(
    session: Session,
    ticket: Ticket,
    follow_up: FollowUp,
    tried: FollowUpAttempt,
    words: str | None,
    *,
    actor: str,
    at: datetime,
) -> NewEvent:
    data: dict[str, object] = {
        "round": follow_up.round,
        "attempt": tried.number,
        "outcome": tried.outcome,
        "contacted": tried.contacted,
        "solved": tried.solved,
        "satisfaction": tried.satisfaction,
        "state": follow_up.state,
    }
    if words and words.strip():
        data["text"] = texts.write(session, ticket.ticket_id, "follow_up_words", words, at=at)
    return NewEvent("follow_up.attempted", at, actor, None, data)
