"""The rota of the demo's desks: around the clock through the replayed month and the week after it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.models import Account, AccountRole
from dispatch.demo.accounts import ACTOR, Staff, ensure_officer
from dispatch.demo.window import Window
from dispatch.directory.snapshot import Reference
from dispatch.duty import services
from dispatch.duty.tiling import in_turn, tile

_CHANGES: Final = (time(8, 30), time(18))
_AFTER: Final = timedelta(days=8)


def keep_rota(session: Session, staff: Staff, reference: Reference, window: Window) -> int:
    """Each unit with a printed log-in is on duty by day and night, its head or else a second officer as backup. Returns the shifts."""
    zone = reference.calendar.zone
    first = window.starts_at.astimezone(zone).date()
    days = ((window.ends_at + _AFTER).astimezone(zone).date() - first).days
    heads = _heads(session)
    shifts = []
    for code, login in sorted(staff.unit_logins.items()):
        unit, person = reference.by_code[code], _account_id(staff.actors[login])
        backup = heads.get(unit.unit_id) or _account_id(
            ensure_officer(session, unit, password_hash=staff.password_hash, at=window.starts_at, called="值班员")
        )
        shifts += in_turn(tile(first, days, _CHANGES, zone), [(person, backup)], unit.unit_id)
    services.enter(session, shifts, units=None, reference=reference, actor=ACTOR, at=window.starts_at)
    return len(shifts)


def _account_id(actor: str) -> int:
    return int(actor.removeprefix("account:"))


def _heads(session: Session) -> dict[int, int]:
    """The head's account by unit."""
    query = select(Account.unit_id, Account.account_id).join(AccountRole).where(AccountRole.role == "unit_head")
    return {row.unit_id: row.account_id for row in session.execute(query) if row.unit_id is not None}
