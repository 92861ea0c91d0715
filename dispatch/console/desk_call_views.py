"""The call on the operator's desk: it pops up when it rings for them, gives its number to the form, and times the wrap-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from sqlalchemy.orm import Session

from dispatch.console.timing import moment
from dispatch.desk import ringing, shortcuts
from dispatch.desk.ringing import OwnCall
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires

blueprint = Blueprint("console_desk_call", __name__)


@dataclass(frozen=True, slots=True)
class ShownCall:
    """The operator's call as the page shows it, and a mark of that state; ``seconds`` since its stage began."""

    own: OwnCall | None
    seconds: int
    mark: str


def shown(session: Session, person: Person, *, at: datetime) -> ShownCall:
    """What stands in the desk's strip for this person's call at ``at``."""
    own = ringing.own_call(session, person.login, vault=runtime().vault, at=at)
    if own is None:
        return ShownCall(None, 0, "none")
    return ShownCall(own, max(0, int((at - own.since).total_seconds())), f"{own.call_record_id}-{own.stage}")


@blueprint.get("/desk/call")
@requires("ticket.accept")
def call() -> Any:
    """The strip of the call; 204 while it stands as the page shows it already."""
    at, person = moment(), current_person()
    with transaction() as session:
        found = shown(session, person, at=at)
        if request.args.get("mark") == found.mark:
            return "", 204
        letters = shortcuts.letters_of(session, person.account_id)
        return render_template("console/desk_call.html", call=found, letters=letters)


@blueprint.post("/desk/call/<int:call_record_id>")
@requires("ticket.accept")
def take(call_record_id: int) -> Any:
    """The number for the form of the operator whom the call rang for; the look is logged."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            number = ringing.take_number(
                session, call_record_id, person.login, vault=runtime().vault, actor=person.actor, at=at
            )
    except DomainError as error:
        return jsonify({"detail": _(error.message)}), error.status
    return jsonify({"phone": number or "", "call": call_record_id})
