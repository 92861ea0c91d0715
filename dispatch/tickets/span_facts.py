"""The facts of a span of tickets without the peer groups, and who answers for each: what is kept of open months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, not_, select, union_all
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


def perhaps_among(as_of: known.Instant, span: Span, ids: ColumnElement[Sequence[int]]) -> Select[int]:
    """Of these tickets (an array) those that may be inside the span: the others are none of its facts, late or not."""
    inside = known.perhaps_inside(span, known.bound(as_of))
    return select(Ticket.ticket_id).where(Ticket.ticket_id == func.any_(ids), *inside, *span.of_its_kinds)


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
