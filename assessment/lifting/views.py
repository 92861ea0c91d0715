"""提升建议: what would lift a unit most, one page per unit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request

from assessment import queries
from assessment.console import words as names
from assessment.console.question import ask, own_group
from assessment.lifting import words
from assessment.lifting.queries import lift_of
from assessment.metrics import half_up
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires

LISTED = 50

blueprint = Blueprint("lifting", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Register the page; its words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)


@blueprint.get("/ranking/<path:unit_code>/lift")
@requires("ranking.view", "ranking.view_all")
def lift_page(unit_code: str) -> Any:
    """What each kind of loss costs this unit, what is still open, and how far the next rank is."""
    person, at = current_person(), now()
    with transaction() as session:
        visible = queries.require_visible(session, person, unit_code, at=at)
        zone, group = runtime().config.time_zone, own_group(person, visible)
        question = ask(session, request.args, zone=zone, at=at, group=group)
        where = (question.scheme, question.period, question.group, question.as_of)
        found = lift_of(session, *where, code=unit_code, at=at)
        shown = found.open[:LISTED]
        headings = contract.headings(session, [one.fact.ticket_id for one in shown], vault=runtime().vault)
        return render_template(
            "lifting/lift.html",
            question=question,
            found=found,
            lift=found.lift,
            shown=shown,
            headings=headings,
            names=names,
            own_words=words,
            half_up=half_up,
        )
