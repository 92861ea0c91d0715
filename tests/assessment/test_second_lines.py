"""A merged matter counts by its first caller's answer; the other callers' answers stand below it, on page and API (rules.md §5)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from dispatch import contract
from dispatch.access import services as access
from dispatch.access.vault import Reporter
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.merging.conftest import join, part
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

PASSWORD = "correct horse battery"
ASKED = "period=2026-11&group=township&scheme=beijing"


@pytest.fixture
def matter(desk: Desk) -> tuple[int, int, int]:
    """Three callers of one matter: the first is content, the second is not, the third was not asked yet."""
    older = desk.accept().ticket_id
    second = desk.later(minutes=10).accept(reporter=Reporter("李四", "13900139000")).ticket_id
    third = desk.later(minutes=10).accept(reporter=Reporter("赵六", "13700137000")).ticket_id
    for voice in (second, third):
        join(desk, voice, older)
    desk.later(days=8).sweep()
    desk.attempt(older, contacted=True, solved="yes", satisfaction="satisfied")
    desk.attempt(second, contacted=False, solved="no", satisfaction="dissatisfied")
    return older, second, third


@pytest.fixture
def app(config: Config, desk: Desk, matter: tuple[int, int, int]) -> Flask:
    made = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def person(app: Flask, desk: Desk, role: str, unit: str | None = None) -> str:
    """The login of a new person of this role."""
    login, at = f"{role}-{unit or 'city'}".replace("_", "-"), desk.at - timedelta(minutes=1)
    unit_id = desk.unit_id(unit) if unit else None
    who = {"login": login, "name": "某人", "password": PASSWORD, "roles": [role], "unit_id": unit_id}
    with app.app_context(), transaction() as session:
        access.create(session, actor="system:test", at=at, **who)
    return login


def by_api(app: Flask, desk: Desk, login: str, path: str) -> Any:
    with app.app_context(), transaction() as session:
        scopes = ["ranking.view"] if login.startswith("unit") else ["ranking.view", "ranking.view_all"]
        token = access.issue_token(session, login, name="t", scopes=scopes, actor="system:test", at=desk.at)
    return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


def answers(desk: Desk, ticket_id: int, as_of: datetime) -> list[tuple[bool, str | None]]:
    found = desk.run(contract.voice_answers, [ticket_id], as_of).get(ticket_id, [])
    return [(one.reached, one.solved) for one in found]


def test_page_lists_the_other_callers_below_the_ticket_that_counts(
    app: Flask, desk: Desk, matter: tuple[int, int, int]
) -> None:
    older, second, third = (desk.ticket(one).ticket_no for one in matter)
    client = app.test_client()
    client.post("/login", data={"login": person(app, desk, "evaluator"), "password": PASSWORD})
    page = client.get(f"/ranking/110001/tickets?{ASKED}&part=received").text
    assert re.findall(r'data-ticket="([^"]+)"', page) == [older], "counted once"
    assert re.findall(r'data-voice="([^"]+)"', page) == [second, third]
    line = page.split(f'data-voice="{second}"')[1].split("</tr>")[0]
    assert "未解决" in line
    assert "不满意" in line
    assert "只列出，不计入" in line
    assert "未解决" not in page.split(f'data-voice="{third}"')[1].split("</tr>")[0]


def test_api_gives_the_other_callers_answers_with_the_ticket_that_counts(
    app: Flask, desk: Desk, matter: tuple[int, int, int]
) -> None:
    older, second, third = (desk.ticket(one).ticket_no for one in matter)
    login = person(app, desk, "evaluator")
    (item,) = by_api(app, desk, login, f"/rankings/110001/tickets?{ASKED}").json["items"]
    assert (item["ticket_no"], item["solved"], item["reached"]) == (older, "yes", True)
    told = [(one["ticket_no"], one["reached"], one["solved"], one["satisfaction"]) for one in item["voices"]]
    assert told == [(second, True, "no", "dissatisfied"), (third, False, None, None)]
    unsolved = by_api(app, desk, login, f"/rankings/110001/tickets?{ASKED}&part=unsolved").json
    assert unsolved == {"items": [], "next": None}, "a voice counts nowhere"


def test_api_hides_what_the_page_hides_when_the_unit_is_another(app: Flask, desk: Desk) -> None:
    login = person(app, desk, "unit_head", "110002")
    assert by_api(app, desk, login, f"/rankings/110001/tickets?{ASKED}").status_code == 404
    assert by_api(app, desk, login, f"/rankings/110002/tickets?{ASKED}").status_code == 200
    assert by_api(app, desk, login, f"/rankings/110002/tickets?{ASKED}&part=odd").status_code == 422


def test_second_line_is_as_of_the_instant_when_a_voice_left_or_answered_later(
    desk: Desk, matter: tuple[int, int, int]
) -> None:
    older, _second, third = matter
    before = desk.at - timedelta(seconds=1)
    assert answers(desk, older, before) == [(False, None), (False, None)]
    assert answers(desk, older, desk.at) == [(True, "no"), (False, None)]
    joined = desk.at
    part(desk.later(hours=1), third)
    assert answers(desk, older, desk.at) == [(True, "no")]
    assert answers(desk, older, joined) == [(True, "no"), (False, None)]
