"""督办看板: a district's (or a unit's) copies and overdue tickets, and the city's overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.console import scope, work_lists
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.outcomes import daily
from dispatch.tickets import queries, work_queries

PAGE_SIZE = 50
SHOWN = 20

blueprint = Blueprint("console_supervision", __name__)


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """Open leads of one district, everything below it included."""

    code: str
    name: str
    open: int
    unacknowledged: int
    overdue: int


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
        ids = scope.own_unit_ids(session, person, at=at)
        late = work_queries.overdue(session, ids, at=at, limit=SHOWN)
        overdue, _more = work_lists.page_of_rows(session, late, SHOWN, person=person, at=at)
        found = queries.copies(session, ids, before=before, limit=PAGE_SIZE + 1)
        copies, next_before = work_lists.page_of_rows(session, found, PAGE_SIZE, person=person, at=at)
        return render_template(
            "console/district.html",
            counts=work_queries.worklist_counts(session, ids, at=at),
            overdue=overdue,
            copies=copies,
            before=before,
            next=next_before,
        )


@blueprint.get("/city")
@requires("supervision.view")
def city_page() -> Any:
    """The whole city at a glance; with HX-Request only the figures."""
    at, person = moment(), current_person()
    if unit_scoped(person):
        raise Forbidden
    with transaction() as session:
        awaiting, disputes = work_queries.waiting_counts(session)
        city = reference(session, at)
        values = {
            "awaiting": awaiting,
            "disputes": disputes,
            "counts": work_queries.worklist_counts(session, None, at=at),
            "districts": _districts(session, city, at),
        }
        if request.headers.get("HX-Request") == "true":
            return render_template("console/city_figures.html", **values)
        rows, _more = work_lists.newest(session, person=person, before=None, limit=SHOWN, at=at)
        rules = city.procedure
        days = daily.days(session, at=at, count=rules.overview_days, calendar=city.calendar)
        return render_template("console/city.html", rows=rows, days=days, kinds=daily.KINDS, **values)


def unit_scoped(person: Person) -> bool:
    """Whether some tickets are hidden from this person, so that figures of the city are not theirs."""
    with transaction() as session:
        return unit_ids_in_scope(session, person, at=moment()) is not None


def _districts(session: Session, city: Reference, at: datetime) -> list[DistrictRow]:
    """Figures by district, by code; city departments and enterprises together at the end."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in work_queries.open_by_unit(session, at=at):
        district = city.district_of(city.by_id[row.unit_id])
        key = (district.code, district.name) if district else ("", str(_("市级部门和企业")))
        counted = sums.setdefault(key, [0, 0, 0])
        for place, value in enumerate((row.open, row.unacknowledged, row.overdue)):
            counted[place] += value
    ordered = sorted(sums.items(), key=lambda item: (item[0][0] == "", item[0][0]))
    return [DistrictRow(code, name, *counted) for (code, name), counted in ordered]
