"""``POST /tickets/<no>/<verb>``: every verb that has no page of its own, from the form on the ticket's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from dispatch.actions import forms
from dispatch.actions.forms import FormField
from dispatch.actions.registry import VERBS
from dispatch.actions.verb import Standing, Verb
from dispatch.console import choices, scope
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.hops.parts import HANDLER, SUPPORT
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.tickets.edge import Scene

blueprint = Blueprint("console_actions", __name__)


# What somebody waits for: it stands first and open.
WAITED_FOR = frozenset(
    {
        "see-alert",
        "support-acknowledge",
        "support-report",
        "handler-acknowledge",
        "handler-report",
        "order-answer",
        "order-review",
        "decide-extension",
        "decide-suspension",
        "review-suspension",
        "give-supplement",
        "transfer-received",
        "take-follow-up",
    }
)
# Seldom needed beside what moves the ticket on: the page folds them away.
SELDOM = frozenset(
    {
        "correct",
        "propose-category",
        "recompute-limit",
        "note",
        "link",
        "merge",
        "unmerge",
        "attach-incident",
        "detach-incident",
        "withdraw",
        "restore",
        "ask-erasure",
    }
)
PARTS = {"support-acknowledge": SUPPORT, "support-report": SUPPORT}
PARTS |= {"handler-acknowledge": HANDLER, "handler-report": HANDLER}


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb as the page offers it."""

    verb: Verb
    fields: list[FormField]

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody waits for just this."""
        return self.verb.name in WAITED_FOR

    @property
    def is_seldom(self) -> bool:
        """Whether the page folds it away."""
        return self.verb.name in SELDOM

    @property
    def labels(self) -> dict[str, str]:
        """What the fields are called, for the summary of a refusal."""
        return {field.name: field.label for field in self.fields}


def offers(here: Standing) -> list[Offer]:
    """The verbs open to this person now, in the registry's order."""
    return [Offer(verb, _fields(verb, here)) for verb in VERBS if verb.is_offered(here)]


def _fields(verb: Verb, here: Standing) -> list[FormField]:
    """The verb's controls; a person with one part only is not asked which."""
    fields = forms.fields_of(verb.schema)
    if verb.name not in PARTS or len(here.own_parts(PARTS[verb.name])) > 1:
        return fields
    return [field for field in fields if field.widget != "unit"]


def _add(verb: Verb) -> None:
    @blueprint.post(f"/tickets/<ticket_no>/{verb.name}", endpoint=verb.name)
    @requires(verb.permission)
    def act(ticket_no: str) -> Any:
        return perform(verb, ticket_no)


def perform(verb: Verb, ticket_no: str) -> Any:
    """Run the verb; then back to the ticket, or the page again with the reason and what was typed."""
    from dispatch.console.ticket_views import refused

    at, person = moment(), current_person()
    try:
        _run(verb, ticket_no, person, at)
    except ValidationError as error:
        return refused(ticket_no, forms.problem_of(error))
    except DomainError as error:
        return refused(ticket_no, error)
    flash(_(verb.done), "good")
    return redirect(url_for("console_tickets.ticket_page", ticket_no=ticket_no), 303)


def _run(verb: Verb, ticket_no: str, person: Person, at: datetime) -> None:
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        city = reference(session, at)
        data = forms.read(verb.schema, _typed(verb, city), city.calendar.zone)
        verb.run(Scene(session, ticket.ticket_id, city, person, at), data)


def _typed(verb: Verb, city: Reference) -> MultiDict[str, str]:
    """The form, with the code behind each unit that was picked by its label."""
    typed = MultiDict(request.form)
    for field in forms.fields_of(verb.schema):
        if field.widget == "unit":
            codes = [choices.unit_code_of(label, city) or "" for label in typed.getlist(field.name)]
            typed.setlist(field.name, codes)
    return typed


for _verb in VERBS:
    if not _verb.has_own_form:
        _add(_verb)
