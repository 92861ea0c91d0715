"""The layer before the application: it says "nothing" only where the view would, and no longer than a session stands."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.unchanged import proving
from tests.apps import whole_app
from tests.desk.conftest import PASSWORD
from tests.quiet import wait_for_older
from tests.town import Desk

HTMX = {"HX-Request": "true"}


class Officers:
    """Officers in front of one application; says who answered."""

    def __init__(self, config: Config, desk: Desk) -> None:
        self.desk, self.clock = desk, FixedClock(desk.at + timedelta(hours=1))
        self.app = whole_app(config, clock=self.clock, machine_clock=self.clock)
        self.app.config["WTF_CSRF_ENABLED"] = False

    def log_in(self, login: str, unit: str) -> tuple[FlaskClient, str]:
        """A session with its list open, and the address that the list asks."""
        unit_id = self.desk.unit_id(unit)
        who = {"login": login, "name": login, "password": PASSWORD, "roles": ["unit_officer"], "unit_id": unit_id}
        self.desk.run(access.create, actor="system:test", at=self.desk.at, **who)
        client = self.app.test_client()
        client.post("/login", data={"login": login, "password": PASSWORD})
        return client, self.address(client)

    def address(self, client: FlaskClient) -> str:
        """What the page as it is now asks for."""
        wait_for_older(self.desk.engine)
        found = re.search(r'id="worklist"[^>]*hx-get="([^"]+)"', client.get("/work").text)
        assert found
        address = html.unescape(found[1])
        assert (
            client.get(address, headers=HTMX).status_code == 204
        )  # the view sees the cookie with the form's token in it
        return address


def asked(client: FlaskClient, address: str, **headers: str) -> tuple[int, bool]:
    """(status, whether the layer said it)."""
    before = proving.ANSWERS._value.get()
    answer = client.get(address, headers=HTMX | headers)
    return answer.status_code, proving.ANSWERS._value.get() > before


@pytest.fixture
def officers(config: Config, desk: Desk) -> Officers:
    desk.accept(title="柳荫的一件")
    return Officers(config, desk)


def test_tell_nothing_only_while_nothing_changed(officers: Officers, desk: Desk) -> None:
    client, address = officers.log_in("liu", "110001")
    other, elsewhere = officers.log_in("ba", "120001")
    assert asked(client, address) == asked(other, elsewhere) == (204, True)
    assert asked(client, address, Authorization="Bearer nobody") == (401, False), (
        "a bearer's question is not the cookie's"
    )
    assert asked(other, address)[0] == 200, "one unit's page in another's session"
    with Session(desk.engine) as late:  # under way before the next look, committed after it
        late.execute(text("SELECT pg_current_xact_id()"))
        desk.accept(title="西区的一件", text="西区八一街道的路灯不亮")  # the fence moves on meanwhile
        assert asked(client, address) == (204, True)
        late.execute(text("UPDATE assignment SET number = number WHERE unit_id = :id"), {"id": desk.unit_id("110001")})
        assert asked(client, address) == (204, True)
        late.commit()
    assert asked(client, address) == (200, False)
    address = officers.address(client)
    new = desk.accept(title="刚刚到的一件")
    assert new.ticket_no in client.get(address, headers=HTMX).text
    address = officers.address(client)
    assert asked(client, address) == (204, True)
    desk.acknowledge(new.ticket_id)
    assert asked(client, address) == (200, False)


def test_draw_anew_what_was_corrected_and_what_time_has_changed(officers: Officers, desk: Desk) -> None:
    client, address = officers.log_in("liu", "110001")
    ticket_id = desk.accepted[0].ticket_id
    desk.run(
        lambda session: session.execute(
            text("UPDATE ticket SET category = '环境卫生' WHERE ticket_id = :id"), {"id": ticket_id}
        )
    )
    assert asked(client, address) == (200, False)
    address = officers.address(client)
    assert asked(client, address) == (204, True)
    officers.clock.advance(timedelta(minutes=30))
    desk.run(
        lambda session: session.execute(text("UPDATE login_session SET seen_at = seen_at + interval '30 minutes'"))
    )
    assert asked(client, address) == (200, False)
    address = officers.address(client)
    assert asked(client, address) == (204, True)
    desk.run(lambda session: session.execute(text("UPDATE login_session SET seen_at = seen_at - interval '2 minutes'")))
    assert asked(client, address) == (204, True)
    seen = desk.run(lambda session: session.scalar(text("SELECT max(seen_at) FROM login_session")))
    assert seen == officers.clock.now(), "an open desk does not idle"


ENDINGS = {
    "out": "UPDATE login_session SET ended_at = seen_at FROM account a WHERE a.account_id = login_session.account_id",
    "idle": "UPDATE login_session s SET seen_at = seen_at - interval '31 minutes' FROM account a WHERE a.account_id = s.account_id",
    "disabled": "UPDATE account a SET disabled_at = created_at WHERE true",
    "demoted": "DELETE FROM account_role r USING account a WHERE a.account_id = r.account_id",
    "moved": "UPDATE account a SET unit_id = (SELECT unit_id FROM unit WHERE code = '120001') WHERE true",
}


def test_hear_nothing_any_more_when_the_session_is_another(officers: Officers, desk: Desk) -> None:
    people = {ending: officers.log_in(ending, "110001") for ending in ENDINGS}
    for ending, (client, address) in people.items():
        assert asked(client, address) == (204, True)
        change = text(f"{ENDINGS[ending]} AND a.login = :login")
        desk.run(lambda session, change=change, login=ending: session.execute(change, {"login": login}))
        status, is_by_layer = asked(client, address)
        assert (status, is_by_layer) == ({"demoted": 403, "moved": 200}.get(ending, 401), False), ending
