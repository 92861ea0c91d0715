"""扬言和险情: an alert at once and beside the dispatch, never in its way (art 29)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.kernel import events
from dispatch.kernel.errors import Conflict
from dispatch.kernel.events import NewEvent
from dispatch.outcomes import queries as own_queries
from dispatch.routing.categories import alarms
from dispatch.tickets import queries
from dispatch.tickets.models import Ticket


def alert_rows(ticket_id: int, words: str, *, at: datetime) -> list[dict[str, Any]]:
    """One row per kind of alarm word in ``words``, the first word's agency with it."""
    found: dict[str, str | None] = {}
    for alarm in alarms(words):
        found.setdefault(alarm.meaning, alarm.hand_over or None)
    return [
        {
            "ticket_id": ticket_id,
            "kind": kind,
            "agency": agency,
            "raised_at": at,
            "seen_at": None,
            "seen_by": None,
        }
        for kind, agency in found.items()
    ]


def alert_events(rows: list[dict[str, Any]], *, actor: str) -> list[NewEvent]:
    """The events of new alerts."""
    return [
        NewEvent("alert.raised", row["raised_at"], actor, data={"kind": row["kind"], "agency": row["agency"]})
        for row in rows
    ]


def see(session: Session, ticket_id: int, *, actor: str, at: datetime) -> Ticket:
    """A supervisor has seen the ticket's alerts and is on it."""
    ticket = queries.lock_ticket(session, ticket_id)
    unseen = [alert for alert in own_queries.alerts_of(session, ticket_id) if alert.seen_at is None]
    if not unseen:
        raise Conflict("alert.none_unseen", "这张工单没有未查看的警示，可能已由他人查看。")
    for alert in unseen:
        alert.seen_at, alert.seen_by = at, actor
    kinds = sorted(alert.kind for alert in unseen)
    events.record(session, ticket, [NewEvent("alert.seen", at, actor, data={"kinds": kinds})])
    return ticket
