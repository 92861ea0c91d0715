"""Repeats beside the intake form: open matters of the same place and category, found while the operator types."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from dispatch.console import choices, scope
from dispatch.console.progress import progress_sentence
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.merging import queries
from dispatch.routing.decision import Matter, decide
from dispatch.tickets import work_queries

blueprint = Blueprint("console_repeats", __name__)


@blueprint.post("/desk/repeats")
@requires("ticket.accept")
def repeats() -> Any:
    """What the matter on the form may be repeating; the caller's own tickets are another, logged search."""
    at, person = moment(), current_person()
    title, text = request.form.get("title", "").strip(), request.form.get("text", "").strip()
    if not title and not text:
        return render_template("console/repeats.html", rows=[])
    with transaction() as session:
        city = reference(session, at)
        try:
            decision = decide(_matter(title, text, choices.unit_code_of(request.form.get("unit", ""), city)), city, at)
        except DomainError:
            return render_template("console/repeats.html", rows=[])
        rules = city.procedure
        found = queries.repeats(
            session,
            place_code=decision.place_code,
            category=decision.category,
            at=at,
            days=rules.repeat_days,
            limit=rules.repeats_shown,
        )
        titles = work_queries.titles(session, [one.ticket.ticket_id for one in found])
        pairs = [(one.ticket.ticket_id, titles.get(one.ticket.ticket_id)) for one in found]
        shown = scope.shown_words(session, pairs, person=person)
        rows = [
            (one, title or _("（无标题）"), progress_sentence(one.ticket, city))
            for one, title in zip(found, shown, strict=True)
        ]
        return render_template("console/repeats.html", rows=rows)


def _matter(title: str, text: str, unit_code: str | None) -> Matter:
    form = request.form
    return Matter(
        title=title,
        text=text,
        address=form.get("address", "").strip(),
        kind=form.get("kind") or "complaint",
        urgency=form.get("urgency") or "ordinary",
        category=form.get("category") or None,
        unit_code=unit_code,
    )
