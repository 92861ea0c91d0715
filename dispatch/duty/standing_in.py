"""A call that stayed unread too long: the shift's backup is called, once; else the unit's heads, else the district's inbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.access.models import Account
from dispatch.directory.snapshot import Reference
from dispatch.duty import queries
from dispatch.duty.calling import add_calls, first_act
from dispatch.duty.models import BACKUP_IS_DUE, DutyCall, DutyShift
from dispatch.notices.models import Notice
from dispatch.tickets.models import Assignment

UNREAD = "duty.unread"


def call_backups(session: Session, at: datetime, *, reference: Reference, limit: int) -> int:
    """Settle up to ``limit`` calls whose backup is due at ``at``; returns how many.

    Each is settled for good under its own lock, so sweeps may run twice, many at once, and with clocks set back: nobody is
    called a second time. One that its reader is just opening is passed by.
    """
    due = session.scalars(
        select(DutyCall)
        .where(text(BACKUP_IS_DUE), DutyCall.backup_due_at <= at)
        .order_by(DutyCall.backup_due_at, DutyCall.call_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for call in due:
        _settle(session, call, reference=reference, at=at)
    session.flush()
    return len(due)


def _settle(session: Session, call: DutyCall, *, reference: Reference, at: datetime) -> None:
    call.read_at = first_act(session, call, reference.procedure.duty.acts)
    if call.read_at is not None:
        return
    if _is_taken_away(session, call):
        call.backup_due_at = None
        return
    shift = session.get_one(DutyShift, call.shift_id)
    people = _stand_ins(session, call, shift)
    if people:
        add_calls(
            session,
            people,
            shift,
            ticket_id=call.ticket_id,
            event_number=call.event_number,
            event_type=call.event_type,
            is_backup=True,
            called_at=at,
        )
    else:
        _tell_district(session, call, reference=reference, at=at)
    call.backup_called_at = at


def _stand_ins(session: Session, call: DutyCall, shift: DutyShift) -> list[int]:
    """The shift's backup; where none is named, or not any more an account in use, the unit's heads, whoever was called aside."""
    backup = session.get(Account, shift.backup_id) if shift.backup_id is not None else None
    if backup is not None and backup.disabled_at is None:
        return [backup.account_id]
    return [head for head in queries.heads_of(session, call.unit_id) if head != call.account_id]


def _is_taken_away(session: Session, call: DutyCall) -> bool:
    """The unit had parts of the ticket, and all were withdrawn: it could not even open it."""
    states = session.scalars(
        select(Assignment.state).where(Assignment.ticket_id == call.ticket_id, Assignment.unit_id == call.unit_id)
    ).all()
    return bool(states) and all(state == "withdrawn" for state in states)


def _tell_district(session: Session, call: DutyCall, *, reference: Reference, at: datetime) -> None:
    """Into the inbox of the district's supervisor, or of the unit above one that belongs to no district."""
    unit = reference.by_id[call.unit_id]
    district = reference.district_of(unit)
    told = district.unit_id if district is not None else unit.parent_id
    if told is None:
        return
    values = {"unit_id": told, "ticket_id": call.ticket_id, "event_number": call.event_number, "kind": UNREAD, "at": at}
    session.execute(pg_insert(Notice).values(**values).on_conflict_do_nothing())
