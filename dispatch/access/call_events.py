"""What a telephone exchange tells event by event, as Zammad's telephone interface has it: rung, answered, hung up.

Any event may be told twice, late or in the wrong order; each counts once. Who answers has the call, whomever it rang for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from dispatch.access import rings
from dispatch.access.calls import INBOUND, CallFacts, join, locked_call
from dispatch.access.vault import Vault, normalise_phone
from dispatch.access.vault_models import CallRecord
from dispatch.kernel.errors import DomainError


class CallEvent(StrEnum):
    """As the exchange writes them."""

    NEW_CALL = "newCall"
    ANSWER = "answer"
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True)
class Told:
    """One event. ``caller`` and ``called`` as the exchange writes numbers; ``users``: log-ins it rings for, or who answered."""

    event: CallEvent
    call_id: str
    direction: str
    caller: str
    called: str
    users: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Told(***)"


def hear(session: Session, told: Told, *, vault: Vault, at: datetime) -> CallRecord:
    """Join the event to its call. Raises 409 ``call.contradiction`` where the direction is another than before."""
    call = locked_call(session, told.call_id, told.direction)
    inbound = told.direction == INBOUND
    number, line = (told.caller, told.called) if inbound else (told.called, told.caller)
    facts = CallFacts(
        direction=told.direction,
        line=(line or None) if call.line is None else None,  # a call that is passed on is still the one that came in
        number=_number(number) if call.phone_index is None else None,
        # Of an event that came before its ring the ring is no later: the desks and the missed calls ask for it.
        rang_at=at if call.rang_at is None else None,
        answered_at=at if told.event == CallEvent.ANSWER and call.answered_at is None else None,
        ended_at=at if told.event == CallEvent.HANGUP and call.ended_at is None else None,
    )
    was_answered = call.answered_at is not None
    join(session, call, facts, vault=vault)
    if call.ended_at is not None and facts.answered_at is not None:
        call.answered_at = min(facts.answered_at, call.ended_at)
    before = rings.seen(call)
    _give(call, told, was_answered=was_answered)
    rings.tell_of_change(session, before, call)
    return call


def _give(call: CallRecord, told: Told, *, was_answered: bool) -> None:
    """To the one who answers; else to the one whom alone it rang for, also where the ring is told last, and to nobody of several."""
    only = told.users[0] if len(told.users) == 1 else None
    is_first_answer = told.event == CallEvent.ANSWER and only is not None and not was_answered
    is_nobodys = call.answered_at is None or call.agent is None
    if is_first_answer or (told.event == CallEvent.NEW_CALL and is_nobodys):
        call.agent = only


def _number(raw: str) -> str | None:
    """E.164; None where it is withheld or no number: such a call rings, too."""
    try:
        return normalise_phone(raw)
    except DomainError:
        return None
