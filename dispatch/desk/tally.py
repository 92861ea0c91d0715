"""An operator's own tally of the day: counted in the transaction that takes a matter in, so it is never off by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.desk.models import DeskTally
from dispatch.tickets.states import TicketState

COLUMN_OF = {
    TicketState.DISPATCHED: "dispatched",
    TicketState.AWAITING_DISPATCH: "waiting",
    TicketState.MERGED: "joined",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Tickets of one operator on one local day, by where they went at once."""

    dispatched: int = 0
    waiting: int = 0
    joined: int = 0
    ended: int = 0

    @property
    def taken(self) -> int:
        """All of them."""
        return self.dispatched + self.waiting + self.joined + self.ended


def count(session: Session, account_id: int, state: str, *, on: date) -> None:
    """One more ticket, which came to ``state`` at once."""
    column = COLUMN_OF.get(TicketState(state), "ended")
    none = {"dispatched": 0, "waiting": 0, "joined": 0, "ended": 0}
    row = pg_insert(DeskTally).values(account_id=account_id, on_date=on, **none | {column: 1})
    more = {column: getattr(DeskTally, column) + 1}
    session.execute(row.on_conflict_do_update(index_elements=["account_id", "on_date"], set_=more))


def tally(session: Session, account_id: int, *, on: date) -> Tally:
    """What this operator has taken in on this day."""
    columns = (DeskTally.dispatched, DeskTally.waiting, DeskTally.joined, DeskTally.ended)
    row = session.execute(select(*columns).where(DeskTally.account_id == account_id, DeskTally.on_date == on)).first()
    return Tally(*row) if row else Tally()
