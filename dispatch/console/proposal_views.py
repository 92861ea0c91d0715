"""派单目录建议: what rulings propose, and the decision about each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.disputes import proposing, queries
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Conflict
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires

blueprint = Blueprint("console_proposals", __name__)


@blueprint.get("/catalogue-proposals")
@requires("catalogue.decide")
def proposals_page() -> Any:
    """Those to be decided first, then the decided ones, newest first."""
    with transaction() as session:
        city = reference(session, moment())
        rows = sorted(queries.proposals(session), key=lambda row: row[0].state != "proposed")
        return render_template(
            "console/proposals.html",
            rows=rows,
            places={code: unit.name for code, unit in city.known.items()},
            names={unit_id: unit.name for unit_id, unit in city.by_id.items()},
        )


@blueprint.post("/catalogue-proposals/<proposal_id>")
@requires("catalogue.decide")
def decide(proposal_id: str) -> Any:
    """Accept or reject."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            proposing.decide(
                session,
                queries.proposal_id_of(proposal_id),
                is_accepted=request.form.get("is_accepted") == "true",
                actor=person.actor,
                at=at,
            )
        flash(_("已处理这条派单目录建议。"), "good")
    except Conflict as error:
        flash(_(error.message), "bad")
    return redirect("/catalogue-proposals", 303)
