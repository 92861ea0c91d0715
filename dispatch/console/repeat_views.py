"""Repeats beside the intake form: matters of the same place and category or much the same words, found while the operator types."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from dispatch.console import scope
from dispatch.console.desk_form import matter_of
from dispatch.console.progress import progress_sentence
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.merging.asking import asked_of, asked_of_ticket
from dispatch.merging.repeats import Repeats, repeats
from dispatch.places.picking import with_picked_place
from dispatch.routing.matter import Matter, Point

blueprint = Blueprint("console_repeats", __name__)


@blueprint.post("/desk/repeats")
@requires("ticket.accept")
def find_repeats() -> Any:
    """What the matter on the form may be repeating; the caller's own tickets are another, logged search."""
    at, person = moment(), current_person()
    title, text = request.form.get("title", "").strip(), request.form.get("text", "").strip()
    if not title and not text:
        return render_template("console/repeats.html", rows=[])
    with transaction() as session:
        city = reference(session, at)
        try:
            matter = with_picked_place(session, _matter(title, text, city), at=at)
            asked = asked_of(session, matter, city, at=at)
        except DomainError:
            return render_template("console/repeats.html", rows=[])
        found = repeats(session, asked, person=person, rules=city.procedure, at=at)
        return _page(session, found, city, person)


@blueprint.get("/tickets/<ticket_no>/repeats")
@requires("ticket.merge")
def repeats_of_ticket(ticket_no: str) -> Any:
    """What a ticket that lies before a dispatcher may be repeating; fetched by its page, which need not wait for it."""
    at, person = moment(), current_person()
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        city = reference(session, at)
        found = repeats(session, asked_of_ticket(session, ticket), person=person, rules=city.procedure, at=at)
        return _page(session, found, city, person, may_join=False)


def _page(session: Session, found: Repeats, city: Reference, person: Person, *, may_join: bool = True) -> str:
    pairs = [(one.ticket.ticket_id, one.title) for one in found.items]
    shown = scope.shown_words(session, pairs, person=person)
    rows = [
        (one, title or _("（无标题）"), progress_sentence(one.ticket, city))
        for one, title in zip(found.items, shown, strict=True)
    ]
    return render_template("console/repeats.html", rows=rows, has_more=found.has_more, may_join=may_join)


def _matter(title: str, text: str, city: Reference) -> Matter:
    chosen = matter_of(dict(request.form), city)
    point = chosen.pop("point", None)
    address = request.form.get("address", "").strip()
    return Matter(title=title, text=text, address=address, point=Point(**point) if point else None, **chosen)
