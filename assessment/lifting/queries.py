"""What the lift page reads: the table, the unit's row, and its tickets whose answer is still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment import queries
from assessment.lifting.lift import Chance, Lift, lift
from assessment.parts import Part
from assessment.periods import Period
from assessment.rankings import Row
from assessment.schemes.model import Group, Scheme
from assessment.service import Table, table
from dispatch import contract

MOST = 500  # open tickets that are read; beyond it the page says how many there are
ORDER = tuple(contract.Stand)


@dataclass(frozen=True)
class OpenFact:
    """A ticket that could still become valid, and how it stands."""

    fact: contract.TicketFact
    state: contract.OpenTicket


@dataclass(frozen=True)
class LiftFound:
    """``open``: the most pressing first; ``is_cut``: there are more, and neither ``best`` nor ``worst`` knows of them."""

    table: Table
    row: Row
    lift: Lift
    open: tuple[OpenFact, ...]
    is_cut: bool


def lift_of(
    session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime, *, code: str, at: datetime
) -> LiftFound:
    """Everything about one unit. Raises ``NotFound`` ``ranking.unknown_unit`` and what ``service.table`` raises."""
    unit = queries.assessed_unit(session, period, group, code)
    found = table(session, scheme, period, group, as_of, at=at)
    row = next(one for one in found.rows if one.unit.code == code)
    where = (scheme, period, group, as_of)
    facts = queries.tickets_of(session, *where, unit_id=unit.unit_id, part=Part.PENDING, limit=MOST + 1)
    states = contract.open_tickets(session, [fact.ticket_id for fact in facts], at)
    opened = [OpenFact(fact, states[fact.ticket_id]) for fact in facts[:MOST]]
    opened.sort(key=lambda one: (ORDER.index(one.state.stand), one.state.due_at or at, one.fact.ticket_id))
    chances = chances_of([one.fact for one in opened], at)
    return LiftFound(found, row, lift(row, found.rows, scheme, chances), tuple(opened), len(facts) > MOST)


def chances_of(facts: Sequence[contract.TicketFact], at: datetime) -> list[Chance]:
    """What each open ticket may still bring at ``at``."""
    return [
        Chance(
            fact.ticket_id,
            can_contact_first=fact.first_contact_at is None,
            can_be_on_time=fact.completed_at is None and fact.due_at is not None and fact.due_at >= at,
        )
        for fact in facts
    ]
