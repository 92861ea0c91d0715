"""已知事件: the board, one entry with its callers by place, and the progress that everybody attached is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from dispatch.console import choices
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.incidents import queries, services
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

PAGE_SIZE = 100
LONGEST_TITLE = 200
LONGEST_TEXT = 1_000

blueprint = Blueprint("console_incidents", __name__)


@blueprint.get("/incidents")
@requires("incident.view")
def board_page() -> Any:
    """Open entries first, with how many called about each."""
    return _board()


@blueprint.post("/incidents")
@requires("incident.manage")
def open_incident() -> Any:
    """Put a known incident on the board."""
    at, person, form = moment(), current_person(), request.form
    try:
        with transaction() as session:
            city = reference(session, at)
            made = services.open_incident(
                session,
                title=form.get("title", "")[:LONGEST_TITLE],
                category=form.get("category") or None,
                place_code=_place_code(form.get("place", ""), city),
                unit_code=choices.unit_code_of(form.get("unit", ""), city),
                expected_end_at=_instant(form.get("expected_end_at", ""), city),
                reference=city,
                actor=person.actor,
                at=at,
            )
            incident_id = made.incident_id
    except DomainError as error:
        problem = problem_of_domain(error)
        own = {name.removesuffix("_code"): said for name, said in problem.fields.items()}
        problem = replace(problem, fields=own)
        return _board(problem), problem.status
    flash(_("已登记已知事件，话务台现在可以挂接来电。"), "good")
    return redirect(f"/incidents/{incident_id}", 303)


@blueprint.get("/incidents/<int:incident_id>")
@requires("incident.view")
def incident_page(incident_id: int) -> Any:
    """One entry."""
    return _page(incident_id)


@blueprint.post("/incidents/<int:incident_id>/progress")
@requires("incident.manage")
def progress(incident_id: int) -> Any:
    """One text for everybody attached."""
    return _say(incident_id, services.progress, _("进展已发布，正在逐一告知诉求人。"))


@blueprint.post("/incidents/<int:incident_id>/close")
@requires("incident.manage")
def close(incident_id: int) -> Any:
    """The last text; no further caller is attached."""
    return _say(incident_id, services.close, _("已知事件已结束，正在逐一告知诉求人。"))


def _say(incident_id: int, verb: Any, done: str) -> Any:
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            verb(session, incident_id, text=request.form.get("text", "")[:LONGEST_TEXT], actor=person.actor, at=at)
    except NotFound:
        raise
    except DomainError as error:
        problem = problem_of_domain(error)
        return _page(incident_id, problem), problem.status
    flash(done, "good")
    return redirect(f"/incidents/{incident_id}", 303)


def _board(problem: Problem | None = None) -> str:
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        found = queries.board(session, limit=PAGE_SIZE)
        return render_template(
            "incidents/board.html",
            rows=found,
            callers=queries.callers(session, [one.incident_id for one in found]),
            city=city,
            may_manage=person.may("incident.manage"),
            categories=choices.category_options(city, "—"),
            units=choices.unit_options(city),
            places=[choices.unit_label(place.name, place.code) for place in city.by_code.values()],
            form=request.form,
            problem=problem,
        )


def _page(incident_id: int, problem: Problem | None = None) -> str:
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        found = queries.incident(session, incident_id)
        said = queries.progresses(session, incident_id)
        return render_template(
            "incidents/incident.html",
            incident=found,
            unit=city.by_id.get(found.unit_id or 0),
            place=city.known.get(found.place_code or ""),
            places=[
                (place.name if (place := city.known.get(row[0] or "")) else _("地点不明"), row[1], row[2])
                for row in queries.callers_by_place(session, incident_id)
            ],
            count=queries.callers(session, [incident_id])[incident_id],
            said=said,
            names=actor_names(session, {found.opened_by, *(one.actor for one in said)}),
            may_manage=person.may("incident.manage") and found.closed_at is None,
            form=request.form,
            problem=problem,
        )


def _place_code(typed: str, city: Reference) -> str | None:
    """A place is any unit's area: label, code or name, as in the unit fields."""
    return choices.unit_code_of(typed, city)


def _instant(typed: str, city: Reference) -> datetime | None:
    if not typed.strip():
        return None
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=city.calendar.zone)
    except ValueError:
        raise DomainError("incident.end_unreadable", "预计结束时间无法识别。", field="expected_end_at") from None
