"""录入值: the values of one kind and period, unit by unit, and the form that enters them."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for

from assessment.console import words
from assessment.console.pickers import Asked, asked_of, recent
from assessment.given import queries, services
from assessment.given.kinds import kinds
from assessment.given.services import LONGEST_SOURCE, Entered
from assessment.schemes.model import Group
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.kernel.slots import NavEntry, add_nav

VIEWERS = ("given.enter", "ranking.view_all")
NAVIGATION = NavEntry("录入值", "/ranking/values", VIEWERS, "pencil-square", 62)
FIELD, SEEN = "value-", "seen-"

blueprint = Blueprint("given", __name__, url_prefix="/ranking/values", template_folder="templates")
log = structlog.get_logger("given")


def install(app: Flask) -> None:
    """Register the pages and their place in the navigation; their words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)
    add_nav(app, NAVIGATION)


@blueprint.get("")
@requires(*VIEWERS)
def values_page() -> Any:
    """What stands, by unit."""
    return _page(asked_of(request.args, at=now()), None)


@blueprint.post("")
@requires("given.enter")
def enter() -> Any:
    """The form as sent: versions of what changed, or the form again with what is wrong."""
    at, person, asked = now(), current_person(), asked_of(request.form, at=now())
    source = request.form.get("source", "")
    typed = {name.removeprefix(FIELD): text for name, text in request.form.items() if name.startswith(FIELD)}
    lines = [Entered(code, text, source, _seen(code)) for code, text in typed.items()]
    try:
        with transaction() as session:
            zone = runtime().config.time_zone
            given: dict[str, Any] = {"group": asked.group, "actor": person.actor, "zone": zone, "at": at}
            added = services.enter(
                session, _kind(request.form.get("kind")), request.form.get("period", ""), lines, **given
            )
    except DomainError as error:
        problem = problem_of_domain(error)
        return _page(asked, problem, typed=typed), problem.status
    log.info("given_values", kind=request.form.get("kind"), period=asked.period.name, added=added, actor=person.actor)
    flash(_("已保存 %(count)s 个单位的值。", count=added) if added else _("没有改动。"), "good")
    address: dict[str, Any] = {"kind": _kind(request.form.get("kind")), **asked.address}
    return redirect(url_for("given.values_page", **address), 303)


def _seen(code: str) -> int | None:
    """The version that the form showed; None where what it says is no number."""
    word = request.form.get(f"{SEEN}{code}", "")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else None


def _kind(key: str | None) -> str:
    return key if key is not None and key in kinds() else next(iter(kinds()))


def _page(asked: Asked, problem: Problem | None, *, typed: dict[str, str] | None = None) -> str:
    at, kind = now(), kinds()[_kind(request.values.get("kind"))]
    with transaction() as session:
        units = contract.units_in_effect(session, asked.group, asked.period.start, asked.period.end)
        return render_template(
            "given/values.html",
            asked=asked,
            kind=kind,
            kinds=kinds(),
            periods=recent(at, asked.period),
            groups=list(Group),
            units=units,
            entries=queries.entries(session, kind.key, asked.period.name, at),
            typed=typed or {},
            source=request.form.get("source", ""),
            longest=LONGEST_SOURCE,
            problem=problem,
            may_enter=current_person().may("given.enter"),
            names=words,
        )
