"""话务台: an operator takes in a matter while unit, limit and earlier tickets show up beside the form."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.calls import number_of
from dispatch.access.contact import tickets_of_phone
from dispatch.access.vault import normalise_phone
from dispatch.actions.forms import BETWEEN
from dispatch.console import choices, scope
from dispatch.console.joined_panel import incident_options
from dispatch.console.keyset import read_number
from dispatch.console.knowledge_views import CITED, cited_of
from dispatch.console.timing import moment
from dispatch.console.words import CHANNELS, KINDS, URGENCIES, words
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.metrics import DISPATCH_SECONDS
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, flatten, plain_problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.merging.checks import MERGEABLE
from dispatch.notices.codes import query_code
from dispatch.outcomes import call_backs
from dispatch.outcomes.states import ENDING_WORDS
from dispatch.routing.categories import alarms
from dispatch.tickets import idempotency, work_queries
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.models import Ticket
from dispatch.tickets.preview import Preview, preview
from dispatch.tickets.schemas import IntakeSchema

NOT_CONTENT = frozenset({"csrf_token", "key"})
EARLIER_SHOWN = 5
ENDING_FIELDS = {
    "declined": ("agency", "legal_path", "related_ticket_no"),
    "transferred": ("agency", "receipt"),
}

blueprint = Blueprint("console_desk", __name__)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would happen if the form were sent now."""

    preview: Preview
    unit_name: str | None
    district_name: str | None
    candidates: list[str]
    hand_over: list[str]


@blueprint.get("/desk")
@requires("ticket.accept")
def desk_page() -> Any:
    """An empty form with a key of its own."""
    at, person = moment(), current_person()
    form = {"channel": "phone", "kind": "complaint", "key": str(uuid.uuid4())}
    called = read_number(request.args.get("call_back"))
    with transaction() as session:
        if called is not None:
            form |= _of_call(session, called, person)
        return _form(session, form, at=at)


def _of_call(session: Session, call_back_id: int, person: Person) -> dict[str, str]:
    """The number that this operator has just called back, and the call that the ticket will belong to."""
    call = call_backs.call_of(session, call_back_id, actor=person.actor)
    number = number_of(call, vault=runtime().vault) if call else None
    return {"phone": number, "call": str(call.call_record_id)} if call and number else {}


@blueprint.post("/desk")
@requires("ticket.accept")
def take_in() -> Any:
    """Accept the matter once per key, however often the form is sent; then show where it went."""
    at, person = moment(), current_person()
    form = {name: value for name, value in request.form.items() if name != "csrf_token"}
    if CITED in form:
        form[CITED] = " ".join(request.form.getlist(CITED))  # a box for each article found beside the form
    try:
        ticket_no = _accept(form, person=person, at=at)
    except ValidationError as error:
        found = flatten(_own_names(error.messages_dict))
        problem = plain_problem(422, fields={name.partition(".")[0]: said for name, said in found})
    except DomainError as error:
        problem = _at_own_fields(problem_of_domain(error), form)
    else:
        return redirect(url_for("console_desk.accepted", ticket_no=ticket_no), 303)
    with transaction() as session:
        return _form(session, form, at=at, problem=problem), problem.status


@blueprint.get("/desk/accepted/<ticket_no>")
@requires("ticket.accept")
def accepted(ticket_no: str) -> Any:
    """Number and code to tell the caller, and where the ticket went, why and until when."""
    at, person = moment(), current_person()
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        city = reference(session, at)
        unit = city.by_id.get(ticket.unit_id or 0)
        district = city.by_id.get(ticket.district_id or 0)
        code = query_code(runtime().vault, ticket.ticket_no)
        return render_template("console/accepted.html", ticket=ticket, unit=unit, district=district, code=code)


@blueprint.post("/desk/suggest")
@requires("ticket.accept")
def suggest() -> Any:
    """The suggestion beside the form, as far as the form is filled in; nothing is written."""
    at = moment()
    title, text = request.form.get("title", "").strip(), request.form.get("text", "").strip()
    if not title and not text:
        return render_template("console/suggestion.html", suggestion=None, problem=None)
    with transaction() as session:
        city = reference(session, at)
        try:
            suggestion, problem = _suggest(session, title, text, city, at), None
        except DomainError as error:
            suggestion, problem = None, problem_of_domain(error)
        return render_template("console/suggestion.html", suggestion=suggestion, problem=problem)


@blueprint.post("/desk/earlier")
@requires("ticket.accept")
def earlier() -> Any:
    """The caller's earlier tickets by phone; the search is logged, the number stays out of addresses and pages."""
    at, person = moment(), current_person()
    try:
        phone = normalise_phone(request.form.get("phone", ""))
    except DomainError:
        return render_template("console/earlier.html", tickets=None)
    with transaction() as session:
        found = tickets_of_phone(session, phone, vault=runtime().vault, actor=person.actor, at=at)
        tickets = session.scalars(
            select(Ticket).where(Ticket.ticket_id.in_(found)).order_by(Ticket.ticket_id.desc())
        ).all()
        titles = work_queries.titles(session, found)
        rows = [(ticket, titles.get(ticket.ticket_id)) for ticket in tickets]
        return render_template(
            "console/earlier.html", tickets=rows[:EARLIER_SHOWN], count=len(rows), mergeable=MERGEABLE
        )


def _accept(form: dict[str, str], *, person: Person, at: datetime) -> str:
    """The number of the ticket that this form made, now or when it was first sent."""
    content = {name: value for name, value in form.items() if name not in NOT_CONTENT}

    def act() -> idempotency.Answer:
        city = reference(session, at)
        intake = Intake(**IntakeSchema().load(_body(form, city)))
        made = accept(session, intake, reference=city, vault=runtime().vault, actor=person.actor, at=at)
        if (call := read_number(form.get("call"))) is not None:
            call_backs.link_ticket(session, call, made.ticket_id, actor=person.actor)
        return idempotency.Answer(201, json.dumps({"ticket_no": made.ticket_no}))

    with DISPATCH_SECONDS.time(), transaction() as session:
        given = idempotency.once(
            session,
            form.get("key", ""),
            scope=f"POST /desk {person.actor}",
            secret=runtime().config.secret_key,
            payload=json.dumps(content, sort_keys=True).encode(),
            at=machine_now(),
            act=act,
        )
    return str(json.loads(given.body)["ticket_no"])


def _body(form: dict[str, str], city: Reference) -> dict[str, Any]:
    """The form in the shape of the API's intake, so that one validator holds for both."""
    name, phone = form.get("name", "").strip(), form.get("phone", "").strip()
    return {
        "kind": form.get("kind", ""),
        "channel": form.get("channel") or None,
        "title": form.get("title", ""),
        "text": form.get("text", ""),
        "address": form.get("address", ""),
        "urgency": form.get("urgency") or "ordinary",
        "category": form.get("category") or None,
        "unit_code": choices.unit_code_of(form.get("unit", ""), city),
        "reporter": {"name": name or None, "phone": phone or None} if name or phone else None,
        "is_confidential": form.get("is_confidential") == "true",
        "merge_into": form.get("merge_into", "").strip() or None,
        "incident_id": _number(form.get("incident_id", "")),
        "outcome": _outcome(form),
    }


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() else None


def _outcome(form: dict[str, str]) -> dict[str, Any] | None:
    """How the call ends at once; None where it goes on to a unit. Each ending takes its own fields of the form."""
    kind = form.get("outcome", "")
    if not kind:
        return None
    typed = {name: form.get(f"outcome_{name}", "").strip() or None for name in ENDING_FIELDS.get(kind, ())}
    named = f"{form.get('outcome_articles', '')} {form.get(CITED, '')}".strip()
    articles = BETWEEN.split(named) if kind == "answered" else []
    numbers = [int(one) if one.isascii() and one.isdigit() else one for one in articles if one]
    ground = {"ground": form.get(f"outcome_{kind}_ground") or None} if kind in ("declined", "invalid") else {}
    return {"kind": kind, "text": form.get("outcome_text", "").strip(), "articles": numbers, **typed, **ground}


def _own_names(messages: Any) -> dict[str, Any]:
    """Fields by the form's names: the reporter's parts stand by themselves, the unit is called unit."""
    named = dict(messages)
    named.update(named.pop("reporter", {}))
    ended = named.pop("outcome", {})
    named.update({f"outcome_{name}": fault for name, fault in ended.items()} if isinstance(ended, dict) else {})
    return {"unit" if name == "unit_code" else name: fault for name, fault in named.items()}


def _at_own_fields(problem: Problem, form: dict[str, str]) -> Problem:
    """A rule's no at the form's own field: endings have names of their own here, and the one ticket named is the one to join."""
    kind = form.get("outcome", "")
    if problem.code.startswith("outcome.") and kind:
        own = {"outcome": "outcome", "ground": f"outcome_{kind}_ground"}
        return replace(
            problem, fields={own.get(name, f"outcome_{name}"): said for name, said in problem.fields.items()}
        )
    if problem.code == "knowledge.unknown":
        return replace(problem, fields={"outcome_articles": [problem.detail]})
    if problem.code == "ticket.unknown" and form.get("merge_into", "").strip():
        return replace(problem, fields={"merge_into": [problem.detail]})
    return problem


def _suggest(session: Session, title: str, text: str, city: Reference, at: datetime) -> Suggestion:
    form = request.form
    intake = Intake(
        kind=form.get("kind") or "complaint",
        title=title,
        text=text,
        address=form.get("address", "").strip(),
        urgency=form.get("urgency") or "ordinary",
        category=form.get("category") or None,
        unit_code=choices.unit_code_of(form.get("unit", ""), city),
    )
    seen = preview(session, intake, city, at)
    unit = city.by_code.get(seen.decision.unit_code or "")
    district = city.district_of(unit) if unit else None
    names = [city.by_code[code].name for code in seen.decision.candidates if code in city.by_code]
    hand_over = sorted({alarm.hand_over for alarm in alarms(f"{title}\n{text}") if alarm.hand_over})
    return Suggestion(seen, unit.name if unit else None, district.name if district else None, names, hand_over)


def _form(session: Session, form: dict[str, str], *, at: datetime, problem: Problem | None = None) -> str:
    city = reference(session, at)
    return render_template(
        "console/desk.html",
        form=form,
        problem=problem,
        cited=cited_of(session, form.get(CITED, "").split(), at=at),
        kinds=choices.options(KINDS),
        channels=choices.options(CHANNELS),
        urgencies=choices.options(URGENCIES),
        endings=[("", _("派单办理")), *choices.options(ENDING_WORDS)],
        grounds=[("", "—"), *choices.options(words.decline_ground)],
        scripts=words.decline_script,
        invalid_grounds=[("", "—"), *choices.options(words.invalid_ground)],
        agencies=[("", "—"), *choices.options(words.agency)],
        legal_paths=[("", "—"), *choices.options(words.legal_path)],
        categories=choices.category_options(city, ""),
        units=choices.unit_options(city),
        incidents=incident_options(session, "—"),
    )
