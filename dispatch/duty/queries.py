"""Reads of the rota and of the calls, one name per question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, Select, and_, func, select, text
from sqlalchemy.orm import Session, aliased

from dispatch.access.models import Account, AccountRole
from dispatch.duty.models import DutyCall, DutyShift
from dispatch.kernel.arrays import array_of
from dispatch.kernel.errors import NotFound
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Ticket

Units = Collection[int] | None  # None: every unit there is
ShiftRow = Row[DutyShift, Account, Account | None]
CallRow = Row[DutyCall, Ticket, str | None]
HEAD = "unit_head"

Backup = aliased(Account)


def rota(session: Session, asked: Collection[tuple[int, datetime]]) -> dict[tuple[int, datetime], DutyShift]:
    """(unit, instant) → the unit's shift that holds it; shifts of one unit do not overlap. Without those that nobody holds."""
    first, last = min(at for _, at in asked), max(at for _, at in asked)
    touching = overlapping(session, {unit for unit, _ in asked}, since=first, until=last + datetime.resolution)
    return {
        (unit, at): shift
        for unit, at in asked
        for shift in touching
        if shift.unit_id == unit and shift.starts_at <= at < shift.ends_at
    }


def urgencies(session: Session, ticket_ids: Collection[int]) -> dict[int, str]:
    """How urgent these tickets are."""
    rows = session.execute(select(Ticket.ticket_id, Ticket.urgency).where(Ticket.ticket_id.in_(sorted(ticket_ids))))
    return {row.ticket_id: row.urgency for row in rows}


def on_duty_now(session: Session, units: Units, *, at: datetime, limit: int) -> Sequence[ShiftRow]:
    """Who is on duty in these units: rows of (shift, account, backup), by unit."""
    query = _people().where(DutyShift.starts_at <= at, DutyShift.ends_at > at).order_by(DutyShift.unit_id).limit(limit)
    return session.execute(_within(query, units)).all()


def shifts_between(
    session: Session, units: Units, *, since: datetime, until: datetime, limit: int
) -> Sequence[ShiftRow]:
    """The shifts of these units that touch [since, until): rows of (shift, account, backup), soonest first."""
    query = _people().where(DutyShift.ends_at > since, DutyShift.starts_at < until)
    ordered = query.order_by(DutyShift.starts_at, DutyShift.unit_id).limit(limit)
    return session.execute(_within(ordered, units)).all()


def unmanned(session: Session, units: Units, *, at: datetime, limit: int) -> Sequence[int]:
    """Units whose rota goes on later while nobody is on duty at ``at``."""
    later = select(DutyShift.unit_id).where(DutyShift.ends_at > at)
    if units is not None:
        later = later.where(DutyShift.unit_id.in_(units))
    grouped = later.group_by(DutyShift.unit_id).having(func.min(DutyShift.starts_at) > at)
    return session.scalars(grouped.order_by(DutyShift.unit_id).limit(limit)).all()


def shift_of(session: Session, shift_id: int, units: Units) -> DutyShift:
    """The shift. Raises the same 404 ``duty.unknown_shift`` for one that is not there and one of other units."""
    found = session.get(DutyShift, shift_id, populate_existing=True)
    if found is None or (units is not None and found.unit_id not in units):
        raise NotFound("duty.unknown_shift", "没有这个班次，或您无权安排。")
    return found


def is_called(session: Session, shift_id: int) -> bool:
    """Whether anybody was called by this shift."""
    return session.scalar(select(DutyCall.call_id).where(DutyCall.shift_id == shift_id).limit(1)) is not None


def overlapping(session: Session, unit_ids: Iterable[int], *, since: datetime, until: datetime) -> Sequence[DutyShift]:
    """The shifts of these units that touch [since, until), by unit and time."""
    return session.scalars(
        select(DutyShift)
        .where(DutyShift.unit_id.in_(sorted(set(unit_ids))), DutyShift.ends_at > since, DutyShift.starts_at < until)
        .order_by(DutyShift.unit_id, DutyShift.starts_at)
    ).all()


def accounts(session: Session, *, ids: Iterable[int]) -> dict[int, tuple[Account, frozenset[str]]]:
    """Account id → (account, its roles), disabled ones included."""
    query = (
        select(Account, func.array_agg(AccountRole.role).filter(AccountRole.role.is_not(None)))
        .outerjoin(AccountRole, AccountRole.account_id == Account.account_id)
        .where(Account.account_id.in_(sorted(set(ids))))
        .group_by(Account.account_id)
    )
    return {account.account_id: (account, frozenset(roles or ())) for account, roles in session.execute(query)}


def account_ids(session: Session, logins: Iterable[str]) -> dict[str, int]:
    """Login → account, of those that exist."""
    rows = session.execute(select(Account.login, Account.account_id).where(Account.login.in_(sorted(set(logins)))))
    return {row.login: row.account_id for row in rows}


def pair_of(session: Session, shift: DutyShift) -> tuple[Account, Account | None]:
    """Who is on duty in this shift, and the backup."""
    backup = session.get(Account, shift.backup_id) if shift.backup_id is not None else None
    return session.get_one(Account, shift.account_id), backup


def people_of(session: Session, unit_ids: Iterable[int], roles: Collection[str]) -> Sequence[Account]:
    """The active accounts of these units that hold one of ``roles``, by login: whom a form may offer."""
    holding = select(AccountRole.account_id).where(AccountRole.role.in_(roles))
    query = select(Account).where(Account.unit_id.in_(sorted(set(unit_ids))), Account.disabled_at.is_(None))
    return session.scalars(query.where(Account.account_id.in_(holding)).order_by(Account.unit_id, Account.login)).all()


def heads_of(session: Session, unit_id: int) -> Sequence[int]:
    """The active accounts of the unit's heads."""
    return session.scalars(
        select(Account.account_id)
        .join(AccountRole, AccountRole.account_id == Account.account_id)
        .where(Account.unit_id == unit_id, Account.disabled_at.is_(None), AccountRole.role == HEAD)
        .order_by(Account.account_id)
    ).all()


def calls_of(session: Session, account_id: int, *, limit: int) -> Sequence[CallRow]:
    """This person's calls, unread first, then the newest: rows of (call, ticket, title)."""
    title = and_(TextEntry.ticket_id == DutyCall.ticket_id, TextEntry.kind == "title", TextEntry.version == 1)
    return session.execute(
        select(DutyCall, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == DutyCall.ticket_id)
        .outerjoin(TextEntry, title)
        .where(DutyCall.account_id == account_id)
        .order_by(DutyCall.read_at.is_not(None), DutyCall.call_id.desc())
        .limit(limit)
    ).all()


def ticket_no_of(session: Session, call: DutyCall) -> str:
    """The number of the ticket that the call is about."""
    return session.get_one(Ticket, call.ticket_id).ticket_no


def unread_count(session: Session, account_id: int) -> int:
    """How many calls of this person are unread, by the partial index."""
    unread = select(func.count()).where(DutyCall.account_id == account_id, DutyCall.read_at.is_(None))
    return session.scalar(unread) or 0


def unread_counts(session: Session, account_ids: Collection[int]) -> dict[int, int]:
    """The same of many people in one question; without those who have none."""
    if not account_ids:
        return {}
    # Asked every few seconds for a thousand people and more: as a list of parameters it would be put together anew each time.
    these = text("duty_call.account_id = ANY(CAST(:ids AS bigint[]))")
    query = (
        select(DutyCall.account_id, func.count()).where(these, DutyCall.read_at.is_(None)).group_by(DutyCall.account_id)
    )
    return {row[0]: row[1] for row in session.execute(query, {"ids": array_of(account_ids)})}


def _people() -> Select[DutyShift, Account, Account | None]:
    return (
        select(DutyShift, Account, Backup)
        .join(Account, Account.account_id == DutyShift.account_id)
        .outerjoin(Backup, Backup.account_id == DutyShift.backup_id)
    )


def _within(
    query: Select[DutyShift, Account, Account | None], units: Units
) -> Select[DutyShift, Account, Account | None]:
    return query if units is None else query.where(DutyShift.unit_id.in_(units))
