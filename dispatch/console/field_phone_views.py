"""What only a phone's script asks: who is logged in, how much of a photo is here, and the page for times without a network."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask_babel import force_locale
from flask_wtf.csrf import generate_csrf

from dispatch.console import field_edge as edge
from dispatch.console.desk_form import number
from dispatch.field import uploads
from dispatch.files.limits import shipped_limits
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES
from dispatch.kernel.person import current_person, current_person_or_none
from dispatch.kernel.problems import problem_of_domain
from dispatch.kernel.route_rules import public, requires

SCOPE = "/field"

blueprint = Blueprint("console_field_phone", __name__)


@blueprint.get("/field/sw.js")
@public("a script that holds nothing of anybody; a phone asks for it without being logged in, too")
def service_worker() -> Any:
    """The service worker of the phone's page, and of nothing else."""
    response = current_app.send_static_file("js/field_worker.js")
    response.headers["Service-Worker-Allowed"] = SCOPE
    response.headers["Cache-Control"] = "no-cache"  # a new release is seen at the next opening
    return response


@blueprint.get("/field/offline")
@public("the page without anything of anybody, kept on the phone for times without a network")
def offline() -> Any:
    """The same page, empty: the phone's queue fills it."""
    asked = request.args.get("language", "")
    empty: dict[str, Any] = {"form": {}, "problem": None, "categories": [], "tasks": None, "reports": [], "account": ""}
    with force_locale(asked if asked in LANGUAGES else DEFAULT_LANGUAGE):
        return render_template("field/page.html", most_photos=shipped_limits().request_files, **empty)


@blueprint.get("/field/who")
@public("tells a browser about its own log-in alone")
def who() -> Any:
    """Whose queue may go up now, and the token that goes with it; neither where nobody is logged in."""
    person = current_person_or_none()
    if person is None or not person.may("field.report"):
        return answer_json({"account": None})
    return answer_json({"account": str(person.account_id), "csrf": generate_csrf()})


@blueprint.get("/field/uploads/<key>")
@requires("field.report")
def look(key: str) -> Any:
    """How many bytes of this photo are here."""
    try:
        with transaction() as session:
            return answer_json({"received": uploads.received(session, current_person().account_id, key)})
    except DomainError as error:
        return edge.refused(problem_of_domain(error))


@blueprint.put("/field/uploads/<key>")
@requires("field.report")
def put(key: str) -> Any:
    """One part of a photo; answers where to go on."""
    size, begins = (number(request.args.get(name, "")) for name in ("size", "begins"))
    try:
        with transaction() as session:
            here = uploads.put(
                session,
                current_person().account_id,
                key,
                request.get_data(),
                size=size or 0,
                begins=-1 if begins is None else begins,
                at=machine_now(),
            )
    except DomainError as error:
        return edge.refused(problem_of_domain(error))
    return answer_json({"received": here})
