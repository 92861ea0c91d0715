"""值班表: my calls, who is on duty now, the coming week, and a form for as many days as one likes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import ngettext
from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.console import choices, duty_page
from dispatch.console.duty_form import people_in_turn, spans
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.duty import calling, services
from dispatch.duty.people import people_by_login
from dispatch.duty.tiling import in_turn
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

blueprint = Blueprint("console_duty", __name__)

Units = frozenset[int] | None
Change = Callable[[Session, Reference, Units], str]


@blueprint.get("/duty")
@requires("duty.view", "duty.answer")
def rota_page() -> Any:
    """The rota of the units in scope, and the calls of whoever looks."""
    return _page()


@blueprint.post("/duty")
@requires("duty.keep")
def fill() -> Any:
    """Fill so many days with people in turn."""
    at, person, form = moment(), current_person(), request.form

    def change(session: Session, city: Reference, units: Units) -> str:
        code = choices.unit_code_of(form.get("unit_code", ""), city) or person.unit_code or ""
        unit_id = services.unit_in_scope(code, units, city)
        tiled = spans(form, city)
        people = people_in_turn(session, form.get("people", ""))
        shifts = [shift for shift in in_turn(tiled, people, unit_id) if shift.ends_at > at]
        made = services.enter(session, shifts, units=units, reference=city, actor=person.actor, at=at)
        return str(ngettext("已登记 %(num)s 个班次。", "已登记 %(num)s 个班次。", len(made)))

    return _do(change, at)


@blueprint.post("/duty/shifts/<int:shift_id>/remove")
@requires("duty.keep")
def remove(shift_id: int) -> Any:
    """Remove a shift that has not begun."""
    at = moment()

    def change(session: Session, _city: Reference, units: Units) -> str:
        services.remove(session, shift_id, units=units, at=at)
        return str(_("已移除班次。"))

    return _do(change, at)


@blueprint.post("/duty/shifts/<int:shift_id>/hand-over")
@requires("duty.keep")
def hand_over(shift_id: int) -> Any:
    """A running shift ends now; whoever is named has the rest of it."""
    at, actor, login = moment(), current_person().actor, request.form.get("login", "").strip()

    def change(session: Session, city: Reference, units: Units) -> str:
        to = people_by_login(session, login, None)[0] if login else None
        services.hand_over(session, shift_id, units=units, to=to, reference=city, actor=actor, at=at)
        return str(_("已交班。"))

    return _do(change, at)


@blueprint.post("/duty/calls/<int:call_id>/read")
@requires("duty.answer")
def read(call_id: int) -> Any:
    """The person has seen it."""
    with transaction() as session:
        calling.read(session, call_id, account_id=current_person().account_id, at=moment())
    flash(_("已标记为已读。"), "good")
    return redirect("/duty", 303)


def _do(change: Change, at: datetime) -> Any:
    """One change of the rota as one transaction; a refusal is shown on the page, with what was typed."""
    try:
        with transaction() as session:
            done = change(session, reference(session, at), unit_ids_in_scope(session, current_person(), at=at))
    except DomainError as error:
        if isinstance(error, NotFound) and error.code == "duty.unknown_shift":
            raise
        problem = problem_of_domain(error)
        return _page(problem), problem.status
    flash(done, "good")
    return redirect("/duty", 303)


def _page(problem: Problem | None = None) -> str:
    person, at = current_person(), moment()
    with transaction() as session:
        typed = request.values.get("unit", "")
        values = duty_page.values(session, typed, person=person, at=at)
        return render_template("console/duty.html", problem=problem, form=request.form, **values)
