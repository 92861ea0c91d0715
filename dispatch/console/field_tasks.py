"""What is passed down to a grid worker's unit: signed for, photographed before and after, reported back by the verbs of hops."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from dispatch.actions.registry import BY_NAME
from dispatch.console import field_edge as edge
from dispatch.console import scope
from dispatch.console.timing import card_colour
from dispatch.directory.snapshot import reference
from dispatch.field import queries
from dispatch.files import edge as files_edge
from dispatch.files import refusals, services
from dispatch.files.states import Purpose
from dispatch.kernel.errors import DomainError
from dispatch.kernel.person import Person
from dispatch.tickets.edge import Scene

SHOWN = 50
PHOTOS = "photos"
VERBS = {"acknowledge": "handler-acknowledge", "answer": "handler-report"}
PURPOSES = (Purpose.BEFORE, Purpose.AFTER)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task as the page shows it. ``key``: of its form, for a browser that queues nothing."""

    ticket_no: str
    title: str
    text: str
    address: str
    asked: str
    passed_by: str
    is_new: bool
    due_at: datetime | None
    colour: str | None
    before: int
    after: int
    key: str


def rows(session: Session, person: Person, *, at: datetime) -> list[TaskRow]:
    """The open tasks of this person's own unit by remaining time, words as they may read them."""
    if person.unit_id is None or not person.may("hop.report"):
        return []
    found = queries.tasks(session, person.unit_id, limit=SHOWN)
    said = [task.words.get(kind) for task in found for kind in queries.SPOKEN]
    ids = [task.ticket.ticket_id for task in found for _kind in queries.SPOKEN]
    words = iter(scope.shown_words(session, zip(ids, said, strict=True), person=person))
    asked = scope.shown_words(session, [(task.ticket.ticket_id, task.asked) for task in found], person=person)
    city = reference(session, at)
    made = []
    for task, wanted in zip(found, asked, strict=True):
        title, text, address = (next(words) or "" for _kind in queries.SPOKEN)
        part, lead = task.part, city.by_id.get(task.ticket.unit_id or 0)
        made.append(
            TaskRow(
                ticket_no=task.ticket.ticket_no,
                title=title,
                text=text,
                address=address,
                asked=wanted or "",
                passed_by=lead.name if lead else "",
                is_new=part.state == "sent",
                due_at=part.due_at,
                colour=card_colour(part.due_at, part.yellow_at, at),
                before=task.photos.get(Purpose.BEFORE, 0),
                after=task.photos.get(Purpose.AFTER, 0),
                key=str(uuid.uuid4()),
            )
        )
    return made


def act_on(ticket_no: str, act: str, at: datetime) -> str:
    """Keep the photos that came along, then run the verb; the ticket's number."""
    if act not in (*VERBS, PHOTOS):
        raise DomainError("field.act_unknown", "没有这种操作，请刷新页面后重试。", status=400)

    def run(session: Session, person: Person) -> int:
        ticket = scope.visible_ticket(session, ticket_no, person=person, at=at)
        kept = _keep_photos(session, ticket.ticket_id, person, at)
        if act == PHOTOS and not kept:
            raise refusals.empty()
        if act != PHOTOS:
            verb = BY_NAME[VERBS[act]]
            scene = Scene(session, ticket.ticket_id, reference(session, at), person, at)
            verb.run(scene, verb.schema().load(_said(act, person)))
        return ticket.ticket_id

    return edge.once(act, at, run)


def _said(act: str, person: Person) -> dict[str, Any]:
    own = {"unit_code": person.unit_code}
    return own if act == "acknowledge" else {"words": request.form.get("words", ""), **own}


def _keep_photos(session: Session, ticket_id: int, person: Person, at: datetime) -> int:
    """Each is looked through and written anew, as every upload; one that will not do refuses the whole."""
    sent = [(purpose, one) for purpose in PURPOSES for one in edge.photos(session, person, purpose)]
    if not sent:
        return 0
    by = files_edge.uploader(session, ticket_id, person=person, at=at)
    stamp: dict[str, Any] = {"unit_id": by.unit_id, "actor": person.actor, "at": at}
    for purpose, one in sent:
        services.attach(session, ticket_id, one.content, name=one.name, purpose=purpose, **stamp)
    return len(sent)
