"""Beside the operator's form, while they type: places, the suggestion with its reasons, the caller's earlier tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.contact import tickets_of_phone
from dispatch.access.vault import normalise_phone
from dispatch.console import choices
from dispatch.console.desk_form import matter_of, point_of
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.merging.checks import MERGEABLE
from dispatch.places.suggesting import suggest as places_named
from dispatch.routing.categories import alarms
from dispatch.routing.matter import Point
from dispatch.suggesting.judging import fallback_note
from dispatch.tickets import work_queries
from dispatch.tickets.intake import Intake
from dispatch.tickets.models import Ticket
from dispatch.tickets.preview import Preview, preview

EARLIER_SHOWN = 5
PLACES_SHOWN = 7

blueprint = Blueprint("console_desk_beside", __name__)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would happen if the form were sent now. ``others``: (label for the form, name) of further units;
    ``likely``: (code, certainty) of further categories; ``note``: why the model had no say, where there should be one;
    ``threshold``: the certainty from which it goes out directly.
    """

    preview: Preview
    unit_name: str | None
    district_name: str | None
    others: list[tuple[str, str]]
    likely: list[tuple[str, int]]
    hand_over: list[str]
    note: str
    threshold: int


@dataclass(frozen=True, slots=True)
class PlaceOption:
    """One place to pick: ``value`` for the form, ``address`` for its field, and what tells it from its namesakes."""

    value: str
    address: str
    name: str
    kind: str
    around: str


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


@blueprint.post("/desk/places")
@requires("ticket.accept")
def places() -> Any:
    """Places that begin with what stands in the address field: by name, spelling or initials; a typed point is one of them."""
    return place_options()


@blueprint.post("/desk/earlier")
@requires("ticket.accept")
def earlier() -> Any:
    """The caller's earlier tickets by phone, open ones first; the search is logged, the number stays out of addresses and pages."""
    at, person = moment(), current_person()
    try:
        phone = normalise_phone(request.form.get("phone", ""))
    except DomainError:
        return render_template("console/earlier.html", tickets=None)
    with transaction() as session:
        found = tickets_of_phone(session, phone, vault=runtime().vault, actor=person.actor, at=at)
        tickets = session.scalars(
            select(Ticket)
            .where(Ticket.ticket_id.in_(found))
            .order_by(Ticket.closed_at.is_not(None), Ticket.ticket_id.desc())
        ).all()
        titles = work_queries.titles(session, found)
        rows = [(ticket, titles.get(ticket.ticket_id)) for ticket in tickets]
        values = {"count": len(rows), "open_count": sum(ticket.closed_at is None for ticket in tickets)}
        return render_template("console/earlier.html", tickets=rows[:EARLIER_SHOWN], mergeable=MERGEABLE, **values)


def place_options() -> str:
    """The list below an address field, the desk's or the phone's."""
    at, typed = moment(), request.form.get("address", "").strip()
    with transaction() as session:
        point = point_of(typed)
        options = [_pointed(typed, Point(**point), reference(session, at))] if point else _named(session, typed, at)
        return render_template("console/place_options.html", options=[one for one in options if one], typed=typed)


def _suggest(session: Session, title: str, text: str, city: Reference, at: datetime) -> Suggestion:
    chosen = matter_of(dict(request.form), city)
    point = chosen.pop("point", None)
    address = request.form.get("address", "").strip()
    asked = Intake(title=title, text=text, address=address, point=Point(**point) if point else None, **chosen)
    seen = preview(session, asked, city, at)
    decision = seen.decision
    unit = city.by_code.get(decision.unit_code or "")
    district = city.district_of(unit) if unit else None
    others = [city.by_code[code] for code in decision.candidates if code in city.by_code and code != decision.unit_code]
    return Suggestion(
        preview=seen,
        unit_name=unit.name if unit else None,
        district_name=district.name if district else None,
        others=[(choices.unit_label(one.name, one.code), one.name) for one in others],
        likely=[(code, sure) for code, sure in seen.likely if code != decision.category],
        hand_over=sorted({alarm.hand_over for alarm in alarms(asked.matter.said) if alarm.hand_over}),
        threshold=city.procedure.direct_confidence,
        note=fallback_note(session) if "model" not in dict(decision.versions) else "",
    )


def _named(session: Session, typed: str, at: datetime) -> list[PlaceOption]:
    found = places_named(session, typed, at=at, limit=PLACES_SHOWN) if typed else []
    options = []
    for one in found:
        around = [name for name in (one.district_name, one.township_name) if name and name != one.name]
        value = f"place:{one.place_id}" if one.place_id is not None else f"unit:{one.unit_code}"
        options.append(PlaceOption(value, "".join((*around, one.name)), one.name, one.kind, " ".join(around)))
    return options


def _pointed(typed: str, point: Point, city: Reference) -> PlaceOption | None:
    """The unit on whose ground a typed point lies; None where it lies on nobody's for sure."""
    try:
        found = city.territory.unit_at(*point)
    except DomainError:
        return None
    unit = city.by_code.get(found.unit_code or "")
    if unit is None:
        return None
    return PlaceOption(f"point:{point.as_text()}", typed, unit.name, "point", point.as_text().replace(",", " "))
