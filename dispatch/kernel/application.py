"""The Flask application: what every request shares, and the parts that hang on it. The caller says which parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from werkzeug.middleware.proxy_fix import ProxyFix

from dispatch.kernel import edge, i18n, problems
from dispatch.kernel.clock import Clock, SystemClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, engine_options
from dispatch.kernel.static_files import HotlineFlask

MAX_CONTENT_BYTES = 1_000_000  # forms and API bodies; a longer description is no description
MAX_FORM_PARTS = 500
SAME_SITE = "Lax"  # links from the city's portal must find the desk logged in, forms of others must not

Part = Callable[[Flask], None]


@dataclass(frozen=True)
class Runtime:
    """What an edge may ask for: configuration, the business clock, the machine's clock (log-ins, time-outs), the vault."""

    config: Config
    clock: Clock
    machine_clock: Clock
    vault: Any


def create_app(
    config: Config,
    *,
    vault: Any = None,
    clock: Clock | None = None,
    machine_clock: Clock | None = None,
    static_folder: Path | None = None,
    template_folder: Path | None = None,
    parts: Iterable[Part] = (),
) -> Flask:
    """An application with ``parts`` hung in (each a function that registers blueprints and hooks). Connects to nothing yet."""
    app = HotlineFlask(
        "dispatch",
        static_folder=str(static_folder) if static_folder else None,
        static_url_path="/static",
        template_folder=str(template_folder) if template_folder else None,
    )
    app.config.update(_settings(config))
    app.extensions["hotline"] = Runtime(config, clock or SystemClock(), machine_clock or SystemClock(), vault)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    db.init_app(app)
    edge.install(app)
    problems.install(app)
    i18n.install(app)
    for part in parts:
        part(app)
    if hops := config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _settings(config: Config) -> dict[str, Any]:
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        # Statements carry what citizens said: an error must not quote them.
        "SQLALCHEMY_ENGINE_OPTIONS": {**engine_options(), "hide_parameters": True},
        "MAX_CONTENT_LENGTH": MAX_CONTENT_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_CONTENT_BYTES,
        "MAX_FORM_PARTS": MAX_FORM_PARTS,
        # A browser ties a name with this prefix to one host and to HTTPS.
        "SESSION_COOKIE_NAME": "__Host-hotline" if config.cookie_secure else "hotline",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": SAME_SITE,
        "SESSION_COOKIE_SECURE": config.cookie_secure,
    }


def runtime() -> Runtime:
    """The runtime of the application that serves this request or command."""
    return cast(Runtime, current_app.extensions["hotline"])


def now() -> datetime:
    """The injected business clock; for edges only, everything below takes ``at``."""
    return runtime().clock.now()


def machine_now() -> datetime:
    """The machine's clock, also while business time is simulated: log-ins, tokens, access log, time-outs."""
    return runtime().machine_clock.now()
