"""工单页: the facts, the words, the timeline, and the verbs of the unit that holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.access.contact import contact_reporter
from dispatch.access.scope import unknown_ticket
from dispatch.console import choices, scope
from dispatch.console.ticket_page import TicketPage, page_of
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import Reference, reference
from dispatch.duty.calling import read_ticket
from dispatch.duty.models import DutyCall
from dispatch.kernel import sides
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.tickets import disputing, services
from dispatch.tickets.edge import contacting_unit_id
from dispatch.tickets.models import Ticket

LONGEST_WORDS = 20_000
LONGEST_PURPOSE = 200

blueprint = Blueprint("console_tickets", __name__)

Verb = Callable[[Session, Ticket, int], object]


@blueprint.get("/tickets/<path:ticket_no>")
@requires("ticket.view")
def ticket_page(ticket_no: str) -> Any:
    """One ticket. The number is a path: imported ones may hold a stroke."""
    return _page(ticket_no)


@blueprint.post("/tickets/<ticket_no>/acknowledge")
@requires("ticket.acknowledge")
def acknowledge(ticket_no: str) -> Any:
    """签收."""
    at, actor = moment(), current_person().actor

    def verb(session: Session, ticket: Ticket, unit_id: int) -> object:
        return services.acknowledge(session, ticket.ticket_id, unit_id=unit_id, actor=actor, at=at)

    return _do(ticket_no, verb, done=_("已签收。"))


@blueprint.post("/tickets/<ticket_no>/contacted")
@requires("ticket.acknowledge")
def contacted(ticket_no: str) -> Any:
    """先行联系: the unit has spoken with the reporter."""
    at, actor = moment(), current_person().actor

    def verb(session: Session, ticket: Ticket, unit_id: int) -> object:
        return services.first_contact(session, ticket.ticket_id, unit_id=unit_id, actor=actor, at=at)

    return _do(ticket_no, verb, done=_("已登记先行联系。"))


@blueprint.post("/tickets/<ticket_no>/complete")
@requires("ticket.complete")
def complete(ticket_no: str) -> Any:
    """办结反馈."""
    at, actor = moment(), current_person().actor
    form = request.form

    def verb(session: Session, ticket: Ticket, unit_id: int) -> object:
        return services.complete(
            session,
            ticket.ticket_id,
            unit_id=unit_id,
            answer=_written("answer"),
            report=_written("report") or None,
            without_supports=_written("without_supports") or None,
            is_explained=form.get("is_explained") == "true",
            reference=reference(session, at),
            actor=actor,
            at=at,
        )

    return _do(ticket_no, verb, done=_("已办结，等待回访。"))


@blueprint.post("/tickets/<ticket_no>/dispute")
@requires("ticket.dispute")
def dispute(ticket_no: str) -> Any:
    """派单异议."""
    at, actor = moment(), current_person().actor

    def verb(session: Session, ticket: Ticket, unit_id: int) -> object:
        return disputing.dispute(
            session,
            ticket.ticket_id,
            unit_id=unit_id,
            ground=request.form.get("ground", ""),
            reason=_written("reason"),
            reference=reference(session, at),
            actor=actor,
            at=at,
        )

    return _do(ticket_no, verb, done=_("已提出异议，裁定前办理时限继续计算。"))


@blueprint.post("/tickets/<ticket_no>/contact")
@requires("ticket.contact")
def contact(ticket_no: str) -> Any:
    """联系诉求人: the number once, in the answer itself, so that it is in no address and no redirect."""
    at, person = moment(), current_person()
    purpose = request.form.get("purpose", "").strip()[:LONGEST_PURPOSE]
    try:
        with transaction() as session:
            ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
            city = reference(session, at)
            shown = contact_reporter(
                session,
                ticket.ticket_id,
                vault=runtime().vault,
                actor=person.actor,
                unit_id=contacting_unit_id(session, ticket.ticket_id, person=person, at=at),
                purpose=purpose,
                shown_minutes=city.procedure.contact_shown_minutes,
                at=at,
            )
            return render_template("console/contact.html", contact=shown, ticket=ticket, purpose=purpose)
    except DomainError as error:
        return refused(ticket_no, error)


def _written(name: str) -> str:
    """A long text of the form, control characters out."""
    typed = request.form.get(name, "")[:LONGEST_WORDS].replace("\r\n", "\n")
    return "".join(letter for letter in typed if letter == "\n" or letter.isprintable()).strip()


def _do(ticket_no: str, verb: Verb, *, done: str) -> Any:
    """Run a verb of the lead's unit; then back to the ticket, or the page again with the reason and what was typed."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
            unit_id = scope.acting_unit(session, ticket, person=person, at=at)
            if unit_id is None:
                raise unknown_ticket()
            verb(session, ticket, unit_id)
    except DomainError as error:
        return refused(ticket_no, error)
    flash(done, "good")
    return redirect(url_for("console_tickets.ticket_page", ticket_no=ticket_no), 303)


def refused(ticket_no: str, error: DomainError | Problem) -> Any:
    """The ticket's page again, with the reason and what was typed. Raises NotFound where this person may not see it."""
    if isinstance(error, DomainError):
        error = problem_of_domain(error)
    problem = error
    return _page(ticket_no, problem), problem.status


def _page(ticket_no: str, problem: Problem | None = None) -> str:
    at, person = moment(), current_person()
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        page = page_of(session, ticket, person=person, at=at, is_whole=request.args.get("show") == "all")
        if not sides.is_empty(session, DutyCall, ticket.ticket_id):
            read_ticket(session, ticket.ticket_id, account_id=person.account_id, at=at)
        return _render(page, person, reference(session, at), problem)


def _render(page: TicketPage, person: Person, city: Reference, problem: Problem | None) -> str:
    tried = request.path.rpartition("/")[2] if problem else ""
    return render_template(
        "console/ticket.html",
        page=page,
        ticket=page.ticket,
        actions=page.actions,
        problem=problem,
        tried=tried,
        refused=next((offer for offer in page.offers if offer.verb.name == tried), None),
        form=request.form,
        grounds=choices.options(words.ground),
        may_see_incidents=person.may("incident.view"),
        is_unit=person.unit_id is not None,
        shown_minutes=city.procedure.contact_shown_minutes,
    )
