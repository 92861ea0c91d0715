"""Missing facts: asked by phone or link, the clock stands until they come or the wait is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.outcomes import links, supplements
from dispatch.outcomes.models import Supplement
from dispatch.tickets.models import Ticket
from tests.apps import whole_app
from tests.town import MONDAY, Desk

VAGUE = {"title": "有件事", "text": "想反映一件事情"}


def ask(desk: Desk, ticket_id: int, unit: str | None = "110001", **changes: Any) -> Supplement:
    values = {"facts": ["address", "time"], "question": "请说明具体楼号", "means": "link"} | changes
    return desk.run(
        supplements.ask,
        ticket_id,
        unit_id=desk.unit_id(unit) if unit else None,
        reference=desk.reference,
        actor="account:2",
        at=desk.at,
        **values,
    )


def give(desk: Desk, ticket_id: int, text: str = "3 号楼") -> Ticket:
    return desk.run(supplements.give, ticket_id, text=text, reference=desk.reference, actor="account:1", at=desk.at)


def due_at(desk: Desk, ticket_id: int) -> datetime:
    due = desk.ticket(ticket_id).due_at
    assert due is not None
    return due


def test_ask_stops_the_clock_and_the_answer_starts_it_again_when_dispatched(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    before = due_at(desk, ticket_id)
    desk.later(hours=1)
    ask(desk, ticket_id)
    give(desk.later(hours=5), ticket_id)
    assert due_at(desk, ticket_id) == before + timedelta(hours=5)
    types = desk.event_types(ticket_id)
    assert (types.count("supplement.asked"), types.count("supplement.given")) == (1, 1)
    assert "3 号楼" not in str([event.data for event in desk.events(ticket_id)])
    with pytest.raises(Conflict, match=r"supplement\.none_open"):
        give(desk, ticket_id)


def test_wait_ends_at_its_instant_and_not_later_when_nobody_answers(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    before = due_at(desk, ticket_id)
    asked = ask(desk, ticket_id)
    assert asked.until == datetime.fromisoformat("2026-11-05T00:00:00+08:00"), "two working days after Monday"
    desk.at = asked.until + timedelta(hours=7)
    desk.sweep()
    assert due_at(desk, ticket_id) == before + (asked.until - MONDAY)
    assert desk.event_types(ticket_id).count("supplement.lapsed") == 1
    desk.sweep()
    assert desk.event_types(ticket_id).count("supplement.lapsed") == 1


def test_ask_moves_no_clock_when_the_ticket_waits_for_dispatch(desk: Desk) -> None:
    ticket_id = desk.accept(**VAGUE).ticket_id
    ask(desk, ticket_id, unit=None, means="phone")
    give(desk.later(hours=1), ticket_id)
    assert desk.event_types(ticket_id)[-2:] == ["supplement.asked", "supplement.given"]


def test_ask_is_refused_when_open_too_often_disputed_or_incomplete(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    for changes, code in (
        ({"facts": []}, "facts_missing"),
        ({"facts": ["age"]}, "facts_missing"),
        ({"question": " "}, "question_missing"),
        ({"means": "letter"}, "means_unknown"),
    ):
        with pytest.raises(DomainError, match=rf"supplement\.{code}"):
            ask(desk, ticket_id, **changes)
    ask(desk, ticket_id)
    with pytest.raises(Conflict, match=r"supplement\.open"):
        ask(desk, ticket_id)
    give(desk.later(minutes=1), ticket_id)
    ask(desk, ticket_id)
    give(desk.later(minutes=1), ticket_id)
    with pytest.raises(Conflict, match=r"supplement\.too_often"):
        ask(desk, ticket_id)
    ask(desk, ticket_id, unit=None)
    disputed = desk.accept().ticket_id
    desk.dispute(disputed)
    with pytest.raises(Conflict, match=r"supplement\.disputed"):
        ask(desk, disputed)
    anonymous = desk.accept(reporter=None).ticket_id
    with pytest.raises(DomainError, match=r"supplement\.nobody_to_ask"):
        ask(desk, anonymous)


@pytest.fixture
def browser(config: Config, desk: Desk) -> FlaskClient:
    app = whole_app(config, clock=FixedClock(desk.at))
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_link_takes_the_answer_once_and_shows_no_identity_when_opened_by_the_citizen(
    desk: Desk, browser: FlaskClient
) -> None:
    ticket_id = desk.accept().ticket_id
    path = links.PATH + links.token_of(desk.vault, ticket_id, ask(desk, ticket_id).number)
    page = browser.get(path)
    assert (page.status_code, "请说明具体楼号" in page.text, "发生地址" in page.text) == (200, True, True)
    assert "王小明" not in page.text
    assert "8000" not in page.text
    assert browser.post(path, data={"text": " "}).status_code == 422
    assert browser.post(path, data={"text": "3 号楼"}).status_code == 200
    again = browser.post(path, data={"text": "4 号楼"})
    assert (again.status_code, "已经补充过" in again.text) == (410, True)
    given = desk.run(lambda session: session.scalars(select(Supplement)).one())
    assert given.given_at is not None
    assert desk.events(ticket_id)[-2].actor == "citizen:link"


def test_link_is_refused_when_forged_for_another_ticket_or_withdrawn(desk: Desk, browser: FlaskClient) -> None:
    first, second = desk.accept().ticket_id, desk.accept().ticket_id
    ask(desk, first)
    ask(desk, second)
    token = links.token_of(desk.vault, first, 1)
    forged = token.replace(f"{first}-", f"{second}-", 1)
    for wrong in (forged, token[:-1], "x", f"{first}-2-{token.rpartition('-')[2]}"):
        assert browser.get(links.PATH + wrong).status_code == 404
