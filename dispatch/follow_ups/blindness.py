"""Who may not see what a caller answered: the agents who may ask that caller again, until one of them has (rules.md §4)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.follow_ups.models import Recheck
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.person import Person

PERMISSION = "follow_up.attempt"  # whoever has it may be the one who asks again
# What tells an answer: the try itself, and what only an unhappy one brings about.
TELLING_EVENTS = frozenset({"follow_up.attempted", "follow_up.rechecked", "ticket.redone", "ticket.escalated"})
TELLING_WORDS = frozenset({"follow_up_words", "recheck_words", "redo_reason"})
TELLING_VERBS = frozenset({"redo"})  # offered where the caller was unhappy


def kept_from(session: Session, ticket_ids: Iterable[int], person: Person) -> frozenset[int]:
    """Of these tickets those whose answers ``person`` may not see. Whoever asked first knows them anyhow."""
    if not person.may(PERMISSION):
        return frozenset()
    waiting = select(Recheck.ticket_id).where(
        Recheck.ticket_id.in_(sorted(ticket_ids)), Recheck.ended_at.is_(None), Recheck.first_agent != person.actor
    )
    return frozenset(session.scalars(waiting))


def require_open_to(session: Session, ticket_id: int, person: Person) -> None:
    """Raises 403 ``recheck.blind`` for a document that holds the answers."""
    if kept_from(session, [ticket_id], person):
        raise Forbidden("recheck.blind", "本单待抽查复核，复核完成前不能查看首次回访的回答。")
