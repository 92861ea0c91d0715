"""市民入口: everybody may report a matter by the web, without an account; then number and code to ask by, as by telephone."""

from __future__ import annotations

import json
import math
import time
import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from dispatch.console import big_type, choices
from dispatch.console.progress_views import household
from dispatch.console.timing import moment
from dispatch.console.words import KINDS
from dispatch.directory.snapshot import reference
from dispatch.files import refusals
from dispatch.files import services as files
from dispatch.files.states import Purpose
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.metrics import DISPATCH_SECONDS
from dispatch.kernel.problems import Problem, flatten, plain_problem, problem_of_domain
from dispatch.kernel.route_rules import public
from dispatch.notices.codes import query_code
from dispatch.tickets import idempotency
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.models import Ticket, TicketNumber
from dispatch.tickets.schemas import IntakeSchema

ACTOR = "citizen:web"
CHANNEL = "web"
MOST_PHOTOS = 3
LONGEST_BODY = 24 * 1024 * 1024  # three photographs of a telephone
FIELDS = ("kind", "title", "text", "address", "name", "phone", "is_confidential")

# No puzzle to solve: a household may report ten matters and then one a minute, a telephone number three and then one in ten
# minutes. What is not sound costs nothing.
by_address = SharedFuse("report-address", per_second=1 / 60, burst=10)
by_phone = SharedFuse("report-phone", per_second=1 / 600, burst=3)

blueprint = Blueprint("console_citizen", __name__, url_prefix="/citizen")


@blueprint.url_value_preprocessor
def _room_for_photos(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length = LONGEST_BODY


@blueprint.get("")
@public("citizens have no account; the page leads to what they may do")
def home() -> Any:
    """What a citizen can do here."""
    return render_template("citizen/home.html")


@blueprint.get("/report")
@public("citizens have no account; the form asks for nothing that is on record")
def form_page() -> Any:
    """The form, with a key of its own."""
    return _form({"kind": "help", "key": str(uuid.uuid4())})


@blueprint.post("/report")
@public("citizens have no account; how often one may report is limited")
def report() -> Any:
    """Take the matter in, once per key; then its number, its code and who has it."""
    at = moment()
    form = {name: request.form.get(name, "").replace("\x00", "") for name in (*FIELDS, "key")}
    try:
        ticket_no = _accept(form, at)
    except ValidationError as error:
        named = dict(error.messages_dict)
        named.update(named.pop("reporter", {}))
        return _refused(form, plain_problem(422, fields=dict(flatten(named))))
    except _TooOften as error:
        page = _form(form, plain_problem(429, detail="提交次数过多，请稍后再试，或拨打 12345。"))
        return page, 429, {"Retry-After": str(math.ceil(error.seconds))}
    except DomainError as error:
        return _refused(form, problem_of_domain(error))
    with transaction() as session:
        return _told(session, ticket_no, at), 201


@blueprint.post("/big-type")
@public("how large the letters are is no secret")
def choose_big_type() -> Any:
    """长者模式: larger letters on this browser, on or off."""
    return big_type.switch(is_on=request.form.get("big") == "true", back=request.form.get("next"))


class _TooOften(Exception):
    """``seconds``: until the next try is taken."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def _accept(form: dict[str, str], at: datetime) -> str:
    """The number of the ticket that this form made, now or when it was first sent."""
    intake = Intake(**IntakeSchema().load(_body(form)))
    if intake.reporter is None or not intake.reporter.phone:
        raise DomainError("reporter.phone_missing", "请填写手机号码，办理单位和回访员会与您联系。", field="phone")
    photos, phone = _photos(), intake.reporter.phone

    def act() -> idempotency.Answer:
        if wait := max(
            by_address.take(household(request.remote_addr), time.monotonic()), by_phone.take(phone, time.monotonic())
        ):
            raise _TooOften(wait)
        city = reference(session, at)
        made = accept(session, intake, reference=city, vault=runtime().vault, actor=ACTOR, at=at)
        _keep(session, made.ticket_id, photos, at)
        return idempotency.Answer(201, json.dumps({"ticket_no": made.ticket_no}))

    with DISPATCH_SECONDS.time(), transaction() as session:
        given = idempotency.once(
            session,
            form["key"],
            scope="POST /citizen/report",
            secret=runtime().config.secret_key,
            payload=json.dumps({name: form[name] for name in FIELDS}, sort_keys=True).encode(),
            at=machine_now(),
            act=act,
        )
    return str(json.loads(given.body)["ticket_no"])


def _body(form: dict[str, str]) -> dict[str, Any]:
    name, phone = form["name"].strip(), form["phone"].strip()
    return {
        "kind": form["kind"],
        "channel": CHANNEL,
        "title": form["title"],
        "text": form["text"],
        "address": form["address"],
        "reporter": {"name": name or None, "phone": phone or None},
        "is_confidential": form["is_confidential"] == "true",
    }


def _photos() -> list[FileStorage]:
    sent = [one for one in request.files.getlist("photo") if one.filename]
    if len(sent) > MOST_PHOTOS:
        raise refusals.too_many(MOST_PHOTOS)
    return sent


def _keep(session: Session, ticket_id: int, photos: list[FileStorage], at: datetime) -> None:
    """Each is looked through and written anew, as every upload; one that will not do refuses the whole."""
    for one in photos:
        name, purpose = one.filename or "", Purpose.REPORTER
        files.attach(
            session,
            ticket_id,
            one.stream,  # type: ignore[arg-type]  # werkzeug's stream is a reader
            name=name,
            purpose=purpose,
            unit_id=None,
            actor=ACTOR,
            at=at,
        )


def _told(session: Session, ticket_no: str, at: datetime) -> str:
    numbered = select(Ticket).join(TicketNumber, TicketNumber.ticket_id == Ticket.ticket_id)
    ticket = session.scalars(numbered.where(TicketNumber.ticket_no == ticket_no)).one()
    unit = reference(session, at).by_id.get(ticket.unit_id or 0)
    code = query_code(runtime().vault, ticket_no)
    return render_template("citizen/told.html", ticket=ticket, unit=unit, code=code)


def _refused(form: dict[str, str], problem: Problem) -> Any:
    return _form(form, problem), problem.status


def _form(form: dict[str, str], problem: Problem | None = None) -> str:
    kinds = choices.options(KINDS)
    return render_template("citizen/report.html", form=form, kinds=kinds, problem=problem, most_photos=MOST_PHOTOS)
