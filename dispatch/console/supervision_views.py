"""督办看板: a district's (or a unit's) copies and overdue tickets, and the city's overview."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from dispatch.access.scope import unit_ids_in_scope
from dispatch.console import board_views, scope, work_lists
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.outcomes import daily
from dispatch.tickets import queries, work_queries

PAGE_SIZE = 50
SHOWN = 20

blueprint = Blueprint("console_supervision", __name__)


def is_of_a_unit(person: Person) -> bool:
    """Whether the person belongs to a unit: theirs is the district's board."""
    return person.unit_id is not None


def is_of_the_hotline(person: Person) -> bool:
    """Whether the person belongs to the hotline itself: theirs is the city's overview."""
    return person.unit_id is None


@blueprint.get("/district")
@requires("supervision.view")
def district_page() -> Any:
    """What runs late below the person's unit, and what was copied to it."""
    at, person = moment(), current_person()
    before = read_number(request.args.get("before"))
    if not is_of_a_unit(person):
        raise Forbidden
    with transaction() as session:
        board = board_views.values(session, person, at=at)
        if request.headers.get("HX-Request") == "true":
            return board_views.fragment("console/board.html", board | {"board_url": "/district"})
        ids = scope.own_unit_ids(session, person, at=at)
        late = work_queries.overdue(session, ids, at=at, limit=SHOWN)
        overdue, _more = work_lists.page_of_rows(session, late, SHOWN, person=person, at=at)
        found = queries.copies(session, ids, before=before, limit=PAGE_SIZE + 1)
        copies, next_before = work_lists.page_of_rows(session, found, PAGE_SIZE, person=person, at=at)
        lists = {"overdue": overdue, "copies": copies, "before": before, "next": next_before}
        return render_template("console/district.html", board_url="/district", **board, **lists)


@blueprint.get("/city")
@requires("supervision.view")
def city_page() -> Any:
    """The whole city at a glance; with HX-Request only the figures."""
    at, person = moment(), current_person()
    if unit_scoped(person):
        raise Forbidden
    with transaction() as session:
        board = board_views.values(session, person, at=at)
        board |= {"board_url": "/city", "awaiting": work_queries.awaiting_count(session)}
        if request.headers.get("HX-Request") == "true":
            return board_views.fragment("console/board.html", board)
        rows, _more = work_lists.newest(session, person=person, before=None, limit=SHOWN, at=at)
        city = reference(session, at)
        days = daily.days(session, at=at, count=city.procedure.overview_days, calendar=city.calendar)
        return render_template("console/city.html", rows=rows, days=days, kinds=daily.KINDS, **board)


def unit_scoped(person: Person) -> bool:
    """Whether some tickets are hidden from this person, so that figures of the city are not theirs."""
    with transaction() as session:
        return unit_ids_in_scope(session, person, at=moment()) is not None
