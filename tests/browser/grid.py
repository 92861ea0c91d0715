"""A task of the small city's grid worker: signed for by its street and passed down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dispatch.directory.snapshot import reference
from dispatch.hops import services as hops
from dispatch.kernel.db import transaction
from dispatch.tickets import services
from dispatch.tickets.models import Ticket


def pass_down(ticket_id: int, unit_code: str, then: datetime, *, is_signed: bool) -> None:
    """The street that leads ``ticket_id`` passes it to its community or grid, which has signed for it or not yet."""
    stamp: dict[str, Any] = {"actor": "account:2", "at": then + timedelta(minutes=10)}
    with transaction() as session:
        city = reference(session, stamp["at"])
        street = session.get_one(Ticket, ticket_id).unit_id or 0
        services.acknowledge(session, ticket_id, unit_id=street, **stamp)
        asked = {"unit_code": unit_code, "task": "请今天到现场查看，拍照后反馈。"}
        part = hops.pass_on(session, ticket_id, unit_id=street, reference=city, **asked, **stamp)
        if is_signed:
            hops.acknowledge(session, ticket_id, part.number, **stamp)
