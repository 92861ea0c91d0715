"""What the hotline and its units should do better: accurate first dispatches, completions that were no completion."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from dispatch.access.scope import unit_ids_in_scope
from dispatch.console import work_lists
from dispatch.console.keyset import read_number
from dispatch.console.timing import local, moment
from dispatch.directory.snapshot import reference
from dispatch.disputes.accuracy import first_dispatch_accuracy
from dispatch.kernel.db import transaction
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.tickets import completing

PAGE_SIZE = 50
ONE_DAY = timedelta(days=1)

blueprint = Blueprint("console_quality", __name__)


@blueprint.get("/dispatch-accuracy")
@requires("accuracy.view")
def accuracy_page() -> Any:
    """首派准确率 of the days asked for, both included; else of this month so far."""
    today = local(moment()).date()
    first = _day(request.args.get("from"), today.replace(day=1))
    last = max(_day(request.args.get("to"), today), first)
    with transaction() as session:
        zone = reference(session, moment()).calendar.zone
        start, end = (datetime.combine(day, time(), zone) for day in (first, last + ONE_DAY))
        city, categories = first_dispatch_accuracy(session, start, end)
    rows = sorted(categories, key=lambda one: (-one.returned, one.category or ""))
    return render_template("console/accuracy.html", city=city, rows=rows, first=first, last=last)


@blueprint.get("/premature-completions")
@requires("completion.review")
def premature_page() -> Any:
    """Completions without contact, without an answer worth the name, or right after signing; newest first."""
    at, person = moment(), current_person()
    before = read_number(request.args.get("before"))
    with transaction() as session:
        units = unit_ids_in_scope(session, person, at=at)
        found = completing.premature(session, units, before=before, limit=PAGE_SIZE + 1)
        rows, following = work_lists.page_of_rows(session, found, PAGE_SIZE, person=person, at=at)
        reasons = {row.Ticket.ticket_id: completing.reasons_of(row.Ticket) for row in found}
        return render_template("console/premature.html", rows=rows, reasons=reasons, before=before, next=following)


def _day(typed: str | None, otherwise: date) -> date:
    try:
        found = date.fromisoformat(typed or "")
    except ValueError:
        return otherwise
    return found if date(1970, 1, 1) <= found <= date(2999, 12, 31) else otherwise
