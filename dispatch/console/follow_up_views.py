"""回访台: the queue of whom to call now, and the call's form with its three questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import select

from dispatch.console import choices, scope
from dispatch.console.ticket_page import page_of
from dispatch.console.timing import moment
from dispatch.console.words import OUTCOMES, SATISFACTIONS, SOLVED
from dispatch.directory.snapshot import reference
from dispatch.follow_ups import queries, services, taking
from dispatch.follow_ups.handling import handled_by
from dispatch.follow_ups.models import FollowUp
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.tickets.models import Ticket

PAGE_SIZE = 50
LONGEST_WORDS = 5_000
TRUTHS = {"true": True, "false": False}

blueprint = Blueprint("console_follow_ups", __name__)


@blueprint.get("/follow-ups")
@requires("follow_up.attempt")
def queue_page() -> Any:
    """Whom this agent may call now, by place in line."""
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        held_before = at - city.procedure.follow_up.taken_for
        found = queries.queue(session, at=at, limit=PAGE_SIZE, agent=person.actor, held_before=held_before)
        titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
        rows = [
            (row.FollowUp, row.Ticket, title, city.by_id[row.FollowUp.charged_unit_id].name)
            for row, title in zip(found, titles, strict=True)
        ]
        return render_template("console/follow_ups.html", rows=rows, minutes=city.procedure.follow_up.taken_minutes)


@blueprint.post("/follow-ups/next")
@requires("follow_up.attempt")
def take_next() -> Any:
    """Take the first in line and open its call; back to the queue where nothing waits."""
    at, person = moment(), current_person()
    with transaction() as session:
        taken = taking.take_next(session, reference=reference(session, at), actor=person.actor, at=at)
        ticket_no = taken.ticket_no if taken else None
    if ticket_no is None:
        flash(_("现在没有您可以回访的工单。"), "bad")
        return redirect("/follow-ups", 303)
    return redirect(f"/follow-ups/{ticket_no}", 303)


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
        city = reference(session, at)
        page = page_of(session, ticket, person=person, at=at)
        return render_template(
            "console/follow_up.html",
            page=page,
            ticket=ticket,
            script=_script(city.procedure.follow_up.script, ticket, page.title),
            follow_up=session.get(FollowUp, (ticket.ticket_id, ticket.round)),
            is_handler=bool(session.scalar(select(handled_by(person.actor, ticket.ticket_id)))),
            outcomes=choices.options(OUTCOMES),
            contacted=[("true", _("联系过")), ("false", _("没有联系")), ("", unsaid)],
            solved=[*choices.options(SOLVED), ("", unsaid)],
            satisfactions=[*choices.options(SATISFACTIONS), ("", unsaid)],
            shown_minutes=city.procedure.contact_shown_minutes,
            form=request.form,
            problem=problem,
        )


def _script(script: Mapping[str, str], ticket: Ticket, title: str) -> dict[str, list[str]]:
    """What to say before the questions and after them; spoken, so it stays Chinese."""
    opening = [script["greeting"].replace("{title}", title)]
    if ticket.round > 1:
        opening.append(script["redo"])
    if ticket.completed_at is None:
        opening.append(script["unfinished"])
    return {"opening": opening, "closing": [script["closing"]]}
