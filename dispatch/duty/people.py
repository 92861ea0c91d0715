"""Names made into ids: the units that are asked for, and people by their log-in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.duty import queries, services
from dispatch.kernel.errors import DomainError


def chosen_units(units: frozenset[int] | None, code: str | None, reference: Reference) -> Collection[int] | None:
    """The units in scope, or the one of them that is asked for. Raises 404 ``duty.unknown_unit``."""
    return units if code is None else [services.unit_in_scope(code, units, reference)]


def people_by_login(session: Session, login: str, backup: str | None) -> tuple[int, int | None]:
    """Account ids. Raises ``duty.account_unknown``, ``duty.backup_unknown``."""
    found = queries.account_ids(session, {one for one in (login, backup) if one})
    if login not in found:
        raise DomainError("duty.account_unknown", "没有这个值班人账号。", field="login")
    if backup and backup not in found:
        raise DomainError("duty.backup_unknown", "没有这个后备人账号。", field="backup_login")
    return found[login], found[backup] if backup else None
