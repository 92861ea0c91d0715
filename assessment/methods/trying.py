"""A draft tried on the last ended period with tickets: the table as it was judged, and as the draft would judge it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment import queries, schemes
from assessment.boards.side_by_side import SideBySide, side_by_side
from assessment.console.question import DEFAULT_SCHEME
from assessment.methods import in_force
from assessment.rankings import peer_group_of
from assessment.schemes import Scheme
from assessment.schemes.model import Group
from assessment.service import table


def tried_on(session: Session, scheme: Scheme, group: str, *, at: datetime, zone: ZoneInfo) -> SideBySide:
    """Left: the scheme of this name as in effect then (of a new name the default one). Right: the draft. Raises
    ``ranking.group_not_assessed`` where one of them does not judge this group."""
    period = queries.latest_period(session, scheme, zone, at)
    name = scheme.name if scheme.name in in_force.names(session) else DEFAULT_SCHEME
    method = in_force.on(session, name, period.first_on).scheme
    before = in_force.for_period(session, name, period.name, zone)[1] if name in schemes.builtin_names() else period
    left = table(session, method, before, peer_group_of(group, method), at, at=at)
    return side_by_side(left, table(session, scheme, period, peer_group_of(group, scheme), at, at=at))


def groups_of(scheme: Scheme) -> list[Group]:
    """Those that the scheme judges, in their order."""
    return [group for group in Group if group in scheme.peer_groups]
