"""How tickets were dispatched, and how right the machine alone would have been."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.policies import drafts
from dispatch.tuning import queries
from dispatch.tuning.curve import Judged
from tests.apps import whole_app
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"
SPAN = (MONDAY - timedelta(days=1), MONDAY + timedelta(days=30))


@pytest.fixture
def lived(desk: Desk) -> Desk:
    """One right, one chosen against the machine, one that a person sent on, one that still waits."""
    right = desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积")
    desk.acknowledge(right.ticket_id)
    chosen = desk.accept(title="垃圾没人清", text="东区柳荫街道楼下垃圾堆积", unit_code="110002")
    desk.acknowledge(chosen.ticket_id, "110002")
    unsure = desk.accept(title="有件事", text="不知道该找谁")
    desk.dispatch(unsure.ticket_id, "120001")
    desk.acknowledge(unsure.ticket_id, "120001")
    desk.accept(title="有件事", text="还是不知道")
    return desk


def test_shares_tell_how_each_ticket_was_dispatched_when_counted(lived: Desk) -> None:
    found = lived.run(queries.shares, *SPAN)

    assert (found.direct, found.chosen, found.by_person, found.waiting, found.tickets) == (1, 1, 1, 1, 4)


def test_judged_holds_the_machine_against_the_unit_that_took_it_when_settled(lived: Desk) -> None:
    rows: list[Judged] = lived.run(queries.judged, *SPAN)

    assert sum(row.tickets for row in rows) == 3, "what nobody has taken yet says nothing"
    assert sum(row.right for row in rows) == 1
    assert next(row for row in rows if row.confidence == 0) == Judged(0, 1, 0)


def test_judged_keeps_to_the_newest_when_there_are_many(lived: Desk) -> None:
    assert sum(row.tickets for row in lived.run(queries.judged, *SPAN, most=2)) == 1


@pytest.fixture
def pages(config: Config, lived: Desk) -> Flask:
    clock = FixedClock(lived.at + timedelta(minutes=5))
    made = whole_app(config, clock=clock, machine_clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def enter(pages: Flask, role: str) -> FlaskClient:
    login = role.replace("_", "-")
    with pages.app_context(), transaction() as session:
        who = {"login": login, "name": "某人", "password": PASSWORD, "roles": [role]}
        access.create(session, actor="system:test", at=MONDAY, **who)
    client = pages.test_client()
    assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


def test_page_shows_shares_and_every_fifth_threshold_when_asked(pages: Flask) -> None:
    page = enter(pages, "city_supervisor").get("/dispatch-threshold")

    assert page.status_code == 200
    assert 'id="points"' in page.text
    assert "33.33%" in page.text
    assert enter(pages, "operator").get("/dispatch-threshold").status_code == 403


def test_page_begins_a_policy_draft_when_an_administrator_picks(pages: Flask) -> None:
    client = enter(pages, "system_admin")

    done = client.post("/dispatch-threshold", data={"threshold": "75"})

    assert done.status_code == 303
    with pages.app_context(), transaction() as session:
        (row,) = drafts.drafts(session)
        assert "direct_confidence = 75" in row.body
    for wrong in ("", "101", "-1", "七十", "7.5"):
        assert client.post("/dispatch-threshold", data={"threshold": wrong}).location.endswith("/dispatch-threshold")


def test_page_says_so_when_there_is_nothing_to_judge_by(pages: Flask) -> None:
    page = enter(pages, "city_supervisor").get("/dispatch-threshold?from=2020-01-01&to=2020-02-01")

    assert "这段时间没有可以计算的工单" in page.text
