"""人工派单: what routing was not sure of, with its best candidates, sent on by one press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy.orm import Session

from dispatch.console import choices, scope
from dispatch.console.precedents import ShownEntry, ShownPrecedent, precedents_of
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import Reference, reference
from dispatch.hops import dispatching
from dispatch.kernel import texts
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.routing.duties import found_in
from dispatch.tickets import queries
from dispatch.tickets.assigning import LEADING_KINDS
from dispatch.tickets.models import Ticket

PAGE_SIZE = 20
SHOWN_LENGTH = 200

blueprint = Blueprint("console_dispatching", __name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that a person must send. ``candidates``: (code, name), best first; ``supports``: whom the catalogue
    names as helpers; ``hints``: grounds of art 11 to look at."""

    ticket: Ticket
    title: str
    text: str
    address: str
    candidates: list[tuple[str, str]]
    supports: list[tuple[str, str]]
    reasons: list[str]
    hints: list[str]
    is_returned: bool
    entries: list[ShownEntry]
    precedents: list[ShownPrecedent]


@blueprint.get("/dispatching")
@requires("ticket.dispatch")
def dispatching_page() -> Any:
    """The tickets that wait, those returned by silence first, then by age."""
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        found = queries.waiting(session, limit=PAGE_SIZE + 1)
        rows = [_row(session, record.Ticket, city, person) for record in found[:PAGE_SIZE]]
        return render_template(
            "console/dispatching.html",
            rows=rows,
            is_more=len(found) > PAGE_SIZE,
            units=choices.unit_options(city),
            categories=choices.category_options(city, _("分类不变")),
        )


@blueprint.get("/dispatching/<ticket_no>/entry")
@requires("ticket.dispatch")
def entry(ticket_no: str) -> Any:
    """Lead and helpers that the catalogue names, were the category corrected to ``category``: fetched when one is picked."""
    at, person = moment(), current_person()
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        city = reference(session, at)
        category = request.args.get("category") or None
        if category and city.taxonomy.get(category) is None:
            raise DomainError("category.unknown", "没有这个分类，请重新选择。", field="category")
        return render_template(
            "console/dispatching_entry.html",
            ticket=ticket,
            category=category,
            lead=_lead_of(city, ticket, category) if category else None,
            supports=choices.support_options(city, ticket, category),
        )


def _lead_of(city: Reference, ticket: Ticket, category: str) -> tuple[str, str] | None:
    """Code and name of the unit to which the catalogue gives such a matter."""
    _entry, code = found_in(city.catalogue, city, category, ticket.kind, ticket.place_code)
    return (code, city.by_code[code].name) if code else None


@blueprint.post("/dispatching/<ticket_no>")
@requires("ticket.dispatch")
def send(ticket_no: str) -> Any:
    """Send one ticket to the candidate that was pressed, or to the unit that was typed."""
    at, person = moment(), current_person()
    try:
        with transaction() as session:
            name = _send(session, ticket_no, person=person, at=at)
    except DomainError as error:
        flash(f"{ticket_no}：{_(error.message)}", "bad")
    else:
        flash(_("%(number)s 已派往%(unit)s。", number=ticket_no, unit=name), "good")
    return redirect("/dispatching", 303)


def _send(session: Session, ticket_no: str, *, person: Person, at: datetime) -> str:
    ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
    city = reference(session, at)
    unit_code = request.form.get("candidate") or choices.unit_code_of(request.form.get("unit", ""), city)
    if not unit_code:
        raise DomainError("unit.missing", "请选择承办单位。", field="unit")
    category = request.form.get("category") or None
    dispatching.dispatch_with_helpers(
        session,
        ticket.ticket_id,
        unit_code=unit_code,
        category=category,
        support_codes=_ticked(ticket, category, unit_code),
        reference=city,
        actor=person.actor,
        at=at,
    )
    return city.by_code[unit_code].name


def _ticked(ticket: Ticket, category: str | None, unit_code: str) -> list[str] | None:
    """Those left ticked; None, the entry's own, where the category was corrected and its helpers were not shown."""
    shown_for = request.form.get("supports_of", ticket.category or "")
    if shown_for != (category or ticket.category or ""):
        return None
    return [code for code in request.form.getlist("supports") if code != unit_code]


def _row(session: Session, ticket: Ticket, city: Reference, person: Person) -> Waiting:
    written = texts.latest(session, ticket.ticket_id)
    kinds = ("title", "text", "address")
    shown = scope.shown_words(session, [(ticket.ticket_id, written.get(kind)) for kind in kinds], person=person)
    title, text, address = (body or "" for body in shown)
    routing = ticket.routing or {}
    units = [city.by_code[code] for code in routing.get("candidates", ()) if code in city.by_code]
    return Waiting(
        ticket=ticket,
        title=title,
        text=text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…",
        address=address,
        candidates=[(unit.code, unit.name) for unit in units if unit.kind in LEADING_KINDS],
        supports=choices.support_options(city, ticket),
        reasons=list(routing.get("reasons", ())),
        hints=[ground for ground in routing.get("hints", ()) if ground in words.decline_ground],
        is_returned=ticket.dispatched_at is not None,
        **precedents_of(session, ticket, city, person=person),
    )
