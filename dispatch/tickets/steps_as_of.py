"""Which first steps of a charged lead were in time as of T, and which tickets had come back (rules.md §2 and §6).

Asked apart from the facts, and only by schemes that weigh it: it looks at the assignment of every ticket.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, case, or_, select, true

from dispatch.tickets.as_of import Instant, bound, lead_asked
from dispatch.tickets.models import Ticket

STEP_COUNTS = ("acknowledge_due", "acknowledged_in_time", "contact_due", "contacted_in_time", "came_back")


def steps_of(rows: FromClause, as_of: Instant) -> Select[Any]:
    """For ``rows`` with ``ticket_id``: that, and 0 or 1 for each of ``STEP_COUNTS``.

    A step is due where it had a limit (imported tickets have none) that has run out by T or was met before. ``came_back``: the
    caller was back about a ticket closed too long ago for a redo (rules.md §5).
    """
    at = bound(as_of)
    lead = lead_asked(at)
    signed = _step(lead.c.acknowledged_at, lead.c.acknowledge_due_at, at)
    contacted = _step(lead.c.first_contact_at, lead.c.first_contact_due_at, at)
    counts = dict(zip(STEP_COUNTS, (*signed, *contacted, Ticket.previous_ticket_id.is_not(None)), strict=True))
    flags: list[Any] = [case((is_so, 1), else_=0).cast(Integer).label(name) for name, is_so in counts.items()]
    columns: list[Any] = [Ticket.ticket_id, *flags]
    return select(*columns).select_from(Ticket).join(rows, rows.c.ticket_id == Ticket.ticket_id).outerjoin(lead, true())


def _step(done_at: Any, due_at: Any, at: ColumnElement[datetime]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether it was due at T, and whether it was done in time."""
    is_done = done_at <= at
    is_due = and_(due_at.is_not(None), or_(due_at <= at, is_done))
    return is_due, and_(is_done, done_at <= due_at)
