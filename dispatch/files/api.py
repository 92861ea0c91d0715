"""``/api/v1/tickets/<no>/files``: attach, list, fetch and remove the files of a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from dispatch.access.guard import current_person, requires
from dispatch.access.known import known_reporters
from dispatch.directory.snapshot import reference as reference_at
from dispatch.files import edge, queries, schemas, services
from dispatch.files.models import TicketFile
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint
from dispatch.kernel.person import Person
from dispatch.kernel.rate import limit_calls
from dispatch.tickets.edge import visible_ticket_id
from dispatch.tickets.models import Ticket
from dispatch.tickets.representation import local, unit_by_id
from dispatch.tickets.screening import screened

BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}, "content_type": "application/octet-stream"}

blueprint = ApiBlueprint("files", __name__, url_prefix="/api/v1", description="工单材料")
edge.take_uploads(blueprint)
blueprint.before_request(limit_calls)


@blueprint.route("/tickets/<ticket_no>/files", methods=["POST"])
@requires("ticket.attach")
@blueprint.arguments(schemas.UploadSchema, location="files")
@blueprint.response(201, schemas.FileList)
def attach(data: dict[str, Any], ticket_no: str) -> Response:
    """上传材料：全部保存，或全部不保存；同一文件同一用途重复上传只保存一份."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket = _visible(session, ticket_no, person)
        by = edge.uploader(session, ticket.ticket_id, person=person, at=at)
        files = edge.attach_all(
            session, ticket.ticket_id, data["file"], purpose=data["purpose"], by=by, actor=person.actor, at=at
        )
        body = _listed(session, ticket, files)
    return answer_json(body, status=201)


@blueprint.route("/tickets/<ticket_no>/files")
@requires("ticket.view")
@blueprint.response(200, schemas.FileList)
def show_list(ticket_no: str) -> Response:
    """列出工单的材料."""
    person = current_person()
    with transaction() as session:
        ticket = _visible(session, ticket_no, person)
        files = queries.of_ticket(session, ticket.ticket_id)
        body = _listed(session, ticket, queries.shown_to(ticket, files, is_unit=person.unit_id is not None))
    return answer_json(body)


@blueprint.route("/tickets/<ticket_no>/files/<number>")
@requires("ticket.view")
@blueprint.response(200, BINARY["schema"], content_type="application/octet-stream")
def fetch(ticket_no: str, number: str) -> Response:
    """取得一个文件；图片直接显示，其余作为附件."""
    return _serve(ticket_no, number, "whole")


@blueprint.route("/tickets/<ticket_no>/files/<number>/thumbnail")
@requires("ticket.view")
@blueprint.response(200, BINARY["schema"], content_type="image/jpeg")
def fetch_thumbnail(ticket_no: str, number: str) -> Response:
    """取得图片的缩略图."""
    return _serve(ticket_no, number, "thumbnail")


@blueprint.route("/tickets/<ticket_no>/files/<number>/remove", methods=["POST"])
@requires("ticket.attach")
@blueprint.arguments(schemas.RemovalSchema)
@blueprint.response(200, schemas.FileList)
def remove(data: dict[str, Any], ticket_no: str, number: str) -> Response:
    """移除一个文件：内容被抹去，记录与事件保留."""
    at, person = now(), current_person()
    with transaction() as session:
        ticket = _visible(session, ticket_no, person)
        file = edge.visible_file(session, ticket, number, person=person)
        by = edge.uploader(session, ticket.ticket_id, person=person, at=at)
        removed = services.remove(
            session, ticket.ticket_id, file.number, unit_ids=by.unit_ids, actor=person.actor, at=at, **data
        )
        body = _listed(session, ticket, [removed])
    return answer_json(body)


def _visible(session: Session, ticket_no: str, person: Person) -> Ticket:
    return session.get_one(Ticket, visible_ticket_id(session, ticket_no, person=person, at=now()))


def _serve(ticket_no: str, number: str, part: str) -> Response:
    person = current_person()
    with transaction() as session:
        ticket = _visible(session, ticket_no, person)
        file = edge.visible_file(session, ticket, number, person=person)
        known = known_reporters(session, [ticket.ticket_id], vault=runtime().vault)[ticket.ticket_id]
        return edge.serve(session, file, part=part, name=screened(file.name, known))


def _listed(session: Session, ticket: Ticket, files: Sequence[TicketFile]) -> dict[str, Any]:
    reference = reference_at(session, now())
    known = known_reporters(session, [ticket.ticket_id], vault=runtime().vault)[ticket.ticket_id]
    listed = [
        {
            "number": file.number,
            "purpose": file.purpose,
            "name": screened(file.name, known),
            "media_type": file.media_type,
            "size": file.size,
            "digest": bytes(file.digest).hex(),
            "has_thumbnail": file.has_thumbnail,
            "unit": unit_by_id(file.unit_id, reference),
            "at": local(file.at, reference),
            "removed_at": local(file.removed_at, reference),
        }
        for file in files
    ]
    return {"ticket_no": ticket.ticket_no, "files": listed}
