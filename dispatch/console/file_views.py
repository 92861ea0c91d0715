"""工单材料: the files of a ticket, sent by a plain form and handed out to whoever may see the ticket."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from dispatch.console import scope
from dispatch.console.timing import moment
from dispatch.files import edge, services
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires

LONGEST_REASON = 500

blueprint = Blueprint("console_files", __name__)
edge.take_uploads(blueprint)


@blueprint.post("/tickets/<ticket_no>/files")
@requires("ticket.attach")
def attach(ticket_no: str) -> Any:
    """Keep what was chosen, all or nothing; then back to the ticket."""
    at, person = moment(), current_person()
    sent = [one for one in request.files.getlist("file") if one.filename]
    try:
        with transaction() as session:
            ticket_id = scope.visible_ticket(session, ticket_no, person=person, at=at).ticket_id
            by = edge.uploader(session, ticket_id, person=person, at=at)
            purpose = request.form.get("purpose", "")
            edge.attach_all(session, ticket_id, sent, purpose=purpose, by=by, actor=person.actor, at=at)
    except DomainError as error:
        return _refused(ticket_no, error)
    flash(_("材料已上传。"), "good")
    return _back(ticket_no)


@blueprint.get("/tickets/<ticket_no>/files/<number>")
@requires("ticket.view")
def fetch(ticket_no: str, number: str) -> Any:
    """One file."""
    return _serve(ticket_no, number, "whole")


@blueprint.get("/tickets/<ticket_no>/files/<number>/thumbnail")
@requires("ticket.view")
def thumbnail(ticket_no: str, number: str) -> Any:
    """A picture's small picture."""
    return _serve(ticket_no, number, "thumbnail")


@blueprint.post("/tickets/<ticket_no>/files/<number>/remove")
@requires("ticket.attach")
def remove(ticket_no: str, number: str) -> Any:
    """Erase a file, with the reason."""
    at, person = moment(), current_person()
    reason = "".join(filter(str.isprintable, request.form.get("reason", "")[:LONGEST_REASON]))
    try:
        with transaction() as session:
            ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
            file = edge.visible_file(session, ticket, number, person=person)
            by = edge.uploader(session, ticket.ticket_id, person=person, at=at)
            stamp = {"unit_ids": by.unit_ids, "actor": person.actor, "at": at}
            services.remove(session, ticket.ticket_id, file.number, reason=reason, **stamp)  # type: ignore[arg-type]
    except DomainError as error:
        return _refused(ticket_no, error)
    flash(_("材料已移除。"), "good")
    return _back(ticket_no)


def _serve(ticket_no: str, number: str, part: str) -> Any:
    at, person = moment(), current_person()
    with transaction() as session:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        file = edge.visible_file(session, ticket, number, person=person)
        name = scope.shown_words(session, [(ticket.ticket_id, file.name)], person=person)[0]
        return edge.serve(session, file, part=part, name=name)


def _refused(ticket_no: str, error: DomainError) -> Any:
    """Back to the head of the ticket, where the reason stands; no browser puts chosen files back into a form."""
    if error.status == 404:
        raise error
    flash(_(error.message), "bad")
    return redirect(url_for("console_tickets.ticket_page", ticket_no=ticket_no), 303)


def _back(ticket_no: str) -> Any:
    return redirect(url_for("console_tickets.ticket_page", ticket_no=ticket_no, _anchor="files"), 303)
