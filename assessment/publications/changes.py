"""Which tickets a correction counts otherwise than the version before it: by ticket, what was and what is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from assessment.publications.models import Publication, PublicationFact

# What a number may rest on; words and instants that no scheme counts are left out.
COMPARED: Final = (
    "unit_id",
    "is_excluded",
    "is_withdrawn",
    "is_pending",
    "reached",
    "contacted",
    "solved",
    "satisfaction",
    "is_on_time",
    "is_explained",
    "first_contact_at",
    "followed_up_at",
    "completed_at",
)


@dataclass(frozen=True)
class ChangedTicket:
    """``cells``: (column, old, new), old or new None in every cell where the ticket is in one version only."""

    ticket_id: int
    ticket_no: str
    is_new: bool
    is_gone: bool
    cells: tuple[tuple[str, Any, Any], ...]


def changed_tickets(
    session: Session, found: Publication, *, units: Collection[int] | None, after: int = 0, limit: int = 50
) -> list[ChangedTicket]:
    """By ticket_id, at most ``limit`` of those after ``after``; of the ``units`` alone, before or now (None: all)."""
    old, new = aliased(PublicationFact, name="old"), aliased(PublicationFact, name="new")
    before = select(old).where(old.publication_id == found.corrects).subquery("before")
    now = select(new).where(new.publication_id == found.publication_id).subquery("now")
    same = and_(before.c.ticket_id == now.c.ticket_id, before.c.is_voice == now.c.is_voice)
    ticket_id = func.coalesce(now.c.ticket_id, before.c.ticket_id)
    differs = or_(
        before.c.ticket_id.is_(None),
        now.c.ticket_id.is_(None),
        *(before.c[name].is_distinct_from(now.c[name]) for name in COMPARED),
    )
    columns = [before.c[name].label(f"old_{name}") for name in COMPARED]
    columns += [now.c[name].label(f"new_{name}") for name in COMPARED]
    query = (
        select(
            ticket_id.label("ticket_id"),
            func.coalesce(now.c.ticket_no, before.c.ticket_no).label("ticket_no"),
            before.c.ticket_id.is_(None).label("is_new"),
            now.c.ticket_id.is_(None).label("is_gone"),
            *columns,
        )
        .select_from(before.join(now, same, full=True))
        .where(ticket_id > after, differs)
        .order_by(ticket_id)
        .limit(limit)
    )
    if units is not None:
        query = query.where(or_(before.c.unit_id.in_(sorted(units)), now.c.unit_id.in_(sorted(units))))
    return [_read(row) for row in session.execute(query).mappings()]


def _read(row: Any) -> ChangedTicket:
    pairs = ((name, row[f"old_{name}"], row[f"new_{name}"]) for name in COMPARED)
    cells = tuple((name, old, new) for name, old, new in pairs if old != new)
    return ChangedTicket(row["ticket_id"], row["ticket_no"], row["is_new"], row["is_gone"], cells)
