"""The month counted once more from the events alone: no ticket column is read, nothing of the ranking's code is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, tee
from typing import Any

from sqlalchemy import Engine, text

COUNTED = frozenset({"help", "complaint", "report"})
EVENTS = text("SELECT ticket_id, type, at, unit_code, data FROM event WHERE at <= :until ORDER BY ticket_id, number")


@dataclass(frozen=True)
class Told:
    """What a ticket's events say by the cut-off."""

    kind: str
    received_at: datetime
    dispatched_at: datetime | None
    charged: str | None
    answer: dict[str, Any] | None


def recount(engine: Engine, *, start: datetime, end: datetime, until: datetime) -> dict[str, Counter[str]]:
    """Unit code → its counts, for tickets received in [start, end), from events recorded at or before ``until``."""
    found: dict[str, Counter[str]] = {}
    with engine.connect() as connection:
        rows = connection.execute(EVENTS, {"until": until}).mappings()
        for _, events in groupby(rows, key=lambda row: row["ticket_id"]):
            told = fold(events)
            if told.kind not in COUNTED or not start <= told.received_at < end or told.charged is None:
                continue
            found.setdefault(told.charged, Counter()).update(_counts(told.answer))
    return found


def fold(events: Iterator[Any]) -> Told:
    """One ticket's events, in order, into what they say."""
    events, again = tee(events)
    kind, received_at, dispatched_at, lead, charged = "", None, None, None, charge_of(again)
    attempts: list[dict[str, Any]] = []
    for event in events:
        data = event["data"]
        match event["type"]:
            case "ticket.received":
                kind, received_at = data["kind"], event["at"]
            case "ticket.dispatched":
                dispatched_at, lead = dispatched_at or event["at"], data["lead"]
            case "assignment.withdrawn":
                lead = None
            case "follow_up.attempted" if data["round"] == 1:
                attempts.append(data)
    assert received_at is not None
    reached = [tried for tried in attempts if tried["outcome"] == "reached"]
    answered = [tried for tried in reached if tried["solved"] is not None]
    return Told(kind, received_at, dispatched_at, charged or lead, next(iter(answered or reached), None))


def charge_of(events: Iterator[Any]) -> str | None:
    """Who was fixed as charged by the first round's follow-up, after all that changed it; None: nobody yet."""
    charged = None
    for event in events:
        data = event["data"]
        match event["type"]:
            case "follow_up.opened" | "follow_up.charged" if data["round"] == 1:
                charged = data["charged"]
            case "follow_up.cancelled" if data["round"] == 1 and data["reason"] == "unmerged":
                charged = None
    return charged


def _counts(answer: dict[str, Any] | None) -> Counter[str]:
    counts = Counter({"received": 1})
    if answer:
        counts["valid"] = 1
        counts["contacted"] = int(answer["contacted"] is True)
        counts["solved"] = int(answer["solved"] == "yes")
        counts["satisfied"] = int(answer["satisfaction"] == "satisfied")
        counts["basically"] = int(answer["satisfaction"] == "basically")
    return counts
