"""Missed calls: one entry per number, taken by one operator, gone once the caller was reached."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.access.calls import CallFacts, record_call
from dispatch.access.vault_models import CallRecord, IdentityLook
from dispatch.kernel.errors import Conflict, NotFound
from dispatch.outcomes import call_backs
from dispatch.outcomes.call_backs import Missed
from dispatch.outcomes.models import CallBack
from tests.town import Desk

CALLER, OTHER = "13900001111", "13900002222"


def ring(desk: Desk, call_id: str, number: str | None = CALLER, *, answered: bool = False) -> None:
    facts = CallFacts(
        number=number,
        rang_at=desk.at,
        answered_at=desk.at + timedelta(seconds=5) if answered else None,
        ended_at=desk.at + timedelta(seconds=30),
    )
    desk.run(record_call, call_id, facts, vault=desk.vault)
    desk.later(minutes=1)


def queue(desk: Desk) -> list[Missed]:
    return list(desk.run(call_backs.missed, procedure=desk.reference.procedure, at=desk.at))


def take(desk: Desk, entry: Missed, actor: str = "account:1") -> CallBack:
    return desk.run(call_backs.take, entry.call_record_id, reference=desk.reference, actor=actor, at=desk.at)


def finish(desk: Desk, held: CallBack, outcome: str, actor: str = "account:1") -> Any:
    return desk.run(call_backs.finish, held.call_back_id, outcome=outcome, actor=actor, at=desk.at)


def test_queue_lists_a_number_once_with_its_newest_call_when_it_rang_often(desk: Desk) -> None:
    ring(desk, "c1")
    ring(desk, "c2", OTHER)
    ring(desk, "c3")
    ring(desk, "c4", None)
    ring(desk, "c5", OTHER, answered=True)
    (entry,) = queue(desk)
    assert (entry.calls, entry.tries, entry.taken_by) == (2, 0, None)
    assert desk.run(lambda session: session.get_one(CallRecord, entry.call_record_id)).call_id == "c3"


def test_queue_forgets_a_number_when_reached_and_lists_it_anew_when_it_rings_again(desk: Desk) -> None:
    ring(desk, "c1")
    finish(desk, take(desk, queue(desk)[0]), "reached")
    assert queue(desk) == []
    ring(desk.later(hours=1), "c2")
    assert [entry.calls for entry in queue(desk)] == [1]


def test_queue_keeps_a_number_until_the_tries_are_used_up_when_nobody_answers(desk: Desk) -> None:
    ring(desk, "c1")
    for tries in range(3):
        (entry,) = queue(desk)
        assert entry.tries == tries
        finish(desk, take(desk.later(minutes=5), entry), "no_answer")
    assert queue(desk) == []


def test_queue_forgets_calls_when_they_are_older_than_the_policys_days(desk: Desk) -> None:
    ring(desk, "c1")
    assert queue(desk.later(days=3)) == []


def test_take_gives_the_number_to_one_operator_alone_and_logs_it_when_two_want_it(desk: Desk) -> None:
    ring(desk, "c1")
    (entry,) = queue(desk)
    held = take(desk, entry)
    with pytest.raises(Conflict, match=r"call_back\.taken"):
        take(desk, entry, actor="account:2")
    dial = {"vault": desk.vault, "at": desk.at}
    assert desk.run(call_backs.number_to_dial, held.call_back_id, actor="account:1", **dial) == "+8613900001111"
    with pytest.raises(NotFound, match=r"call_back\.unknown"):
        desk.run(call_backs.number_to_dial, held.call_back_id, actor="account:2", **dial)
    looks = desk.run(lambda session: session.scalars(select(IdentityLook)).all())
    assert [(look.actor, look.purpose) for look in looks] == [("account:1", "call_back")]


def test_take_goes_to_the_next_operator_when_it_was_held_too_long(desk: Desk) -> None:
    ring(desk, "c1")
    (entry,) = queue(desk)
    held = take(desk, entry)
    desk.later(minutes=15)
    with pytest.raises(Conflict, match=r"call_back\.over"):
        finish(desk, held, "reached")
    assert take(desk, entry, actor="account:2").taken_by == "account:2"


def test_take_is_refused_when_the_caller_was_answered_meanwhile(desk: Desk) -> None:
    ring(desk, "c1")
    (entry,) = queue(desk)
    ring(desk, "c2", answered=True)
    with pytest.raises(Conflict, match=r"call_back\.cleared"):
        take(desk, entry)
