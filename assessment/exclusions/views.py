"""剔除与申诉: the list and the queue, one case with its history, and the form from the ticket behind a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from assessment.exclusions import applying, forms, ports, queries, representation, services, words
from assessment.exclusions.models import ExclusionCase
from assessment.exclusions.rules import grounds_for, limits
from assessment.exclusions.states import OPEN, CaseState, Sort
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.kernel.slots import NavEntry, add_nav

PAGE_SIZE = 50
VIEWERS = ("exclusion.view", "exclusion.apply", "exclusion.review", "exclusion.decide")
NAVIGATION = NavEntry("剔除与申诉", "/exclusions", VIEWERS, "clipboard-check", 61)

blueprint = Blueprint("exclusions", __name__, url_prefix="/exclusions", template_folder="templates")
log = structlog.get_logger("exclusions")


def install(app: Flask) -> None:
    """Register the pages and their place in the navigation; their words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)
    add_nav(app, NAVIGATION)


@blueprint.get("")
@requires(*VIEWERS)
def list_page() -> Any:
    """The cases that a person sees, newest first; for a reviewer first those that wait for them."""
    at, person = now(), current_person()
    asked = forms.listed(request.args, person)
    with transaction() as session:
        of = asked.filter(queries.units_seen_by(session, person, at))
        found = queries.cases(session, of, before=asked.before, limit=PAGE_SIZE + 1)
        shown = representation.lines(session, found[:PAGE_SIZE], at)
        return render_template(
            "exclusions/list.html", lines=shown, asked=asked, has_more=len(found) > PAGE_SIZE, **_shared()
        )


@blueprint.get("/imported")
@requires(*VIEWERS)
def imported_page() -> Any:
    """Closed cases of ground ``imported``, seen through the contract."""
    at, before = now(), forms.number(request.args.get("before"))
    with transaction() as session:
        codes = contract.units_in_scope(session, current_person(), at=at)
        found = contract.imported_exclusions(session, before=before, limit=PAGE_SIZE + 1, unit_codes=codes)
        shown = found[:PAGE_SIZE]
        units = contract.units_named(session, {one.unit_id for one in shown if one.unit_id}, at)
        return render_template(
            "exclusions/imported.html",
            tickets=shown,
            units=units,
            before=before,
            has_more=len(found) > PAGE_SIZE,
            **_shared(),
        )


@blueprint.get("/new")
@requires("exclusion.apply")
def new_page() -> Any:
    """The form for the ticket of the address."""
    with transaction() as session:
        return _form(session, request.args.get("ticket_no", ""), request.args, None)


@blueprint.post("/new")
@requires("exclusion.apply")
def apply() -> Any:
    """The form as sent: a case, or the form again with what is wrong."""
    at, person, asked = now(), current_person(), forms.application(request.form)
    try:
        with transaction() as session:
            zone = runtime().config.time_zone
            made = services.apply(session, asked, person=person, vault=runtime().vault, zone=zone, at=at)
    except DomainError as error:
        if isinstance(error, NotFound) and error.code.startswith("ticket."):
            raise
        problem = problem_of_domain(error)
        with transaction() as session:
            return _form(session, asked.ticket_no, request.form, problem), problem.status
    log.info("exclusion", case_id=made.case_id, actor=person.actor, state=made.state)
    flash(_("申请已提交，等待初审。"), "good")
    return redirect(url_for("exclusions.case_page", case_id=made.case_id), 303)


@blueprint.get("/<int:case_id>")
@requires(*VIEWERS)
def case_page(case_id: int) -> Any:
    """One case."""
    with transaction() as session:
        return _case(session, case_id, None)


@blueprint.post("/<int:case_id>/first-review")
@requires("exclusion.review")
def first_review(case_id: int) -> Any:
    """初审."""
    return _do(services.first_review, case_id, _("初审已登记。"), is_passed=forms.is_yes(request.form))


@blueprint.post("/<int:case_id>/decision")
@requires("exclusion.decide")
def decide(case_id: int) -> Any:
    """复审."""
    return _do(services.decide, case_id, _("复审已登记。"), is_granted=forms.is_yes(request.form))


@blueprint.post("/<int:case_id>/withdrawal")
@requires("exclusion.apply")
def withdraw(case_id: int) -> Any:
    """撤回申请."""
    return _do(services.withdraw, case_id, _("申请已撤回。"))


def _do(verb: Callable[..., ExclusionCase], case_id: int, said: str, **values: Any) -> Any:
    at, person = now(), current_person()
    given = {"reason": forms.words(request.form.get("reason")), "vault": runtime().vault}
    try:
        with transaction() as session:
            _seen(session, case_id, person)
            case = verb(session, case_id, **values, **given, person=person, at=at)
            log.info("exclusion", case_id=case_id, actor=person.actor, state=case.state)
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        problem = problem_of_domain(error)
        with transaction() as session:
            return _case(session, case_id, problem), problem.status
    flash(said, "good")
    return redirect(url_for("exclusions.case_page", case_id=case_id), 303)


def _seen(session: Session, case_id: int, person: Person) -> ExclusionCase:
    if case_id > forms.GREATEST_ID:
        raise queries.unknown()
    return queries.case_seen_by(session, case_id, person, now())


def _case(session: Session, case_id: int, problem: Problem | None) -> str:
    at, person = now(), current_person()
    case = _seen(session, case_id, person)
    found = representation.whole(session, case, at)
    is_first = case.state == CaseState.APPLIED and person.may("exclusion.review")
    is_second = case.state == CaseState.FIRST_PASSED and person.may("exclusion.decide")
    stake = services.stake_of(session, case, person, at) if is_first or is_second else None
    if is_second and stake is None and any(step.actor == person.actor for step in found.steps):
        stake = services.same_reviewer()
    may_withdraw = case.state in OPEN and case.applicant == person.actor and person.may("exclusion.apply")
    return render_template(
        "exclusions/case.html",
        whole=found,
        case=case,
        step="first-review" if is_first else "decision" if is_second else None,
        stake=stake,
        may_withdraw=may_withdraw,
        problem=problem,
        given=forms.words(request.form.get("reason")),
        **_shared(),
    )


def _form(session: Session, ticket_no: str, given: Any, problem: Problem | None) -> str:
    at = now()
    ticket = applying.own_ticket(session, ticket_no, current_person(), at)
    published = ports.open_to_appeal(session, ticket.unit_code or "", at)
    offered = [(one, *applying.last_day(session, one)) for one in published]
    return render_template(
        "exclusions/new.html",
        ticket=ticket,
        grounds={sort: grounds_for(sort, at) for sort in Sort},
        events=contract.events_as_proof(session, ticket.ticket_id),
        files=contract.files_as_proof(session, ticket.ticket_id),
        answers=contract.answers_on_record(session, ticket.ticket_id, at),
        published=[(one, day) for one, day, until in offered if at < until],
        given=forms.given(given),
        problem=problem,
        **_shared(),
    )


def _shared() -> dict[str, Any]:
    return {"kinds": words, "bounds": limits(now())}
