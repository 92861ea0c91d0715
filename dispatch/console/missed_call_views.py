"""未接来电: the operators' queue of numbers that nobody answered, and the card of the one that is being called back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from dispatch.access.calls import number_of
from dispatch.access.vault import masked_phone
from dispatch.access.vault_models import CallRecord
from dispatch.console import choices
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires
from dispatch.outcomes import call_backs
from dispatch.outcomes.models import CallBack
from dispatch.outcomes.states import CallBackOutcome

PAGE_SIZE = 50

blueprint = Blueprint("console_missed_calls", __name__)


@blueprint.get("/missed-calls")
@requires("call.return")
def missed_calls_page() -> Any:
    """Numbers to call back, longest waiting first, masked."""
    at, person, vault = moment(), current_person(), runtime().vault
    with transaction() as session:
        found = call_backs.missed(session, procedure=reference(session, at).procedure, at=at, limit=PAGE_SIZE)
        numbers = [number_of(session.get_one(CallRecord, one.call_record_id), vault=vault) for one in found]
        rows = [(one, masked_phone(number or "")) for one, number in zip(found, numbers, strict=True)]
        return render_template("console/missed_calls.html", rows=rows, actor=person.actor)


@blueprint.post("/missed-calls/<int:call_record_id>/take")
@requires("call.return")
def take(call_record_id: int) -> Any:
    """Take one; then its number is shown."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            city = reference(session, at)
            taken = call_backs.take(session, call_record_id, reference=city, actor=person.actor, at=at)
            call_back_id = taken.call_back_id
    except DomainError as error:
        flash(_(error.message), "bad")
        return redirect("/missed-calls", 303)
    return redirect(url_for("console_missed_calls.call_back_page", call_back_id=call_back_id), 303)


@blueprint.get("/call-backs/<int:call_back_id>")
@requires("call.return")
def call_back_page(call_back_id: int) -> Any:
    """The number to dial, and how it ended."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            number = call_backs.number_to_dial(session, call_back_id, vault=runtime().vault, actor=person.actor, at=at)
            held = session.get_one(CallBack, call_back_id)
            return render_template(
                "console/call_back.html", held=held, number=number, outcomes=choices.options(words.call_back)
            )
    except DomainError as error:
        flash(_(error.message), "bad")
        return redirect("/missed-calls", 303)


@blueprint.post("/call-backs/<int:call_back_id>")
@requires("call.return")
def finish(call_back_id: int) -> Any:
    """Reached: on to the desk with the call. Else back to the queue."""
    at, person, outcome = moment(), current_person(), request.form.get("outcome", "")
    try:
        with transaction() as session:
            call_backs.finish(session, call_back_id, outcome=outcome, actor=person.actor, at=at)
    except DomainError as error:
        flash(_(error.message), "bad")
        return redirect("/missed-calls", 303)
    if outcome == CallBackOutcome.REACHED:
        return redirect(url_for("console_desk.desk_page", call_back=call_back_id), 303)
    flash(_("已登记回拨结果：%(outcome)s。", outcome=_(words.call_back[outcome])), "good")
    return redirect("/missed-calls", 303)
