"""地名建议: names of places that tickets taught the hotline, each accepted into the gazetteer or rejected by a person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import select

from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.tickets.models import TicketNumber
from dispatch.tuning import proposing, queries

SHOWN = 200

blueprint = Blueprint("console_place_proposals", __name__)


@blueprint.get("/place-proposals")
@requires("unit.manage")
def proposals_page() -> Any:
    """Those to be decided first, with most tickets first; then the decided ones, newest first."""
    with transaction() as session:
        city = reference(session, moment())
        rows = queries.place_proposals(session, limit=SHOWN)
        ids = {ticket for row in rows for ticket in row.ticket_ids}
        named = session.execute(
            select(TicketNumber.ticket_id, TicketNumber.ticket_no).where(TicketNumber.ticket_id.in_(ids))
        )
        numbers: dict[int, str] = {row.ticket_id: row.ticket_no for row in named}
        return render_template("console/place_proposals.html", rows=rows, units=city.by_id, numbers=numbers)


@blueprint.post("/place-proposals")
@requires("unit.manage")
def propose() -> Any:
    """Read the settled tickets of the last while now, instead of waiting for the night."""
    at = moment()
    with transaction() as session:
        made = proposing.propose(session, reference=reference(session, at), at=at)
    flash(_("新增 %(count)s 条地名建议。", count=made) if made else _("没有新的地名建议。"), "good")
    return redirect("/place-proposals", 303)


@blueprint.post("/place-proposals/<int:proposal_id>")
@requires("unit.manage")
def decide(proposal_id: int) -> Any:
    """Accept or reject."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            proposing.decide(
                session,
                proposal_id,
                is_accepted=request.form.get("is_accepted") == "true",
                reference=reference(session, at),
                actor=person.actor,
                at=at,
            )
        flash(_("已处理这条地名建议。"), "good")
    except DomainError as error:
        if error.status == 404:
            raise
        flash(_(error.message), "bad")
    return redirect("/place-proposals", 303)
