"""个人信息删除: what waits for the decision of whoever did not ask; the ticket itself is not read here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from dispatch.console.audit_views import named
from dispatch.console.timing import moment
from dispatch.erasure import queries, services
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.tickets.queries import ticket_id_of

SHOWN = 100

blueprint = Blueprint("console_erasures", __name__, url_prefix="/admin/erasures")


@blueprint.get("")
@requires("erasure.decide")
def erasures_page() -> Any:
    """Requests, those that wait first."""
    moment()
    with transaction() as session:
        rows = queries.erasures(session, limit=SHOWN)
        actors = {one.asked_by for one, _no, _reason in rows} | {one.decided_by or "" for one, _no, _reason in rows}
        return render_template(
            "console/erasures.html", rows=rows, names=named(session, actors), own=current_person().actor
        )


@blueprint.post("/<ticket_no>")
@requires("erasure.decide")
def decide(ticket_no: str) -> Any:
    """Grant or refuse the request of this ticket."""
    at, actor = moment(), current_person().actor
    is_granted = request.form.get("is_granted") == "true"
    try:
        with transaction() as session:
            services.decide(session, ticket_id_of(session, ticket_no), is_granted=is_granted, actor=actor, at=at)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(_(error.message), "bad")
    else:
        flash(_("已删除，不可恢复。") if is_granted else _("已登记为不予删除。"), "good")
    return redirect(url_for("console_erasures.erasures_page"), 303)
