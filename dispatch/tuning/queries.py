"""Reads: what the machine said when tickets came in, beside the unit that they were settled with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from sqlalchemy import ColumnElement, Integer, Subquery, and_, case, func, select
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tuning.curve import Judged
from dispatch.tuning.models import PlaceProposal

# The newest tickets of the days asked for say enough; a page does not read a year.
MOST: Final = 50_000
FIRST_ROUND: Final = 1
SETTLED: Final = ("acknowledged", "completed")


@dataclass(frozen=True, slots=True)
class Shares:
    """Tickets that came to be dispatched in [start, end): how. ``chosen``: a person named the unit at intake; ``direct``: routing
    did; ``by_person``: a dispatcher sent it on; ``waiting``: nobody has yet. Imported history and voices are not among them."""

    chosen: int
    direct: int
    by_person: int
    waiting: int
    disputed: int

    @property
    def tickets(self) -> int:
        """All of them."""
        return self.chosen + self.direct + self.by_person + self.waiting

    @property
    def share(self) -> Fraction | None:
        """Routed directly / all; None without any."""
        return Fraction(self.direct, self.tickets) if self.tickets else None


def shares(session: Session, start: datetime, end: datetime) -> Shares:
    """How the tickets received in [start, end) were dispatched."""
    unit = Ticket.routing["unit"].as_string()
    is_out = Ticket.dispatched_at.is_not(None)
    chosen = Ticket.routing["chosen"]["unit"].as_string()
    counts = {
        "chosen": and_(is_out, chosen.is_not(None), unit.is_not(None)),
        "direct": and_(is_out, chosen.is_(None), unit.is_not(None)),
        "by_person": and_(is_out, unit.is_(None)),
        "waiting": Ticket.state == "awaiting_dispatch",
        "disputed": and_(is_out, Ticket.returns > 0),
    }
    columns = [func.count().filter(condition).label(name) for name, condition in counts.items()]
    row = session.execute(select(*columns).where(_asked(start, end))).mappings().one()
    return Shares(**row)


def judged(session: Session, start: datetime, end: datetime, *, most: int = MOST) -> list[Judged]:
    """By confidence: the newest ``most`` tickets received in [start, end) whose first round is settled, and how many of them the
    machine alone would have sent to the unit that they were settled with."""
    said = _said(start, end, most)
    is_right = said.c.unit == Unit.code
    query = (
        select(said.c.confidence, func.count(), func.count().filter(is_right))
        .select_from(said)
        .join(Assignment, Assignment.ticket_id == said.c.ticket_id)
        .join(Unit, Unit.unit_id == Assignment.unit_id)
        .where(
            Assignment.round == FIRST_ROUND,
            Assignment.role == "lead",
            Assignment.withdrawn_at.is_(None),
            Assignment.state.in_(SETTLED),
        )
        .group_by(said.c.confidence)
        .order_by(said.c.confidence)
    )
    return [Judged(*row) for row in session.execute(query)]


def _said(start: datetime, end: datetime, most: int) -> Subquery:
    machine = Ticket.routing["machine"]
    return (
        select(
            Ticket.ticket_id,
            machine["unit"].as_string().label("unit"),
            func.cast(machine["confidence"].as_string(), Integer).label("confidence"),
        )
        .where(_asked(start, end), machine["confidence"].as_string().is_not(None))
        .order_by(Ticket.ticket_id.desc())
        .limit(most)
        .subquery()
    )


def _asked(start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(Ticket.received_at >= start, Ticket.received_at < end, Ticket.is_imported.is_(False))


def place_proposals(session: Session, *, limit: int) -> Sequence[PlaceProposal]:
    """Those to be decided first, with most tickets first; then the decided ones, newest first."""
    is_open = PlaceProposal.state == "proposed"
    waiting = case((is_open, PlaceProposal.tickets), else_=None)
    query = select(PlaceProposal).order_by(
        waiting.desc().nulls_last(), PlaceProposal.decided_at.desc().nulls_last(), PlaceProposal.proposal_id
    )
    return session.scalars(query.limit(limit)).all()
