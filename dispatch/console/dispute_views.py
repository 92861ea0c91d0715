"""异议裁定: the adjudicator's queue by ruling limit, and the form with the unit's reasons beside the ticket."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy.orm import Session

from dispatch.console import choices, scope
from dispatch.console.consultation_thread import Thread, thread_of
from dispatch.console.precedents import precedents_of
from dispatch.console.ticket_page import page_of
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import Reference, reference
from dispatch.disputes import queries as dispute_queries
from dispatch.disputes import ruling as rulings
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.tickets import queries
from dispatch.tickets.disputing import Ruling
from dispatch.tickets.models import Dispute

PAGE_SIZE = 50
BY_PEOPLE = (Ruling.UPHELD, Ruling.REFUSED, Ruling.DESIGNATED)  # silence is the sweep's
LONGEST_REASON = 5_000

blueprint = Blueprint("console_disputes", __name__)


@blueprint.get("/disputes")
@requires("ticket.rule")
def disputes_page() -> Any:
    """What waits for a ruling, soonest limit first."""
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        found = queries.disputes_waiting(session, limit=PAGE_SIZE)
        titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
        rows = [
            (row.Dispute, row.Ticket, title, city.by_id[row.Dispute.unit_id].name)
            for row, title in zip(found, titles, strict=True)
        ]
        return render_template("console/disputes.html", rows=rows)


@blueprint.get("/disputes/<ticket_no>")
@requires("ticket.rule")
def dispute_page(ticket_no: str) -> Any:
    """One dispute with the form; without an open one back to the queue."""
    return _page(ticket_no)


@blueprint.post("/disputes/<ticket_no>")
@requires("ticket.rule")
def rule(ticket_no: str) -> Any:
    """裁定."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
            city = reference(session, at)
            ruling = _ruling()
            rulings.rule(
                session,
                ticket.ticket_id,
                ruling=ruling,
                support_codes=_supports(city),
                proposes=request.form.get("proposes") == "true",
                unit_code=choices.unit_code_of(request.form.get("unit", ""), city),
                reason=request.form.get("reason", "")[:LONGEST_REASON],
                reference=city,
                actor=person.actor,
                at=at,
            )
    except DomainError as error:
        return back_to_dispute(ticket_no, error)
    flash(_("%(number)s 已裁定：%(ruling)s。", number=ticket_no, ruling=_(words.ruling[ruling])), "good")
    return redirect("/disputes", 303)


def back_to_dispute(ticket_no: str, error: DomainError) -> Any:
    """After a refusal: the queue where there is nothing left to do, else the form with the reason and what was typed."""
    if isinstance(error, Conflict):
        flash(_(error.message), "bad")
        return redirect("/disputes", 303)
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    return _page(ticket_no, problem), problem.status


def _ruling() -> str:
    ruling = request.form.get("ruling", "")
    if ruling not in BY_PEOPLE:
        raise DomainError("dispute.unknown_ruling", "请选择裁定结果。", field="ruling")
    return ruling


def _supports(city: Reference) -> list[str]:
    """Those of the catalogue that were left ticked, less the unit ruled, and those typed."""
    ruled = choices.unit_code_of(request.form.get("unit", ""), city)
    named = [code for code in request.form.getlist("named_supports") if code != ruled]
    typed = [label for label in request.form.getlist("supports") if label.strip()]
    return named + [choices.unit_code_of(label, city) or "" for label in typed]


def _thread(session: Session, open_one: Dispute, city: Reference, person: Person) -> Thread | None:
    if open_one.consulted_at is None:
        return None
    parties = dispute_queries.parties(session, open_one.ticket_id, open_one.number)
    return thread_of(session, open_one, parties, city, person=person)


def _page(ticket_no: str, problem: Problem | None = None) -> Any:
    at, person = moment(), current_person()
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        open_one = queries.open_dispute(session, ticket.ticket_id)
        if open_one is None:
            flash(_("这张工单没有待裁定的异议，可能已由他人裁定。"), "bad")
            return redirect("/disputes", 303)
        city = reference(session, at)
        return render_template(
            "console/dispute.html",
            page=page_of(session, ticket, person=person, at=at),
            ticket=ticket,
            dispute=open_one,
            unit_name=city.by_id[open_one.unit_id].name,
            thread=_thread(session, open_one, city, person),
            **precedents_of(session, ticket, city, person=person),
            rulings=[(ruling, _(words.ruling[ruling])) for ruling in BY_PEOPLE],
            units=choices.unit_options(city),
            named=choices.support_options(city, ticket),
            form=request.form,
            problem=problem,
        )
