"""互评: the form of one's own unit, and what came of everybody's."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from assessment.console import words
from assessment.console.pickers import Asked, asked_of, recent
from assessment.marks import queries, services
from assessment.marks.forms import mark_forms
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.kernel.slots import NavEntry, add_nav

VIEWERS = ("mark.give", "ranking.view_all")
NAVIGATION = NavEntry("互评", "/ranking/marks", VIEWERS, "arrow-left-right", 63)
FIELD = "mark-"

blueprint = Blueprint("marks", __name__, url_prefix="/ranking/marks", template_folder="templates")
log = structlog.get_logger("marks")


def install(app: Flask) -> None:
    """Register the pages and their place in the navigation; their words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)
    add_nav(app, NAVIGATION)


@blueprint.get("")
@requires(*VIEWERS)
def marks_page() -> Any:
    """The form of one's own unit where it has one; the results for whoever sees all."""
    return _page(asked_of(request.args, at=now()), None)


@blueprint.post("")
@requires("mark.give")
def give() -> Any:
    """The form as sent: versions of what changed, or the form again with what is wrong."""
    at, person, asked = now(), current_person(), asked_of(request.form, at=now())
    if person.unit_id is None:
        raise NotFound("mark.no_form", "本单位没有需要填写的互评表。")
    marks = {name.removeprefix(FIELD): text for name, text in request.form.items() if name.startswith(FIELD)}
    try:
        with transaction() as session:
            stamp: dict[str, Any] = {"actor": person.actor, "zone": runtime().config.time_zone, "at": at}
            added = services.give(session, person.unit_id, request.form.get("period", ""), marks, **stamp)
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        problem = problem_of_domain(error)
        return _page(asked, problem), problem.status
    log.info("marks", period=asked.period.name, added=added, actor=person.actor)
    flash(_("已保存 %(count)s 项评分。", count=added) if added else _("没有改动。"), "good")
    return redirect(url_for("marks.marks_page", period=asked.period.name), 303)


def _page(asked: Asked, problem: Problem | None) -> str:
    at, person = now(), current_person()
    with transaction() as session:
        own = _own(session, person, asked)
        shown: dict[str, Any] = {"form": None, "units": [], "standing": {}} if own is None else own
        return render_template(
            "marks/marks.html",
            asked=asked,
            periods=recent(at, asked.period),
            results=_results(session, asked) if person.may("ranking.view_all") else [],
            sees_all=person.may("ranking.view_all"),
            scale=range(mark_forms().lowest, mark_forms().highest + 1),
            problem=problem,
            names=words,
            **shown,
        )


def _own(session: Session, person: Person, asked: Asked) -> dict[str, Any] | None:
    if person.unit_id is None or not person.may("mark.give"):
        return None
    try:
        form = services.form_of(session, person.unit_id)
    except NotFound:
        return None
    return {
        "form": form,
        "units": services.whom(session, form, person.unit_id, asked.period),
        "standing": queries.given_by(session, person.unit_id, asked.period.name, now()),
    }


def _results(session: Session, asked: Asked) -> list[tuple[Any, list[tuple[Any, tuple[int, int, int] | None]]]]:
    """Per form: each unit that is marked in it, and (sum, most, how many marks); None where it has none."""
    found = queries.results(session, asked.period.name, now())
    return [
        (form, [(unit, found.get(unit.code)) for unit in _marked(session, form.receiver, asked)])
        for form in mark_forms().forms
    ]


def _marked(session: Session, kind: str, asked: Asked) -> list[contract.UnitInEffect]:
    return contract.units_in_effect(session, kind, asked.period.start, asked.period.end)
