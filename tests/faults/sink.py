"""A consumer that takes its time and leaves one row per delivery: a second delivery would be a second row."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.kernel.events import Event
from dispatch.kernel.outbox import consumer

TABLE = "CREATE TABLE delivery (event_key text NOT NULL, process int NOT NULL)"
SLOWNESS = "TEST_SINK_SECONDS"
BEGUN = "TEST_SINK_BEGUN"


def listen() -> None:
    """Register the sink in this process."""
    consumer("sink", "ticket.dispatched")(deliver)


def deliver(session: Session, event: Event, _at: datetime) -> None:
    """Write that it began where a rollback does not reach, deliver, and wait before the transaction ends."""
    key = f"{event.ticket_id}-{event.number}"
    if os.environ.get(BEGUN):
        with Path(os.environ[BEGUN]).open("a") as begun:
            begun.write(f"{key}\n")
    session.execute(text("INSERT INTO delivery VALUES (:key, :process)"), {"key": key, "process": os.getpid()})
    time.sleep(float(os.environ.get(SLOWNESS, "0.02")))
