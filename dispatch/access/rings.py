"""Who must be told that a call changed: the operators' desks, by a notice of the very transaction that changed it."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.access.vault_models import CallRecord
from dispatch.kernel.arrays import array_of

CHANNEL: Final = "desk_call"
_TELL: Final = text("SELECT pg_notify(:channel, desk) FROM unnest(CAST(:desks AS text[])) AS desk")


class Seen(NamedTuple):
    """What of a call an operator's desk shows."""

    agent: str | None
    standing: tuple[object, ...]


def seen(call: CallRecord) -> Seen:
    """The call as the desks see it now."""
    return Seen(call.agent, (call.rang_at, call.answered_at, call.ended_at, call.ticket_id))


def desk_of(agent: str) -> str:
    """The name of an operator's desk (a log-in) in notices: says nothing to whoever reads it."""
    return hashlib.sha256(agent.encode()).hexdigest()[:32]


def tell_of_change(session: Session, before: Seen, call: CallRecord) -> None:
    """Wake the desk that had the call and the one that has it, where what they show has changed."""
    after = seen(call)
    if after != before:
        tell(session, before.agent, after.agent)


def tell(session: Session, *agents: str | None) -> None:
    """Wake these operators' desks. PostgreSQL passes it on at the commit, never earlier, and never after a rollback."""
    desks = sorted({desk_of(agent) for agent in agents if agent is not None})
    if desks:
        session.execute(_TELL, {"channel": CHANNEL, "desks": array_of(desks)})
