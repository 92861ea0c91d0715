"""What assessment may know of categories and districts: a ticket's category, its topmost branch, and whose units a district's are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dispatch.directory.models import Unit, UnitGroup
from dispatch.directory.snapshot import reference
from dispatch.tickets.models import Ticket

DISTRICT: Final = "district"
BRANCH_MARK: Final = "/"  # between the levels of an imported row's free text


def ticket_categories() -> Select[Any]:
    """``ticket_id, category`` of every ticket: as it stands now, corrections after dispatch included."""
    columns: list[Any] = [Ticket.ticket_id, Ticket.category]
    return select(*columns)


def top_categories(session: Session, codes: Iterable[str], at: datetime) -> dict[str, str]:
    """By category: the name of its topmost branch. Of an imported row's free text what stands before the first ``/``."""
    city = reference(session, at)
    return {code: _top(code, city.category_path(code)) for code in codes}


def codes_under(session: Session, district_code: str, start: datetime, end: datetime) -> frozenset[str]:
    """Codes of the units that this district answered for at any time of [start, end), its own among them; empty for no district."""
    charged = Unit.__table__.alias("charged")
    rows = (
        select(Unit.code)
        .join(UnitGroup, UnitGroup.unit_id == Unit.unit_id)
        .join(charged, charged.c.unit_id == UnitGroup.charged_unit_id)
        .where(
            UnitGroup.peer_group == DISTRICT,
            UnitGroup.valid_from < end,
            UnitGroup.valid_to > start,
            charged.c.code == district_code,
        )
    )
    return frozenset(session.scalars(rows))


def _top(code: str, path: tuple[str, ...]) -> str:
    return path[0] if path else code.split(BRANCH_MARK, 1)[0].strip() or code
