"""首派准确率: how many first dispatches of a period were to the right unit, and how the others came back."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from dispatch.kernel.shares import percent
from dispatch.tickets.models import Assignment, Dispute, Ticket

FIRST = 1  # a ticket's first assignment is its first lead's


@dataclass(frozen=True, slots=True)
class Accuracy:
    """First dispatches, and those that came back: by a ruling, by silence, or taken back by the hotline itself.

    ``category``: None for the whole city. A dispute that was refused, or designated back to the disputing unit, is no return.
    """

    category: str | None
    dispatched: int
    upheld: int
    designated: int
    silence: int
    reassigned: int

    @property
    def returned(self) -> int:
        """How many came back."""
        return self.upheld + self.designated + self.silence + self.reassigned

    @property
    def share(self) -> Fraction | None:
        """Accurate first dispatches / first dispatches; None without any."""
        return Fraction(self.dispatched - self.returned, self.dispatched) if self.dispatched else None

    @property
    def percent(self) -> str:
        """The share in percent with 2 decimals, half-up; empty without any."""
        return percent(self.share)


def first_dispatch_accuracy(session: Session, start: datetime, end: datetime) -> tuple[Accuracy, list[Accuracy]]:
    """The city's accuracy over first dispatches in [start, end), and that of each category in force, by code. Not imported ones."""
    how = case((Assignment.withdrawn_for == "hotline_error", "reassigned"), else_=Dispute.ruling)
    is_back = Assignment.withdrawn_for.in_(("hotline_error", "dispute_upheld"))
    query = (
        select(
            Ticket.category,
            func.count().label("dispatched"),
            *(
                func.count().filter(and_(is_back, how == name)).label(name)
                for name in ("upheld", "designated", "silence", "reassigned")
            ),
        )
        .select_from(Assignment)
        .join(Ticket, Ticket.ticket_id == Assignment.ticket_id)
        .outerjoin(
            Dispute,
            and_(Dispute.ticket_id == Assignment.ticket_id, Dispute.assignment_number == Assignment.number),
        )
        .where(
            Assignment.number == FIRST,
            Assignment.role == "lead",
            Assignment.sent_at >= start,
            Assignment.sent_at < end,
        )
        .group_by(Ticket.category)
        .order_by(Ticket.category)
    )
    rows = [Accuracy(**row) for row in session.execute(query).mappings()]
    counted = [field.name for field in fields(Accuracy) if field.name != "category"]
    sums = {name: sum(getattr(row, name) for row in rows) for name in counted}
    return Accuracy(category=None, **sums), rows
