"""Numbers about messages to citizens, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.kernel.metrics import Reading
from dispatch.notices import queries


def readings(session: Session, at: datetime, machine_at: datetime) -> Iterator[Reading]:  # noqa: ARG001 - a source's shape
    """What waits, what failed and comes again, what was given up; and how late the oldest is."""
    for state, count in queries.in_hand(session).items():
        meaning = "Messages to citizens that wait, failed and come again, or were given up."
        yield Reading("hotline_citizen_messages", meaning, count, {"state": state})
    age = queries.oldest_age_seconds(session, at=at)
    yield Reading("hotline_citizen_message_age_seconds", "How long the oldest message could have left already.", age)
