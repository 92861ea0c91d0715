"""分类模型: every one there was, how good it is and how it drifts; which is in force, going back to another or to keywords."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.learning import queries, services
from dispatch.learning.suggesting import WORDS, why_absent

blueprint = Blueprint("console_models", __name__, url_prefix="/admin/models")


@blueprint.get("")
@requires("model.view")
def models_page() -> Any:
    """All models, the newest first, with how the one in force does; a notice where keywords stand in for it."""
    with transaction() as session:
        rows, current = queries.listed(session), queries.current_row(session)
        uses = queries.uses(session)
        absent = why_absent(session)
        actors = {row.actor for row in rows} | {one.actor for one in uses}
        return render_template(
            "console/models.html",
            rows=rows,
            current=current,
            uses=uses,
            months=queries.drift(session, current.number) if current else (),
            whole=queries.has_file(session),
            notice=WORDS[absent] if absent else "",
            is_cold=current is None,
            names=actor_names(session, actors),
            may_manage=current_person().may("model.manage"),
        )


@blueprint.post("/<int:number>/use")
@requires("model.manage")
def use(number: int) -> Any:
    """Put this one in force."""
    try:
        with transaction() as session:
            services.use(session, number, actor=current_person().actor, at=moment())
    except DomainError as error:
        if error.status == 404:
            raise
        flash(_(error.message), "bad")
    else:
        flash(_("已启用这个模型。"), "good")
    return redirect(url_for("console_models.models_page"), 303)


@blueprint.post("/retire")
@requires("model.manage")
def retire() -> Any:
    """Keywords alone from now on."""
    try:
        with transaction() as session:
            services.retire(session, actor=current_person().actor, at=moment())
    except DomainError as error:
        flash(_(error.message), "bad")
    else:
        flash(_("已停用，此后按关键词建议分类。"), "good")
    return redirect(url_for("console_models.models_page"), 303)
