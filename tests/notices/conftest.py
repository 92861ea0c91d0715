"""A small town whose effects are performed by hand, so that each test sees what became of which event."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.kernel import outbox
from dispatch.kernel.config import Config
from dispatch.kernel.config_outward import MailServer
from dispatch.kernel.events import NewEvent, record
from dispatch.kernel.outbox import Outbox
from dispatch.notices.models import CitizenMessage
from dispatch.tickets import queries
from tests.faults.conftest import OwnRedis, own_redis, wait_for
from tests.town import Desk, desk, engine

__all__ = ["OwnRedis", "desk", "engine", "own_redis"]

TOKEN = "token-of-the-gateway"


@dataclass
class Town:
    """The desk, and what its callers were told."""

    desk: Desk

    def perform(self) -> None:
        """Every effect that waits, each in its own transaction, as a worker does."""
        for outbox_id in self.desk.run(lambda session: list(session.scalars(select(Outbox.outbox_id)))):
            self.desk.run(outbox.perform, outbox_id, at=self.desk.at)

    def messages(self) -> list[CitizenMessage]:
        query = select(CitizenMessage).order_by(CitizenMessage.message_id)
        return list(self.desk.run(lambda session: session.scalars(query).all()))

    def told(self) -> list[str]:
        """The templates, in the order of their events."""
        found = sorted(self.messages(), key=lambda message: (message.ticket_id, message.event_number))
        return [message.template for message in found]


@pytest.fixture
def town(desk: Desk) -> Town:
    return Town(desk)


def happen(town: Town, ticket_id: int, event_type: str, **data: object) -> None:
    """An event as another part would record it."""

    def verb(session: object) -> None:
        ticket = queries.lock_ticket(session, ticket_id)  # type: ignore[arg-type]
        record(session, ticket, [NewEvent(event_type, town.desk.at, "system:test", None, dict(data))])  # type: ignore[arg-type]

    town.desk.run(verb)
    town.perform()


@dataclass
class Sink:
    """The gateway and mail server of ``tests.notices.sink``, in a process of their own."""

    folder: Path
    sms_port: int
    mail_port: int

    @property
    def sms_url(self) -> str:
        return f"http://127.0.0.1:{self.sms_port}/send"

    def meet_next_with(self, *moods: str) -> None:
        (self.folder / "moods").write_text("\n".join(moods))

    def arrived(self) -> list[dict[str, Any]]:
        """Every request or mail that came in."""
        kept = self.folder / "arrived"
        return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []

    def taken(self) -> dict[str, str]:
        """What citizens got: key → text, as a gateway that knows its keys delivers. A key with two texts fails."""
        found: dict[str, str] = {}
        for one in self.arrived():
            if one["is_taken"]:
                assert found.setdefault(one["key"], one["text"]) == one["text"]
        return found


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-m", "tests.notices.sink", str(tmp_path)], cwd=root)
    try:
        wait_for("the sink", 20, (tmp_path / "ports").exists)
        sms_port, mail_port = map(int, (tmp_path / "ports").read_text().split())
        yield Sink(tmp_path, sms_port, mail_port)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def sending(config: Config, sink: Sink) -> Config:
    """The configuration of a town that has a gateway and a mail server."""
    return replace(
        config,
        public_url="https://12345.example",
        sms_url=sink.sms_url,
        sms_token=TOKEN,
        mail_server=MailServer("127.0.0.1", sink.mail_port, False, None, None),
        mail_from="12345@city.example",
    )
