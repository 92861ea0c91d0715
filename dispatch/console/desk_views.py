"""话务台: an operator takes in a matter while unit, limit, earlier tickets and the call itself show up beside the form."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from dispatch.access.calls import number_of
from dispatch.console import choices, desk_call_views, scope
from dispatch.console.desk_form import at_own_fields, body_of, own_names
from dispatch.console.joined_panel import incident_options
from dispatch.console.keyset import read_number
from dispatch.console.knowledge_views import CITED, cited_of
from dispatch.console.timing import local_day, moment
from dispatch.console.words import CHANNELS, KINDS, URGENCIES, words
from dispatch.desk import drafts, ringing, shortcuts
from dispatch.desk import tally as tallies
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.edge import policy_with
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.metrics import DISPATCH_SECONDS
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, flatten, plain_problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.notices.codes import query_code
from dispatch.notices.wordings import scripts_at
from dispatch.outcomes import call_backs
from dispatch.outcomes.states import ENDING_WORDS
from dispatch.ringing.views import address_of
from dispatch.tickets import idempotency
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.schemas import IntakeSchema

NOT_CONTENT = frozenset({"csrf_token", "key", "place_name"})

blueprint = Blueprint("console_desk", __name__)


@blueprint.after_request
def _let_listen(response: Response) -> Response:
    """The desk alone listens to the process of its ringing calls, where that has an address of its own."""
    response.headers["Content-Security-Policy"] = policy_with(runtime().config.ringing_url)
    return response


@blueprint.get("/desk")
@requires("ticket.accept")
def desk_page() -> Any:
    """An empty form with a key of its own, or the draft that is taken up under the key it had."""
    at, person = moment(), current_person()
    form = {"channel": "phone", "kind": "complaint", "key": str(uuid.uuid4())}
    called, taken_up = read_number(request.args.get("call_back")), request.args.get("draft")
    with transaction() as session:
        kept = drafts.kept(session, person.account_id, vault=runtime().vault, at=machine_now())
        draft = next((one for one in kept if one.key == taken_up), None)
        if draft is not None:
            form = dict(draft.form) | {"key": draft.key}
        if called is not None:
            form |= _of_call(session, called, person)
        return _form(session, form, person=person, at=at, others=[one for one in kept if one is not draft])


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
        found = flatten(own_names(error.messages_dict))
        problem = plain_problem(422, fields={name.partition(".")[0]: said for name, said in found})
    except DomainError as error:
        problem = at_own_fields(problem_of_domain(error), form)
    else:
        return redirect(url_for("console_desk.accepted", ticket_no=ticket_no), 303)
    with transaction() as session:
        return _form(session, form, person=person, at=at, problem=problem), problem.status


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


def _accept(form: dict[str, str], *, person: Person, at: datetime) -> str:
    """The number of the ticket that this form made, now or when it was first sent."""
    content = {name: value for name, value in form.items() if name not in NOT_CONTENT}
    key = form.get("key", "")

    def act() -> idempotency.Answer:
        city = reference(session, at)
        intake = Intake(**IntakeSchema().load(body_of(form, city)))
        made = accept(session, intake, reference=city, vault=runtime().vault, actor=person.actor, at=at)
        if (call := read_number(form.get("call"))) is not None:
            call_backs.link_ticket(session, call, made.ticket_id, actor=person.actor)
            ringing.link_ticket(session, call, made.ticket_id, agent=person.login)
        drafts.end(session, person.account_id, key, at=machine_now())
        tallies.count(session, person.account_id, made.state, on=local_day(at))
        return idempotency.Answer(201, json.dumps({"ticket_no": made.ticket_no}))

    with DISPATCH_SECONDS.time(), transaction() as session:
        given = idempotency.once(
            session,
            key,
            scope=f"POST /desk {person.actor}",
            secret=runtime().config.secret_key,
            payload=json.dumps(content, sort_keys=True).encode(),
            at=machine_now(),
            act=act,
        )
    return str(json.loads(given.body)["ticket_no"])


def _form(
    session: Session,
    form: dict[str, str],
    *,
    person: Person,
    at: datetime,
    problem: Problem | None = None,
    others: list[drafts.Draft] | None = None,
) -> str:
    city = reference(session, at)
    return render_template(
        "console/desk.html",
        form=form,
        problem=problem,
        drafts=others or [],
        letters=shortcuts.letters_of(session, person.account_id),
        tally=tallies.tally(session, person.account_id, on=local_day(at)),
        call=desk_call_views.shown(session, person, at=at),
        ringing_at=address_of(runtime().config),
        cited=cited_of(session, form.get(CITED, "").split(), at=at),
        kinds=choices.options(KINDS),
        channels=choices.options(CHANNELS),
        urgencies=choices.options(URGENCIES),
        endings=[("", _("派单办理")), *choices.options(ENDING_WORDS)],
        grounds=[("", "—"), *choices.options(words.decline_ground)],
        scripts=scripts_at(session, at),
        invalid_grounds=[("", "—"), *choices.options(words.invalid_ground)],
        agencies=[("", "—"), *choices.options(words.agency)],
        legal_paths=[("", "—"), *choices.options(words.legal_path)],
        categories=choices.category_options(city, ""),
        units=choices.unit_options(city),
        incidents=incident_options(session, "—"),
    )
