"""What the database says of itself: that it holds a demo, and how far that got. Kept as a comment on the clock's table.

There it is written in the replay's own transactions, goes when the tables go, and marks no database that is not a demo's.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import MetaData, Table, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import SetTableComment

from dispatch.kernel.clock_models import SimulatedClock

REPLAYING: Final = "replaying"
READY: Final = "ready"
_READ: Final = text("SELECT obj_description('simulated_clock'::regclass, 'pg_class')")


@dataclass(frozen=True, slots=True)
class Marker:
    """``state``: ``replaying`` until the month is complete, then ``ready``."""

    state: str
    tickets: int
    seed: int
    period: str
    began_at: str

    @classmethod
    def begun(cls, *, tickets: int, seed: int, period: str, at: datetime) -> Marker:
        """Of a replay that is about to begin."""
        return cls(REPLAYING, tickets, seed, period, at.isoformat())


def read_marker(session: Session) -> Marker | None:
    """The marker; None where this database holds no demo."""
    comment = session.scalar(_READ)
    try:
        return Marker(**json.loads(comment)["hotline_demo"]) if comment else None
    except (ValueError, KeyError, TypeError):  # somebody else's comment
        return None


def write_marker(session: Session, marker: Marker) -> None:
    """Set it, in the running transaction."""
    table = Table(SimulatedClock.__tablename__, MetaData(), comment=json.dumps({"hotline_demo": asdict(marker)}))
    session.connection().execute(SetTableComment(table))


def is_empty(session: Session) -> bool:
    """Whether nobody has used this database: no ticket and no account."""
    used = text("SELECT EXISTS (SELECT FROM ticket) OR EXISTS (SELECT FROM account)")
    return not session.scalar(used)
