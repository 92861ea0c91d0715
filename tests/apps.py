"""The application for tests: made once per process and lent to one test after another, each with its own database and clocks.

Making it takes longer than most tests do: every route, its description and every template's code. What a test may set on it (its
configuration, its extensions) is put back before the next one gets it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from flask import Flask

import wsgi
from dispatch.access import views
from dispatch.access.vault import Vault
from dispatch.kernel import application
from dispatch.kernel.application import Runtime, engine_options
from dispatch.kernel.clock import Clock, SystemClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db
from dispatch.kernel.http import HotlineApi
from tests.databases import lend_engine

NOWHERE = "postgresql+psycopg://nobody@nowhere/none"  # connected to by nothing: each test gets an engine of its own


def whole_app(config: Config, *, clock: Clock | None = None, machine_clock: Clock | None = None) -> Flask:
    """What ``wsgi.create_app`` makes, over the database of ``config``."""
    return _lend(_whole, config, clock, machine_clock)


def api_app(config: Config, *, clock: Clock | None = None, machine_clock: Clock | None = None) -> Flask:
    """The API and the log-in, without the pages."""
    return _lend(_api, config, clock, machine_clock)


@cache
def _whole(config: Config) -> tuple[Flask, dict[str, Any]]:
    app = wsgi.create_app(config, clock=SystemClock())
    return app, dict(app.config)


@cache
def _api(config: Config) -> tuple[Flask, dict[str, Any]]:
    app = application.create_app(config, parts=[views.install])
    api = HotlineApi(app, title="test")
    for blueprint in wsgi._load(wsgi.API):
        api.register_blueprint(blueprint)
    return app, dict(app.config)


def _lend(
    make: Callable[[Config], tuple[Flask, dict[str, Any]]],
    config: Config,
    clock: Clock | None,
    machine_clock: Clock | None,
) -> Flask:
    app, settings = make(replace(config, database_url=NOWHERE))
    app.config.clear()
    # A test that changes something asks at once: what is remembered for a second in earnest is looked at anew each time.
    app.config.update(settings, SQLALCHEMY_DATABASE_URI=config.database_url, UNCHANGED_LOOKS_SECONDS=0.0)
    vault = Vault(config.vault_keys, config.blind_index_keys)
    app.extensions["hotline"] = Runtime(config, clock or SystemClock(), machine_clock or SystemClock(), vault)
    with app.app_context():
        db.engine.dispose()
        db.engines[None] = lend_engine("app", str(config.database_url), hide_parameters=True, **engine_options())
    return app
