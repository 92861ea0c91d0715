"""单位工作台: a unit's open tickets by remaining time, signed for one by one or in a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import ngettext
from sqlalchemy.orm import Session

from dispatch.access.scope import unknown_ticket
from dispatch.access.views import safe_next
from dispatch.console import helping_views, layout, scope
from dispatch.console.keyset import read_place, write_place
from dispatch.console.timing import card_colour, countdown_words, moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.kernel.slots import panels_for
from dispatch.tickets import queries, services, work_queries
from dispatch.tickets.changes import changes
from dispatch.tickets.desk_marks import desk_marks
from dispatch.unchanged import remembered as unchanged

PAGE_SIZE = 50
MOST_AT_ONCE = 200

blueprint = Blueprint("console_worklist", __name__)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One open ticket of the unit, as the list shows it."""

    ticket_no: str
    title: str
    kind: str
    category: str | None
    urgency: str
    state: str
    unit_name: str
    sent_at: datetime
    due_at: datetime | None
    colour: str | None
    returns: int
    redos: int


@blueprint.get("/work")
@requires("ticket.acknowledge")
def work_page() -> Any:
    """The worklist; with HX-Request only the list, or 204 while nothing has changed."""
    person, at = current_person(), moment()
    after = read_place(request.args.get("after"))
    with transaction() as session:
        city = reference(session, at)
        ids = scope.own_unit_ids(session, person, at=at)
        mark = desk_marks(session, ids, at=at).of(ids).words(layout.duty_unread(), at, spread=person.unit_id or 0)
        since = changes(session, ids, request.args.get("since"))
        unchanged.remember(person)
        is_fetched = request.headers.get("HX-Request") == "true"
        if is_fetched and since.is_nothing and request.args.get("mark") == mark:
            return "", 204
        found = queries.worklist(session, ids, after=after, limit=PAGE_SIZE + 1)
        rows = rows_of(session, found[:PAGE_SIZE], city, person=person, at=at)
        counts = work_queries.worklist_counts(session, ids, at=at)
        next_place = _next_place(found)
        values = {
            "rows": rows,
            "since": since.cursor,
            "mark": mark,
            "counts": counts,
            "after": request.args.get("after"),
        }
        if is_fetched:
            return render_template("console/work_fetched.html", next_place=next_place, **values)
        if person.may("support.report"):
            values |= helping_views.values(session, person, at=at)
        values["countdown_words"] = countdown_words()
        values["panels"] = panels_for(current_app, "work", person)
        return render_template("console/work.html", next_place=next_place, **values)


@blueprint.post("/acknowledge")
@requires("ticket.acknowledge")
def acknowledge_many() -> Any:
    """Sign for the ticked tickets, or for the one whose button was pressed; one refusal does not hold up the rest."""
    person, at = current_person(), moment()
    only = request.form.get("only")
    numbers = [only] if only else request.form.getlist("ticket")[:MOST_AT_ONCE]
    done, refusals = 0, []
    with transaction() as session:
        for ticket_no in numbers:
            try:
                with session.begin_nested():
                    _acknowledge(session, ticket_no, person=person, at=at)
                done += 1
            except DomainError as error:
                refusals.append(f"{ticket_no}：{_(error.message)}")
    if done:
        flash(ngettext("已签收 %(num)s 件。", "已签收 %(num)s 件。", done), "good")
    for refusal in refusals:
        flash(refusal, "bad")
    if not numbers:
        flash(_("请先勾选要签收的工单。"), "bad")
    return redirect(safe_next(request.form.get("next") or "/work"), 303)


def _acknowledge(session: Session, ticket_no: str, *, person: Person, at: datetime) -> None:
    ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
    unit_id = scope.acting_unit(session, ticket, person=person, at=at)
    if unit_id is None:
        raise unknown_ticket()
    services.acknowledge(session, ticket.ticket_id, unit_id=unit_id, actor=person.actor, at=at)


def rows_of(session: Session, found: Any, city: Reference, *, person: Person, at: datetime) -> list[WorkRow]:
    """Rows of (assignment, ticket, title) as lists show them."""
    titles = scope.shown_words(session, [(row.Ticket.ticket_id, row.title) for row in found], person=person)
    return [_row(row, title, city, at) for row, title in zip(found, titles, strict=True)]


def _row(record: Any, title: str | None, city: Reference, at: datetime) -> WorkRow:
    lead, ticket = record.Assignment, record.Ticket
    return WorkRow(
        ticket_no=ticket.ticket_no,
        title=title or "",
        kind=ticket.kind,
        category=ticket.category,
        urgency=ticket.urgency,
        state=lead.state,
        unit_name=city.by_id[lead.unit_id].name,
        sent_at=lead.sent_at,
        due_at=lead.due_at,
        colour=card_colour(lead.due_at, lead.yellow_at, at),
        returns=ticket.returns,
        redos=ticket.redos,
    )


def _next_place(found: Any) -> str | None:
    if len(found) <= PAGE_SIZE:
        return None
    lead = found[PAGE_SIZE - 1][0]
    return write_place(lead.due_at, lead.ticket_id)
