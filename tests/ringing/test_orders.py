"""The exchange's events late, doubled and in any order: one final state, on the desk and among the missed calls."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.desk.ringing import Stage, own_call
from tests.ringing.conftest import Tell
from tests.town import Desk

FACTS = (
    "SELECT DISTINCT agent, answered_at IS NOT NULL, ended_at >= rang_at, answered_at <= ended_at, line, phone_index"
    " IS NOT NULL FROM call_record"
)
ANSWERED = (("newCall", "wang", "li"), ("answer", "li"), ("hangup",))
MISSED = (("newCall", "wang"), ("hangup",))
BY_SOMEBODY = (("newCall", "wang"), ("answer",), ("hangup",))


def rows(desk: Desk, question: str) -> list[Any]:
    return [tuple(row) for row in desk.run(lambda session: session.execute(text(question)).all())]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (ANSWERED, ("li", True, True, True, "12345", True)),
        (MISSED, ("wang", False, True, None, "12345", True)),
        (BY_SOMEBODY, ("wang", True, True, True, "12345", True)),
    ],
)
def test_end_in_one_state_when_events_are_doubled_and_permuted(
    events: tuple[tuple[str, ...], ...], state: tuple[object, ...], desk: Desk, tell: Tell
) -> None:
    orders = sorted(set(permutations((*events, *events))))
    for number, order in enumerate(orders):
        for seconds, (event, *users) in enumerate(order):
            tell(event, f"c{number}", *users, at=desk.at + timedelta(seconds=seconds))
    assert rows(desk, "SELECT count(*) FROM call_record") == [(len(orders),)]
    assert rows(desk, FACTS) == [state]


def test_be_on_the_answering_desk_and_no_other_when_all_is_told(desk: Desk, tell: Tell) -> None:
    for event, *users in reversed(ANSWERED):
        tell(event, "c1", *users)
    own = desk.run(own_call, "li", vault=desk.vault, at=desk.at)
    assert own.stage is Stage.WRAP_UP
    assert desk.run(own_call, "wang", vault=desk.vault, at=desk.at) is None


def test_keep_the_call_that_goes_on_when_another_was_missed_meanwhile(desk: Desk, tell: Tell) -> None:
    tell("newCall", "c1", "wang")
    tell("answer", "c1", "wang")
    for event in ("newCall", "hangup"):
        tell(event, "c2", "wang", at=desk.at + timedelta(minutes=1))
    own = desk.run(own_call, "wang", vault=desk.vault, at=desk.at + timedelta(minutes=2))
    assert own.stage is Stage.TALKING


def test_wait_among_the_missed_calls_when_it_is_hung_up_before_any_answer(operator: FlaskClient) -> None:
    body = {"callId": "c1", "direction": "in", "from": "13900005678", "to": "12345"}
    told = ({"event": "newCall", "user": "wang"}, {"event": "hangup", "cause": "cancel"})
    assert [operator.post("/api/v1/call-events", json=body | event).status_code for event in told] == [204, 204]
    page = operator.get("/missed-calls").text
    assert "139****5678" in page
    assert "13900005678" not in page
    assert operator.get("/desk/call?mark=none").status_code == 204, "nobody's desk shows it"
