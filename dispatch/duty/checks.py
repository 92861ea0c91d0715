"""What a shift must be: a span ahead of us, people who can be called to the unit, nobody else on duty meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.access.models import Account
from dispatch.access.permissions import permissions_by_role, permissions_of
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import Conflict, DomainError

BE_CALLED = "duty.answer"

Known = tuple[Account, frozenset[str]]  # an account and its roles


@dataclass(frozen=True, slots=True)
class NewShift:
    """A shift to be entered."""

    unit_id: int
    starts_at: datetime
    ends_at: datetime
    account_id: int
    backup_id: int | None = None


def check_span(shift: NewShift, reference: Reference, *, at: datetime) -> None:
    """Raises ``duty.span_empty``, ``duty.span_past``, ``duty.span_long``."""
    if shift.ends_at <= shift.starts_at:
        raise DomainError("duty.span_empty", "班次的结束时间应晚于开始时间。", field="ends_at")
    if shift.ends_at <= at:
        raise DomainError("duty.span_past", "班次已经过去，不能补登。", field="ends_at")
    if shift.ends_at - shift.starts_at > reference.procedure.duty.longest:
        raise DomainError("duty.span_long", "班次过长，请核对开始和结束时间。", field="ends_at")


def check_people(
    shift: NewShift, people: Mapping[int, Known], units: Collection[int] | None, reference: Reference
) -> None:
    """Raises ``duty.account_unfit``, ``duty.backup_unfit`` and ``duty.backup_same`` for who cannot be called to this unit."""
    if not _is_fit(people.get(shift.account_id), shift.unit_id, units, reference):
        raise DomainError(
            "duty.account_unfit", "值班人须是本单位或其上级单位的在用账号，并能接收值班呼叫。", field="login"
        )
    if shift.backup_id is None:
        return
    if shift.backup_id == shift.account_id:
        raise DomainError("duty.backup_same", "后备人不能是值班人自己。", field="backup_login")
    if not _is_fit(people.get(shift.backup_id), shift.unit_id, units, reference):
        raise DomainError(
            "duty.backup_unfit", "后备人须是本单位或其上级单位的在用账号，并能接收值班呼叫。", field="backup_login"
        )


def _is_fit(found: Known | None, unit_id: int, units: Collection[int] | None, reference: Reference) -> bool:
    """Active, may be called, and sees the unit's tickets (access.scope): of the unit itself, or of one above it whose people
    the one who enters may dispose of.
    """
    if found is None or found[0].disabled_at is not None or found[0].unit_id is None:
        return False
    seeing = {unit.unit_id for unit in reference.lineage(reference.by_id[unit_id])}
    if units is not None:
        seeing &= {unit_id, *units}
    return found[0].unit_id in seeing and BE_CALLED in permissions_of(found[1])


def roles_called() -> list[str]:
    """The roles whose holders may be called."""
    return sorted(role for role, permissions in permissions_by_role().items() if BE_CALLED in permissions)


def overlap() -> Conflict:
    """Two people of one unit on duty at once."""
    return Conflict("duty.overlap", "这段时间本单位已有班次，请先交班或移除原班次。")


def clashing(shifts: Iterable[NewShift]) -> list[NewShift]:
    """Those that begin before an earlier one of their unit has ended."""
    found: list[NewShift] = []
    last: dict[int, datetime] = {}
    for shift in sorted(shifts, key=lambda one: (one.unit_id, one.starts_at, one.ends_at)):
        if shift.unit_id in last and shift.starts_at < last[shift.unit_id]:
            found.append(shift)
        last[shift.unit_id] = max(shift.ends_at, last.get(shift.unit_id, shift.ends_at))
    return found


def touches(shift: NewShift, others: Iterable[NewShift]) -> bool:
    """Whether one of ``others`` is on duty for the same unit at the same time."""
    return any(
        other.unit_id == shift.unit_id and other.starts_at < shift.ends_at and shift.starts_at < other.ends_at
        for other in others
    )
