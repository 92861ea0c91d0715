"""A ticket by its number for the person who asks: which it is, whose it is, its lock and the version of the reference, in one question."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.orm import Session, aliased

from dispatch.access.scope import OF_UNITS, unit_ids_in_scope, unknown_ticket
from dispatch.directory.snapshot import VERSION, assume, forget, is_confirmed
from dispatch.kernel.held import held
from dispatch.kernel.person import Person
from dispatch.tickets.models import Ticket, TicketNumber
from dispatch.tickets.queries import LOCKED

_HERE = aliased(Ticket, name="t")  # as the scope's words call it
_SEEN = (
    select(_HERE, *VERSION)
    .join(TicketNumber, TicketNumber.ticket_id == _HERE.ticket_id)
    .where(TicketNumber.ticket_no == bindparam("ticket_no"))
)
_SEEN_BY_UNITS = _SEEN.where(text(OF_UNITS))
_LOCKED, _LOCKED_BY_UNITS = (one.with_for_update(of=_HERE) for one in (_SEEN, _SEEN_BY_UNITS))


def visible(session: Session, ticket_no: str, *, person: Person, at: datetime) -> Ticket:
    """The ticket of this number. Raises one and the same 404 for what does not exist and for what is not this person's."""
    return _find(session, ticket_no, person, at, is_locked=False)


def lock_visible(session: Session, ticket_no: str, *, person: Person, at: datetime) -> Ticket:
    """The same, locked until the transaction ends."""
    found = _find(session, ticket_no, person, at, is_locked=True)
    held(session, LOCKED)[found.ticket_id] = found
    return found


def _find(session: Session, ticket_no: str, person: Person, at: datetime, *, is_locked: bool) -> Ticket:
    if assume(session):
        row = _ask(session, ticket_no, unit_ids_in_scope(session, person, at=at), is_locked)
        if row is not None and is_confirmed(session, row[1:]):
            return cast(Ticket, row[0])
        forget(session)  # the reference has changed, or there is nothing to tell by: ask it first
    row = _ask(session, ticket_no, unit_ids_in_scope(session, person, at=at), is_locked)
    if row is None:
        raise unknown_ticket()
    return cast(Ticket, row[0])


def _ask(session: Session, ticket_no: str, unit_ids: frozenset[int] | None, is_locked: bool) -> Row[Any] | None:
    asked: dict[str, Any] = {"ticket_no": ticket_no}
    if unit_ids is None:
        query = _LOCKED if is_locked else _SEEN
    else:
        query = _LOCKED_BY_UNITS if is_locked else _SEEN_BY_UNITS
        asked["units"] = sorted(unit_ids)
    return session.execute(query, asked, execution_options={"populate_existing": True}).one_or_none()
