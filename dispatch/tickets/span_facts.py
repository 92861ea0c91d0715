"""The facts of a span of tickets without the peer groups, and who answers for each: what is kept of open months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, not_, or_, select, union_all
from sqlalchemy.orm import Session

from dispatch.directory.models import ReferenceVersion, UnitGroup
from dispatch.tickets import as_of as known
from dispatch.tickets.as_of import Span
from dispatch.tickets.models import Ticket


def span_facts(as_of: datetime, span: Span) -> CompoundSelect[Any]:
    """One row per ticket of some unit as of ``as_of``: the columns of ``facts`` but ``unit_id``, which ``charged`` adds."""
    glance, late = known.at_a_glance(as_of, span).subquery(), known.looked_up(as_of, span).subquery()
    return union_all(
        select(glance).where(not_(glance.c.is_late), glance.c.lead_id.is_not(None)),
        select(late).where(late.c.lead_id.is_not(None)),
    )


def dispatched_facts(as_of: datetime, span: Span) -> CompoundSelect[Any]:
    """The same and those that nobody has at T, taken back and waiting: all that the hotline has dispatched by then."""
    glance, late = known.at_a_glance(as_of, span).subquery(), known.looked_up(as_of, span).subquery()
    return union_all(select(glance).where(not_(glance.c.is_late)), select(late))


def charged(rows: Any) -> tuple[Any, ColumnElement[str], ColumnElement[int]]:
    """``rows`` (with ``lead_id`` and ``dispatched_at``) joined with who answers for them, and the columns of group and unit: one
    row per peer group that has such a unit."""
    answers = answers_then(rows.c.lead_id, rows.c.dispatched_at)
    return rows.join(UnitGroup, answers), UnitGroup.__table__.c.peer_group, UnitGroup.__table__.c.charged_unit_id


def charged_at(rows: Any, instant: ColumnElement[datetime], peer_group: str) -> tuple[Any, ColumnElement[int]]:
    """``rows`` by lead (with ``lead_id``) joined with who answered for the lead at ``instant``, and the column of that unit: asked
    once per lead, where ``charged`` pays for every ticket."""
    answers = and_(UnitGroup.peer_group == peer_group, answers_then(rows.c.lead_id, instant))
    return rows.join(UnitGroup, answers), UnitGroup.__table__.c.charged_unit_id


def perhaps_among(as_of: known.Instant, spans: Sequence[Span], ids: ColumnElement[Sequence[int]]) -> Select[Any]:
    """Of these tickets (an array) those that may be inside any of the spans, and inside which, a column each in their order: the
    others are none of their facts, late or not."""
    at = known.bound(as_of)
    inside = [and_(*known.perhaps_inside(span, at), *span.of_its_kinds) for span in spans]
    columns: list[Any] = [one.label(f"inside_{number}") for number, one in enumerate(inside)]
    return select(Ticket.ticket_id, *columns).where(Ticket.ticket_id == func.any_(ids), or_(*inside))


def directory_version(session: Session) -> int:
    """Counted up with each change of the tree of units: what was charged with another version may be charged otherwise now."""
    return session.scalar(select(version_now())) or 0


def version_now() -> ColumnElement[int]:
    """The same as a column of another question."""
    return func.coalesce(select(ReferenceVersion.version).scalar_subquery(), 0)


def answers_then(unit_id: Any, dispatched_at: Any) -> ColumnElement[bool]:
    """For a join with ``UnitGroup``: the units that answer for this one as the tree stood at dispatch."""
    return and_(
        UnitGroup.unit_id == unit_id,
        UnitGroup.valid_from <= dispatched_at,
        UnitGroup.valid_to > dispatched_at,
    )
