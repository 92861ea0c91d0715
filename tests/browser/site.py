"""The real thing on a random port: gunicorn as ``hotline serve`` runs it, over a database of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

import wsgi
from dispatch.access.calls import CallFacts, record_call
from dispatch.kernel.application import runtime
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.browser import city

START_SECONDS = 60
GUNICORN = (sys.executable, "-m", "gunicorn", "-c")
APPLICATIONS = (
    ("dispatch.kernel.web_server", "create_app"),
    ("dispatch.ringing.server", "create_ringing_app"),
)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """Where the pages answer, and the numbers of tickets that show something."""

    url: str
    numbers: dict[str, str]
    app: Flask

    def take_in(self, title: str, **changes: Any) -> str:
        """A new ticket, through the real intake; its number."""
        facts = {"text": "请尽快处理。", "address": "东华门街道"} | changes
        with self.app.app_context():
            return city.take_in(datetime.now(UTC), title=title, **facts).ticket_no

    def ring(self, login: str, number: str) -> None:
        """A call of this number rings for this operator, as the telephone exchange would tell."""
        with self.app.app_context(), transaction() as session:
            facts = CallFacts(agent=login, number=number, rang_at=datetime.now(UTC))
            record_call(session, f"ring-{login}-{facts.rang_at}", facts, vault=runtime().vault)

    def completed(self, title: str) -> str:
        """A ticket whose unit has completed it and whose follow-up is open; its number."""
        with self.app.app_context():
            return city.followable(datetime.now(UTC), title)


def compile_catalogues() -> None:
    """English needs its compiled catalogue, which git does not keep."""
    for catalogue in ROOT.glob("*/console/translations/*/LC_MESSAGES/messages.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            compiling = [sys.executable, "-m", "babel.messages.frontend", "-q", "compile"]
            subprocess.run([*compiling, "-i", str(catalogue), "-o", str(compiled)], check=True)


@contextmanager
def running_site(config: Config) -> Iterator[Site]:
    """Seed the (migrated, empty) database of ``config`` and serve it until the block ends."""
    compile_catalogues()
    port = _free_port()
    ringing = f"127.0.0.1:{_free_port()}"
    config = replace(config, bind=f"127.0.0.1:{port}", shows_rankings=True)
    app = wsgi.create_app(config)
    numbers = city.seed(app, datetime.now(UTC))
    metrics = config.home / "metrics" / str(port)  # as ``hotline serve`` does: several processes count together
    metrics.mkdir(parents=True)
    environment = os.environ | {
        "HOTLINE_HOME": str(config.home),
        "HOTLINE_DATABASE_URL": str(config.database_url),
        "HOTLINE_REDIS_URL": str(config.redis_url),
        "HOTLINE_SECRET_KEY": config.secret_key,
        "HOTLINE_VAULT_KEYS": _keys(config.vault_keys),
        "HOTLINE_BLIND_INDEX_KEYS": _keys(config.blind_index_keys),
        "HOTLINE_BIND": config.bind,
        "HOTLINE_RINGING_BIND": ringing,
        "HOTLINE_RINGING_URL": f"http://{ringing}",
        "HOTLINE_LOG_LEVEL": "WARNING",
        "HOTLINE_PUBLIC_RANKINGS": "true",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
    }
    servers = [
        subprocess.Popen([*GUNICORN, f"python:{settings}", f"wsgi:{app_name}()"], env=environment, cwd=ROOT)
        for settings, app_name in APPLICATIONS
    ]
    try:
        for server, address in zip(servers, (config.bind, ringing), strict=True):
            _wait(f"http://{address}/healthz", server)
        yield Site(f"http://127.0.0.1:{port}", numbers, app)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(40)


def _keys(keys: object) -> str:
    import base64

    pairs = dict(keys)  # type: ignore[call-overload]
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in pairs.items())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError("gunicorn ended while starting")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn did not answer")
