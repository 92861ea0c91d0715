"""系统管理: the tree of units to look through, and how the system runs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.console.timing import moment, span_words
from dispatch.directory.snapshot import Reference, UnitRef, reference
from dispatch.kernel import health, outbox
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.outbox import Outbox
from dispatch.kernel.periodic import PeriodicRun
from dispatch.kernel.route_rules import requires
from dispatch.limits.shipped import holiday_rows

SHOWN = 100

blueprint = Blueprint("console_admin", __name__, url_prefix="/admin")


@blueprint.get("/units")
@requires("unit.manage")
def units_page() -> Any:
    """The units right under one (``under``), or those whose name or code holds the words (``q``)."""
    words, under = request.args.get("q", "").strip(), request.args.get("under", "").strip()
    at = moment()
    with transaction() as session:
        city = reference(session, at)
        chosen = city.known.get(under)
        if under and chosen is None:
            raise NotFound("directory.unknown_unit", "没有这个单位。")
        found = _search(city, words) if words else _children(city, chosen)
        rows = [(unit, len(city.children.get(unit.unit_id, ()))) for unit in found[:SHOWN]]
        path = list(city.lineage(chosen))[::-1] if chosen else []
        return render_template(
            "console/units.html",
            rows=rows,
            typed=words,
            path=path,
            count=len(found),
            total=len(city.by_code),
        )


@blueprint.get("/system")
@requires("system.view")
def system_page() -> Any:
    """Health, what waits to leave, what runs again and again, which holiday notices are there."""
    checks = {"database": health.check_database(), "redis": health.check_redis()}
    at = machine_now()
    with transaction() as session:
        moment()
        return render_template(
            "console/system.html",
            checks=checks,
            waiting=_waiting(session),
            oldest=span_words(int(outbox.oldest_age_seconds(session, at=at))),
            runs=session.scalars(select(PeriodicRun).order_by(PeriodicRun.name)).all(),
            years=(min(years := {row.notice_year for row in holiday_rows()}), max(years)),
        )


def _waiting(session: Session) -> list[tuple[str, int, int]]:
    """Of each consumer: how many outbox rows wait, and how many of them have failed before."""
    rows = session.execute(
        select(Outbox.consumer, func.count(), func.count().filter(Outbox.last_error.is_not(None)))
        .group_by(Outbox.consumer)
        .order_by(Outbox.consumer)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _search(city: Reference, words: str) -> list[UnitRef]:
    fitting = (unit for unit in city.by_code.values() if words in unit.name or unit.code.startswith(words))
    return sorted(fitting, key=lambda unit: (len(unit.code), unit.code))


def _children(city: Reference, chosen: UnitRef | None) -> list[UnitRef]:
    if chosen is None:
        return sorted((unit for unit in city.by_code.values() if unit.parent_id is None), key=lambda unit: unit.code)
    children = (city.by_id[unit_id] for unit_id in city.children.get(chosen.unit_id, ()))
    return sorted(children, key=lambda unit: unit.code)
