"""A small town whose effects are performed by hand, so that each test sees what became of which event."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from dispatch.kernel import outbox
from dispatch.kernel.outbox import Outbox
from dispatch.notices.models import CitizenMessage
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]


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
