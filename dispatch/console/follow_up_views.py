"""回访台: the queue of whom to call now, and the call's form with its three questions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from dispatch.console import choices, scope
from dispatch.console.ticket_page import page_of
from dispatch.console.timing import moment
from dispatch.console.words import OUTCOMES, SATISFACTIONS, SOLVED
from dispatch.directory.snapshot import reference
from dispatch.follow_ups import queries, services
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

PAGE_SIZE = 50
LONGEST_WORDS = 5_000
TRUTHS = {"true": True, "false": False}

blueprint = Blueprint("console_follow_ups", __name__)


@blueprint.get("/follow-ups")
@requires("follow_up.attempt")
def queue_page() -> Any:
    """Whom to call now, longest waiting first."""
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        found = queries.queue(session, at=at, limit=PAGE_SIZE)
        titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
        rows = [
            (row.FollowUp, row.Ticket, title, city.by_id[row.FollowUp.charged_unit_id].name)
            for row, title in zip(found, titles, strict=True)
        ]
        return render_template("console/follow_ups.html", rows=rows)


@blueprint.get("/follow-ups/<ticket_no>")
@requires("follow_up.attempt")
def call_page(ticket_no: str) -> Any:
    """The ticket beside the script of the call."""
    return _page(ticket_no)


@blueprint.post("/follow-ups/<ticket_no>")
@requires("follow_up.attempt")
def record_attempt(ticket_no: str) -> Any:
    """Register one attempt; then on to the queue."""
    at, person, form = moment(), current_person(), request.form
    try:
        with transaction() as session:
            ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
            services.attempt(
                session,
                ticket.ticket_id,
                outcome=form.get("outcome", ""),
                contacted=TRUTHS.get(form.get("contacted", "")),
                solved=form.get("solved") or None,
                satisfaction=form.get("satisfaction") or None,
                words=form.get("words", "")[:LONGEST_WORDS] or None,
                reference=reference(session, at),
                actor=person.actor,
                at=at,
            )
    except DomainError as error:
        if error.status == 404:
            raise
        problem = problem_of_domain(error)
        return _page(ticket_no, problem), problem.status
    flash(_("%(number)s 的回访已登记。", number=ticket_no), "good")
    return redirect("/follow-ups", 303)


def _page(ticket_no: str, problem: Problem | None = None) -> str:
    at, person = moment(), current_person()
    unsaid = _("未回答")
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        return render_template(
            "console/follow_up.html",
            page=page_of(session, ticket, person=person, at=at),
            ticket=ticket,
            outcomes=choices.options(OUTCOMES),
            contacted=[("true", _("联系过")), ("false", _("没有联系")), ("", unsaid)],
            solved=[*choices.options(SOLVED), ("", unsaid)],
            satisfactions=[*choices.options(SATISFACTIONS), ("", unsaid)],
            shown_minutes=reference(session, at).procedure.contact_shown_minutes,
            form=request.form,
            problem=problem,
        )
