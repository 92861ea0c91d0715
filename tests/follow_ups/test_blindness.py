"""抽查复核 is blind wherever its agent looks: page, timeline, lists, API, archive; until somebody has asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from dispatch.access import services as accounts
from dispatch.access.permissions import permissions_of
from dispatch.archives import services as archives
from dispatch.follow_ups import recheck_queries, rechecking
from dispatch.follow_ups.models import RecheckDraw
from dispatch.follow_ups.rechecking import Answers
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Conflict, Forbidden
from dispatch.tickets import redoing
from tests.apps import whole_app
from tests.follow_ups.conftest import go_round
from tests.town import Desk

PASSWORD = "Nothing-to-do-1"
QUARTER = "2026Q4"
SAID = "根本没人来过"
TELLING = (SAID, "未解决", "不满意", "单位已联系", "次退回重办")


def draw(desk: Desk) -> int:
    return int(desk.run(rechecking.draw, QUARTER, seed="s", reference=desk.reference, actor="account:9", at=desk.at))


@pytest.fixture
def drawn(desk: Desk) -> int:
    """A ticket whose caller was unhappy, done again, archived, and drawn for a re-check."""
    ticket_id: int = desk.accept().ticket_id
    desk.later(hours=1).acknowledge(ticket_id)
    desk.later(hours=1).complete(ticket_id)
    desk.later(days=7).sweep()
    desk.attempt(ticket_id, contacted=True, solved="no", satisfaction="dissatisfied", words=SAID)
    known = {"reference": desk.reference, "actor": "account:5", "at": desk.at}
    desk.run(redoing.redo, ticket_id, reason=f"回访称{SAID}", **known)
    go_round(desk, ticket_id, "yes", "satisfied")
    desk.later(days=50)
    desk.run(archives.archive, ticket_id, vault=desk.vault, reference=desk.reference, actor="account:1", at=desk.at)
    assert draw(desk) == 1
    return ticket_id


@pytest.fixture
def app(config: Config, desk: Desk, drawn: int) -> Flask:
    # The town's actors have small numbers; those who log in here are other people.
    desk.run(
        lambda session: session.execute(text("SELECT setval(pg_get_serial_sequence('account', 'account_id'), 100)"))
    )
    made = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def enter(app: Flask, desk: Desk, role: str) -> FlaskClient:
    login, at = role.replace("_", "-"), desk.at - timedelta(minutes=1)
    who = {"login": login, "name": "某人", "password": PASSWORD, "roles": [role]}
    with app.app_context(), transaction() as session:
        accounts.create(session, actor="system:setup", at=at, **who)
    client = app.test_client()
    client.post("/login", data={"login": login, "password": PASSWORD})
    return client


def asking(app: Flask, desk: Desk, role: str) -> Any:
    """GET below /api/v1 as a person of this role who is there already."""
    login, scopes = role.replace("_", "-"), sorted(permissions_of([role]))
    with app.app_context(), transaction() as session:
        token = accounts.issue_token(session, login, name="t", scopes=scopes, actor="system:setup", at=desk.at)

    def get(path: str) -> TestResponse:
        return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})

    return get


def test_agent_sees_no_answer_anywhere_before_asking_again(app: Flask, desk: Desk, drawn: int) -> None:
    number = desk.ticket(drawn).ticket_no
    agent = enter(app, desk, "follow_up_agent")
    page = agent.get(f"/tickets/{number}")
    assert "待抽查复核" in page.text
    assert [word for word in TELLING if word in page.text] == []
    for path in (f"/follow-ups/{number}", f"/follow-ups/rechecks/{number}", "/follow-ups/rechecks", "/follow-ups"):
        found = agent.get(path)
        assert found.status_code == 200
        assert [word for word in TELLING[:1] if word in found.text] == []
    for form in ("html", "json"):
        assert agent.get(f"/tickets/{number}/archive?format={form}").status_code == 403


def test_agent_reads_no_answer_by_api_before_asking_again(app: Flask, desk: Desk, drawn: int) -> None:
    number = desk.ticket(drawn).ticket_no
    enter(app, desk, "follow_up_agent")
    get = asking(app, desk, "follow_up_agent")
    told = get(f"/tickets/{number}").json
    assert [told["follow_up"][name] for name in ("reached", "contacted", "solved", "satisfaction")] == [None] * 4
    assert told["redos"] == 0
    assert SAID not in str(told)
    types = {event["type"] for event in get(f"/tickets/{number}/events").json["events"]}
    assert types.isdisjoint({"follow_up.attempted", "ticket.redone"})
    refused = get(f"/tickets/{number}/archive")
    assert (refused.status_code, refused.json["code"]) == (403, "recheck.blind")


def test_agent_sees_the_answers_once_the_caller_was_asked_again(app: Flask, desk: Desk, drawn: int) -> None:
    number = desk.ticket(drawn).ticket_no
    agent = enter(app, desk, "follow_up_agent")
    said = {"outcome": "reached", "solved": "yes"}
    assert agent.post(f"/follow-ups/rechecks/{number}", data=said).status_code == 303
    page = agent.get(f"/tickets/{number}").text
    assert [word for word in TELLING if word not in page] == []
    assert asking(app, desk, "follow_up_agent")(f"/tickets/{number}").json["follow_up"]["solved"] == "no"
    assert agent.get(f"/tickets/{number}/archive").status_code == 200


def test_others_see_the_answers_all_the_while(app: Flask, desk: Desk, drawn: int) -> None:
    number = desk.ticket(drawn).ticket_no
    page = enter(app, desk, "evaluator").get(f"/tickets/{number}").text
    assert [word for word in TELLING if word not in page] == []
    assert asking(app, desk, "evaluator")(f"/tickets/{number}").json["follow_up"]["solved"] == "no"


def test_whoever_called_or_handled_may_not_even_open_the_form(desk: Desk, drawn: int) -> None:
    refusals = {"account:5": "recheck.first_agent", "account:2": "follow_up.handled_it_yourself"}
    for actor, code in refusals.items():
        with pytest.raises(Forbidden) as refused:
            desk.run(lambda session, actor=actor: _open(session, drawn, actor))
        assert refused.value.code == code
        assert [row.Ticket.ticket_id for row in desk.run(recheck_queries.waiting, agent=actor)] == []


def _open(session: Any, ticket_id: int, actor: str) -> None:
    waiting = rechecking.waiting_recheck(session, ticket_id)
    assert waiting is not None
    rechecking.require_may_recheck(session, waiting, actor)


def test_agent_who_called_in_vain_may_not_ask_again(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).acknowledge(ticket_id)
    desk.later(hours=1).complete(ticket_id)
    desk.later(days=7).sweep()
    desk.run(_vain, ticket_id, desk)
    desk.later(days=1).attempt(ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    desk.later(days=60)
    draw(desk)
    assert desk.run(recheck_queries.waiting, agent="account:6") == []
    assert len(desk.run(recheck_queries.waiting, agent="account:7")) == 1
    known = {"reference": desk.reference, "actor": "account:6", "at": desk.at}
    with pytest.raises(Forbidden, match=r"recheck\.called_before"):
        desk.run(rechecking.recheck, ticket_id, Answers("reached", solved="yes"), **known)


def _vain(session: Any, ticket_id: int, desk: Desk) -> None:
    from dispatch.follow_ups import services

    services.attempt(session, ticket_id, outcome="no_answer", reference=desk.reference, actor="account:6", at=desk.at)


def test_draw_of_an_empty_quarter_leaves_it_to_be_drawn_later(desk: Desk) -> None:
    desk.later(days=70)
    with pytest.raises(Conflict, match=r"recheck\.nothing_to_draw"):
        draw(desk)
    assert desk.run(lambda session: session.get(RecheckDraw, QUARTER)) is None
