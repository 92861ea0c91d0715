"""What every page shares: the line about simulated time, and the navigation of each role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from dispatch.access import services
from dispatch.access.permissions import permissions_by_role
from dispatch.kernel.clock import Clock, FixedClock, SystemClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.kernel.person import Person
from dispatch.kernel.slots import NavEntry, add_nav, nav_for
from tests.apps import whole_app

THEN = datetime(2026, 10, 1, 1, 2, 3, tzinfo=UTC)


def pages(config: Config, clock: Clock) -> Flask:
    app = whole_app(config, clock=clock)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def person(*roles: str, unit_id: int | None = None) -> Person:
    table = permissions_by_role()
    rights = frozenset().union(*(table[role] for role in roles))
    return Person(1, "somebody", "某人", frozenset(roles), rights, unit_id, None)


@pytest.fixture
def simulated(config: Config) -> Flask:
    return pages(config, FixedClock(THEN))


def test_say_so_when_time_is_simulated(simulated: Flask) -> None:
    text = simulated.test_client().get("/login").text
    assert "模拟时间" in text
    assert "2026-10-01 09:02:03" in text


def test_stay_silent_when_time_is_real(config: Config) -> None:
    assert "模拟时间" not in pages(config, SystemClock()).test_client().get("/login").text


def test_show_the_page_without_work_when_an_account_has_no_role(config: Config) -> None:
    app = pages(config, SystemClock())
    with app.app_context(), transaction() as session:
        at = datetime.now(UTC) - timedelta(minutes=1)
        services.create(
            session, login="idle", name="无角色", password="Nothing-to-do-1", roles=[], actor="system:setup", at=at
        )
    client = app.test_client()
    client.post("/login", data={"login": "idle", "password": "Nothing-to-do-1"})
    assert "还没有分配工作" in client.get("/").text
    assert client.get("/work").status_code == 403


def test_show_only_what_is_permitted_when_the_navigation_is_made(config: Config) -> None:
    app = pages(config, SystemClock())
    urls = {role: [entry.url for entry in nav_for(app, person(role))] for role in permissions_by_role()}
    assert urls["security_admin"] == ["/admin/accounts", "/admin/erasures"]
    assert urls["audit_admin"] == ["/audit"]
    assert urls["operator"][0] == "/desk"
    assert "/city" in urls["city_supervisor"]
    assert "/city" not in [entry.url for entry in nav_for(app, person("district_supervisor", unit_id=7))]
    assert nav_for(app, None) == []


def test_take_an_entry_when_another_part_fills_the_slot(config: Config) -> None:
    app = pages(config, SystemClock())
    add_nav(app, NavEntry("甲", "/a", ("audit.view",), "dot", 1))
    assert [entry.url for entry in nav_for(app, person("audit_admin"))] == ["/a", "/audit"]
