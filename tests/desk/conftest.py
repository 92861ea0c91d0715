"""The small town with a few places in it, and its operator's window."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from tests.apps import whole_app
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

PASSWORD = "correct horse battery"


@pytest.fixture
def operator(config: Config, engine: Engine, desk: Desk) -> FlaskClient:
    """A logged-in operator with the log-in ``wang``; the clocks stand at the desk's."""
    app = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    app.config["WTF_CSRF_ENABLED"] = False
    who = {"login": "wang", "name": "王话务", "password": PASSWORD, "roles": ["operator"]}
    desk.run(access.create, actor="system:test", at=desk.at, **who)
    client = app.test_client()
    client.post("/login", data={"login": "wang", "password": PASSWORD})
    return client
