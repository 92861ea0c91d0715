"""The unit's desk: what arrived is fetched, nothing is answered with 204; the hand-over sheet; own rates of the running period."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from tests.apps import whole_app
from tests.desk.conftest import PASSWORD
from tests.quiet import wait_for_older
from tests.town import Desk


@pytest.fixture
def officer(config: Config, desk: Desk) -> FlaskClient:
    """An officer of 柳荫街道, some time after its first ticket came."""
    desk.accept(title="等着签收的一件")
    desk.acknowledge(desk.accept(title="已经签收的一件").ticket_id)
    clock = FixedClock(desk.at + timedelta(hours=1))
    app = whole_app(config, clock=clock, machine_clock=clock)
    app.config["WTF_CSRF_ENABLED"] = False
    who = {
        "login": "liu",
        "name": "刘经办",
        "password": PASSWORD,
        "roles": ["unit_officer"],
        "unit_id": desk.unit_id("110001"),
    }
    desk.run(access.create, actor="system:test", at=desk.at, **who)
    client = app.test_client()
    client.post("/login", data={"login": "liu", "password": PASSWORD})
    return client


def test_work_the_list_by_keys_and_hand_it_over(officer: FlaskClient, desk: Desk) -> None:
    wait_for_older(desk.engine)
    page = officer.get("/work").text
    assert re.search(r'name="only"[^>]*data-shortcut="q"', page)
    assert 'hx-get="/ranking/own"' in page
    fetch = re.search(r'id="worklist"[^>]*hx-get="([^"]+)"', page)
    assert fetch
    address, headers = fetch[1].replace("&amp;", "&"), {"HX-Request": "true"}
    assert officer.get(address, headers=headers).status_code == 204
    new = desk.accept(title="刚刚到的一件")
    fetched = officer.get(address, headers=headers)
    assert (fetched.status_code, new.ticket_no in fetched.text) == (200, True)
    sheet = officer.get("/handover").text
    assert re.search(r"还没有签收 <span class=\"soft\">2</span>", sheet)
    assert "已经签收的一件" in sheet
    assert "本班签收" in sheet
    own = officer.get("/ranking/own").text
    assert "响应率" in own
    assert "受理 3 件，其中有效回访 0 件。" in own
    assert officer.get("/api/v1/changes?after=nonsense").get_json()["is_complete"] is False
