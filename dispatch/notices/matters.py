"""What messages about many tickets are decided by, in two questions: how the tickets stand, and everyone who called about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, or_, select
from sqlalchemy.orm import Session

from dispatch.access.vault_models import Voice
from dispatch.tickets.models import Ticket

_IDS = any_(bindparam("ids", type_=ARRAY(BigInteger)))
_COLUMNS = (
    Ticket.ticket_id,
    Ticket.merged_into_id,
    Ticket.incident_id,
    Ticket.urgency,
    Ticket.is_imported,
    Ticket.unit_id,
    Ticket.due_at,
)
_FAMILIES = select(*_COLUMNS).where(or_(Ticket.ticket_id == _IDS, Ticket.merged_into_id == _IDS))
_THESE = select(*_COLUMNS).where(Ticket.ticket_id == _IDS)
_VOICES = (
    select(Voice.voice_id, Voice.ticket_id, Voice.sealed.is_(None))
    .where(Voice.ticket_id == _IDS)
    .order_by(Voice.voice_id)
)


class Matter(NamedTuple):
    """A ticket as it stands."""

    ticket_id: int
    merged_into_id: int | None
    incident_id: int | None
    urgency: str
    is_imported: bool
    unit_id: int | None
    due_at: datetime | None


class Caller(NamedTuple):
    """Somebody who called, under the ticket they know; ``is_erased``: nobody knows any more who it was."""

    voice_id: int
    ticket_id: int
    is_erased: bool


@dataclass(frozen=True, slots=True)
class Matters:
    """``tickets``: those asked for, those that are voices of them (rules.md §5), and those they went into."""

    tickets: Mapping[int, Matter]
    _callers: Mapping[int, Sequence[Caller]]

    def callers(self, ticket_id: int) -> list[Caller | None]:
        """Everyone who called about this matter, absorbed tickets included; ``[None]`` where nobody said who they are."""
        return [*self._callers.get(ticket_id, ())] or [None]

    def hearing(self, ticket_id: int, incident_id: int) -> list[Caller | None]:
        """Those who hear of an incident by this ticket: an absorbed ticket that is attached hears by itself."""
        return [
            caller
            for caller in self.callers(ticket_id)
            if caller is None or not self._hears_by_itself(caller.ticket_id, ticket_id, incident_id)
        ]

    def _hears_by_itself(self, own_id: int, ticket_id: int, incident_id: int) -> bool:
        own = self.tickets[own_id]
        return own.merged_into_id == ticket_id and own.incident_id == incident_id


def matters_of(session: Session, ticket_ids: Collection[int]) -> Matters:
    """These tickets and their callers; a third question where one of them went into another."""
    connection = session.connection()

    def read(statement: Select[*tuple[Any, ...]], ids: Collection[int]) -> dict[int, Matter]:
        return {row.ticket_id: Matter(*row) for row in connection.execute(statement, {"ids": sorted(ids)})}

    tickets = read(_FAMILIES, ticket_ids)
    callers: dict[int, list[Caller]] = {}
    for row in connection.execute(_VOICES, {"ids": sorted(tickets)}):
        caller = Caller(*row)
        for heard in (caller.ticket_id, tickets[caller.ticket_id].merged_into_id):
            if heard is not None:
                callers.setdefault(heard, []).append(caller)
    survivors = {into for one in tickets.values() if (into := one.merged_into_id) is not None} - tickets.keys()
    return Matters(tickets | (read(_THESE, survivors) if survivors else {}), callers)
