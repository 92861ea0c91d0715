"""The pages of follow-up and supervision, as the people who need them get them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.access import services as accounts
from dispatch.console import answer_views
from dispatch.follow_ups import links
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.kernel.rate import Fuse
from dispatch.supervision import services as supervision
from tests.apps import whole_app
from tests.follow_ups.conftest import closed_ticket
from tests.town import Desk

PASSWORD = "Nothing-to-do-1"


@pytest.fixture
def app(config: Config, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The whole application over the town's database, at the town's time."""
    monkeypatch.setattr(answer_views, "FUSE", Fuse(per_second=0.5, burst=40))
    # The town's actors have small numbers; those who log in here are other people.
    desk.run(
        lambda session: session.execute(text("SELECT setval(pg_get_serial_sequence('account', 'account_id'), 100)"))
    )
    app = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def at_desk_time(app: Flask, desk: Desk) -> None:
    runtime = app.extensions["hotline"]
    for clock in (runtime.clock, runtime.machine_clock):
        clock.advance(desk.at - clock.now())


def enter(app: Flask, desk: Desk, role: str) -> FlaskClient:
    with app.app_context(), transaction() as session:
        accounts.create(
            session, login=role.replace("_", "-"), name="某人", password=PASSWORD, roles=[role],
            actor="system:setup", at=desk.at - timedelta(minutes=1),
        )  # fmt: skip
    client = app.test_client()
    client.post("/login", data={"login": role.replace("_", "-"), "password": PASSWORD})
    return client


def test_caller_answers_once_by_link_and_reads_a_friendly_word_the_second_time(
    app: Flask, desk: Desk, expired: int
) -> None:
    at_desk_time(app, desk)
    path = desk.run(links.url_for, expired, 1, desk.at, reference=desk.reference)
    client = app.test_client()
    page = client.get(path)
    assert page.status_code == 200
    assert "王小明" not in page.text and "13800138000" not in page.text and "垃圾" not in page.text  # noqa: PT018
    assert client.post(path, data={}).status_code == 422
    done = client.post(path, data={"contacted": "true", "solved": "no", "satisfaction": "dissatisfied"})
    assert "已收到您的评价" in done.text
    assert desk.ticket(expired).solved == "no"
    again = client.post(path, data={"solved": "yes"})
    assert (again.status_code, "您已经评价过了" in again.text) == (409, True)
    assert client.get("/answer/nonsense").status_code == 404


def test_caller_is_told_when_the_link_has_expired_or_they_ask_too_often(app: Flask, desk: Desk, expired: int) -> None:
    path = desk.run(links.url_for, expired, 1, desk.at, reference=desk.reference)
    at_desk_time(app, desk.later(days=desk.reference.procedure.follow_up.link_days))
    client = app.test_client()
    late = client.get(path)
    assert (late.status_code, "已经过期" in late.text) == (410, True)
    statuses = [client.get(path).status_code for _ in range(50)]
    assert statuses[-1] == 429


def test_agent_takes_the_next_one_and_reads_the_script_when_something_waits(
    app: Flask, desk: Desk, expired: int
) -> None:
    at_desk_time(app, desk)
    client = enter(app, desk, "follow_up_agent")
    assert desk.ticket(expired).ticket_no in client.get("/follow-ups").text
    page = client.post("/follow-ups/next", follow_redirects=True)
    assert "这里是 12345 热线" in page.text
    assert "放回回访队列" in page.text
    assert "follow_up.assigned" in desk.event_types(expired)
    assert client.get(f"/tickets/{desk.ticket(expired).ticket_no}").status_code == 200
    assert client.get("/follow-ups/rechecks").status_code == 200


def test_recheck_page_hides_the_first_answers_when_another_agent_asks(app: Flask, desk: Desk) -> None:
    ticket_no = desk.ticket(closed_ticket(desk, "partly", "basically")).ticket_no
    at_desk_time(app, desk.later(days=70))
    drawn = enter(app, desk, "evaluator").post("/rechecks", data={"quarter": "2026q4"}, follow_redirects=True)
    assert "按承办单位" in drawn.text
    client = enter(app, desk, "follow_up_agent")
    page = client.get(f"/follow-ups/rechecks/{ticket_no}")
    assert page.status_code == 200
    assert "第 1 次回访" not in page.text
    done = client.post(
        f"/follow-ups/rechecks/{ticket_no}", data={"outcome": "reached", "solved": "no"}, follow_redirects=True
    )
    assert "复核已登记" in done.text


def test_orders_page_lists_what_is_overdue_for_a_supervisor(app: Flask, desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    order = desk.run(
        supervision.issue, ticket_id, ground="grave", words="请说明", units=None, issuing_unit_id=None,
        reference=desk.reference, actor="account:8", at=desk.at,
    )  # fmt: skip
    desk.at = order.due_at + timedelta(minutes=1)
    at_desk_time(app, desk)
    page = enter(app, desk, "city_supervisor").get("/orders")
    assert desk.ticket(ticket_id).ticket_no in page.text
    assert "超期" in page.text
