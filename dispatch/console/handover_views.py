"""交接单: what one shift leaves to the next, on one sheet to be read on the screen or printed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from dispatch.console import scope, worklist_views
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.console.worklist_views import WorkRow
from dispatch.directory.snapshot import reference
from dispatch.duty.queries import on_duty_now
from dispatch.kernel.db import transaction
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.tickets import queries, work_queries

SHOWN = 500
SHIFT_HOURS, LONGEST_HOURS = 12, 72

blueprint = Blueprint("console_handover", __name__)


@blueprint.get("/handover")
@requires("ticket.acknowledge")
def handover_page() -> Any:
    """Open tickets by what the next shift must do, and what this one has done; since its shift began, or ``hours`` ago."""
    person, at = current_person(), moment()
    with transaction() as session:
        city, ids = reference(session, at), scope.own_unit_ids(session, person, at=at)
        since = _since(session, ids, read_number(request.args.get("hours")), at)
        found = queries.worklist(session, ids, limit=SHOWN + 1)
        rows = worklist_views.rows_of(session, found[:SHOWN], city, person=person, at=at)
        unit = city.by_id.get(person.unit_id or 0)
        return render_template(
            "console/handover.html",
            unit=unit,
            since=since,
            until=at + (at - since),
            done=work_queries.turnover(session, ids, since=since),
            groups=_groups(rows, at, at + (at - since)),
            has_more=len(found) > SHOWN,
            shown=SHOWN,
        )


def _since(session: Session, ids: list[int], hours: int | None, at: datetime) -> datetime:
    if hours is not None and 0 < hours <= LONGEST_HOURS:
        return at - timedelta(hours=hours)
    shift = next(iter(on_duty_now(session, ids, at=at, limit=1)), None)
    return shift[0].starts_at if shift is not None else at - timedelta(hours=SHIFT_HOURS)


def _groups(rows: list[WorkRow], at: datetime, until: datetime) -> list[tuple[str, list[WorkRow]]]:
    """(heading, rows): each row once, under the first heading that it belongs to; empty ones are left out."""
    tests = (
        (_("已超时"), lambda row: row.due_at is not None and row.due_at < at),
        (_("还没有签收"), lambda row: row.state == "sent"),
        (_("异议等待裁定"), lambda row: row.state == "disputed"),
        (_("下一班内到期"), lambda row: row.due_at is not None and row.due_at <= until),
        (_("其余在办"), lambda _row: True),
    )
    groups: dict[str, list[WorkRow]] = {}
    for row in rows:
        heading = next(heading for heading, is_here in tests if is_here(row))
        groups.setdefault(heading, []).append(row)
    return [(heading, groups[heading]) for heading, _test in tests if heading in groups]
