"""Waiting for the other tests: the cluster is shared, and a snapshot lists whatever is under way in any of its databases."""

from __future__ import annotations

import time

from sqlalchemy import Engine, text

PATIENCE = 120.0  # seconds; the longest transaction of any other test is far shorter
_AHEAD = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
_OLDEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def wait_for_older(engine: Engine, *, but: int | None = None) -> None:
    """Return when all that was under way at the call has ended, ``but`` this transaction and what began after it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ahead = but if but is not None else connection.scalar(_AHEAD)
        end = time.monotonic() + PATIENCE
        while connection.scalar(_OLDEST) < ahead:
            assert time.monotonic() < end, "another test holds a transaction open"
            time.sleep(0.05)
