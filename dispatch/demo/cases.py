"""A ticket in the hands of its lead, as the replay's actors pass it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import UnitRef
from dispatch.tickets import queries
from dispatch.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Case:
    """``right_unit``: whose matter it truly is; None: the lead's own. ``is_acknowledged``: the lead has signed already."""

    ticket_id: int
    unit: UnitRef
    sent_at: datetime
    due_at: datetime
    limit: str
    is_confidential: bool
    right_unit: str | None = None
    may_dispute: bool = True
    is_acknowledged: bool = False

    @property
    def is_mine(self) -> bool:
        """Whether it came to the right unit."""
        return self.right_unit is None or self.right_unit == self.unit.code


@dataclass(frozen=True, slots=True)
class Limits:
    """The clock of the lead in force."""

    due_at: datetime
    limit: str
    yellow_at: datetime | None


def limits_in_force(session: Session, ticket: Ticket) -> Limits:
    """What the ticket's lead was given."""
    lead = queries.lead_in_force(session, ticket)
    assert lead is not None
    assert lead.due_at is not None
    return Limits(lead.due_at, lead.limit_text or "", lead.yellow_at)
