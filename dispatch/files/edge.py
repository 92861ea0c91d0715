"""What the edges around files share: how much of a body is read, who may attach, and how a file is handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Response, request, send_file
from flask.blueprints import Blueprint
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from dispatch.access.scope import unit_ids_in_scope
from dispatch.files import inspection, queries, refusals, services
from dispatch.files.limits import shipped_limits
from dispatch.files.models import TicketFile
from dispatch.kernel.person import Person
from dispatch.kernel.problems import answer, problem_of_domain
from dispatch.tickets.edge import HOLDING_ROLES
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import parts_of

# A file is nobody's page: it may run, load, frame and post nothing, whoever opens it by its address.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def take_uploads(blueprint: Blueprint) -> None:
    """Let the routes of ``blueprint`` read bodies as long as an upload may be; every other route keeps the small cap.

    Flask runs value preprocessors before any hook, so the gate's look into the form is under this cap already. What is
    declared longer is refused unread, what is sent longer (chunked) as soon as the count passes the cap.
    """

    def widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
        request.max_content_length = shipped_limits().request_bytes

    blueprint.url_value_preprocessor(widen)
    blueprint.register_error_handler(RequestEntityTooLarge, _too_large)


def _too_large(_error: RequestEntityTooLarge) -> Response:
    return answer(problem_of_domain(refusals.too_big(shipped_limits().request_bytes)))


@dataclass(frozen=True, slots=True)
class Uploader:
    """Who sends: the unit for which this person acts (None for the hotline), and every unit that is theirs."""

    unit_id: int | None
    unit_ids: frozenset[int] | None

    @property
    def is_unit(self) -> bool:
        """Whether this is somebody of a unit."""
        return self.unit_ids is not None


def uploader(session: Session, ticket_id: int, *, person: Person, at: datetime) -> Uploader:
    """For whom this person attaches. Raises 403 ``file.not_holding`` for units that only watch."""
    units = unit_ids_in_scope(session, person, at=at)
    if units is None:
        return Uploader(None, None)
    parts = reversed(parts_of(session, ticket_id))
    held = (part.unit_id for part in parts if part.role in HOLDING_ROLES and part.state != "withdrawn")
    holding = next((unit_id for unit_id in held if unit_id in units), None)
    if holding is None:
        raise refusals.not_holding()
    return Uploader(holding, units)


def attach_all(
    session: Session,
    ticket_id: int,
    sent: Sequence[FileStorage],
    *,
    purpose: str,
    by: Uploader,
    actor: str,
    at: datetime,
) -> list[TicketFile]:
    """Keep every file of one upload, or none: the first refusal ends it."""
    limits = shipped_limits()
    if not sent:
        raise refusals.empty()
    if len(sent) > limits.request_files:
        raise refusals.too_many(limits.request_files)
    return [
        services.attach(
            session,
            ticket_id,
            one.stream,  # type: ignore[arg-type]  # werkzeug's stream is a reader
            name=one.filename or "",
            purpose=purpose,
            unit_id=by.unit_id,
            actor=actor,
            at=at,
        )
        for one in sent
    ]


def visible_file(session: Session, ticket: Ticket, number: str, *, person: Person) -> TicketFile:
    """The file of this number, as the address has it. Raises 404 ``file.unknown``."""
    if not (number.isascii() and number.isdigit() and len(number) <= 4):
        raise refusals.unknown()
    return queries.one(session, ticket, int(number), is_unit=person.unit_id is not None)


def serve(session: Session, file: TicketFile, *, part: str = "whole", name: str | None = None) -> Response:
    """The bytes: pictures to be shown, everything else to be saved, neither ever to be run."""
    is_thumbnail = part == "thumbnail"
    media_type = inspection.THUMBNAIL if is_thumbnail else file.media_type
    response = send_file(
        BytesIO(queries.content_of(session, file, part)),
        mimetype=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        as_attachment=media_type not in inspection.PICTURES,
        download_name=name or file.name,
        etag=False,
        max_age=None,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
