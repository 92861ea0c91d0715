"""``python -m tests.faults.sweeper URL INSTANT BATCH FILE``: sweeps until nothing is left, slowly, and notes what it begins and ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import dispatch.models
import dispatch.notices.consumers  # noqa: F401  (every table, and the listeners)
from dispatch.directory.snapshot import reference
from dispatch.follow_ups import opening_many
from dispatch.kernel.db import engine_options
from dispatch.limits.sweep import sweep

BEGUN, ENDED = "begun", "ended"
SECONDS = 0.15


def main(url: str, at: datetime, batch: int, notes: Path) -> None:
    write = opening_many.write

    def note(word: str) -> None:
        with notes.open("a") as file:
            file.write(f"{word}\n")

    def slowly(session: Session, openings: Sequence[Any], at: datetime) -> None:
        """In the middle: cards and steps are written, events are not."""
        note(BEGUN)
        time.sleep(SECONDS)
        write(session, openings, at)

    opening_many.write = slowly
    engine = create_engine(url, **engine_options())
    seen = 1
    while seen:
        with Session(engine) as session, session.begin():
            seen = sweep(session, at, reference=reference(session, at), limit=batch)
        note(ENDED)


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
