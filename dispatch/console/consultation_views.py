"""会商: the units' list and page of what they are asked about, and the adjudicator's question and remarks."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from dispatch.console import choices, scope
from dispatch.console.consultation_thread import thread_of
from dispatch.console.dispute_views import back_to_dispute
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import reference
from dispatch.disputes import consulting, queries
from dispatch.disputes.edge import ANSWERS, RULES, consultation_of
from dispatch.kernel import texts
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.tickets.models import Ticket

PAGE_SIZE = 50
LONGEST_WORDS = 5_000
MATTER = ("title", "text", "address")

blueprint = Blueprint("console_consultations", __name__)


@blueprint.get("/consultations")
@requires(ANSWERS)
def consultations_page() -> Any:
    """What this person's units are asked about, open ones first."""
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        found = queries.consultations(session, scope.own_unit_ids(session, person, at=at), limit=PAGE_SIZE)
        titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
        rows = [
            (row.Dispute, row.Ticket, title, city.by_id[row.Dispute.unit_id].name)
            for row, title in zip(found, titles, strict=True)
        ]
        return render_template("console/consultations.html", rows=rows)


@blueprint.get("/consultations/<ticket_no>")
@requires(ANSWERS)
def consultation_page(ticket_no: str) -> Any:
    """The matter and the thread, with the form while the consultation runs."""
    return _page(ticket_no)


@blueprint.post("/consultations/<ticket_no>")
@requires(ANSWERS)
def answer(ticket_no: str) -> Any:
    """The unit's position."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            raised, _parties, own = consultation_of(session, ticket_no, person=person, at=at)
            consulting.discuss(
                session,
                raised.ticket_id,
                unit_id=own,
                words=_written("words"),
                stance=request.form.get("stance"),
                reference=reference(session, at),
                actor=person.actor,
                at=at,
            )
    except DomainError as error:
        if error.status == 404:
            raise
        problem = problem_of_domain(error)
        return _page(ticket_no, problem), problem.status
    flash(_("已提交会商意见。"), "good")
    return redirect(f"/consultations/{ticket_no}", 303)


@blueprint.post("/disputes/<ticket_no>/consult")
@requires(RULES)
def consult(ticket_no: str) -> Any:
    """The adjudicator asks units."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
            city = reference(session, at)
            labels = [label for label in request.form.getlist("units") if label.strip()]
            consulting.consult(
                session,
                ticket.ticket_id,
                unit_codes=[choices.unit_code_of(label, city) or "" for label in labels],
                question=_written("question"),
                until=_instant(request.form.get("until", ""), city.calendar.zone),
                reference=city,
                actor=person.actor,
                at=at,
            )
    except DomainError as error:
        return back_to_dispute(ticket_no, error)
    flash(_("已发起会商。"), "good")
    return redirect(f"/disputes/{ticket_no}", 303)


@blueprint.post("/disputes/<ticket_no>/remark")
@requires(RULES)
def remark(ticket_no: str) -> Any:
    """The adjudicator adds to the thread."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            raised, _parties, own = consultation_of(session, ticket_no, person=person, at=at)
            consulting.discuss(
                session,
                raised.ticket_id,
                unit_id=own,
                words=_written("words"),
                reference=reference(session, at),
                actor=person.actor,
                at=at,
            )
    except DomainError as error:
        return back_to_dispute(ticket_no, error)
    return redirect(f"/disputes/{ticket_no}", 303)


def _written(name: str) -> str:
    """A text of the form, control characters out. Raises ``consultation.words_missing``."""
    typed = request.form.get(name, "")[:LONGEST_WORDS].replace("\r\n", "\n")
    kept = "".join(letter for letter in typed if letter == "\n" or letter.isprintable()).strip()
    if not kept:
        raise DomainError("consultation.words_missing", "请填写内容。", field=name)
    return kept


def _instant(typed: str, zone: tzinfo) -> datetime | None:
    if not typed.strip():
        return None
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise DomainError("consultation.until_unreadable", "请填写会商截止时间。", field="until") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _page(ticket_no: str, problem: Problem | None = None) -> Any:
    at, person = moment(), current_person()
    with transaction() as session:
        raised, parties, _own = consultation_of(session, ticket_no, person=person, at=at)
        city, ticket = reference(session, at), session.get_one(Ticket, raised.ticket_id)
        written = texts.latest(session, ticket.ticket_id)
        matter = [(kind, written[kind]) for kind in MATTER if kind in written]
        shown = scope.shown_words(session, [(ticket.ticket_id, body) for _kind, body in matter], person=person)
        return render_template(
            "console/consultation.html",
            ticket=ticket,
            words_shown=[(kind, body) for (kind, _raw), body in zip(matter, shown, strict=True)],
            thread=thread_of(session, raised, parties, city, person=person),
            unit_name=city.by_id[raised.unit_id].name,
            is_open=raised.ruled_at is None and raised.consult_until is not None and at <= raised.consult_until,
            stances=choices.options(words.stance),
            form=request.form,
            problem=problem,
        )
