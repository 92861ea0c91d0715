"""What the phone's routes share: one key for one thing, photos sent whole or in parts, and both forms of answer."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from dispatch.field import entries, uploads
from dispatch.files import refusals
from dispatch.files.limits import shipped_limits
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import machine_now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem
from dispatch.tickets import idempotency
from dispatch.tickets.models import Ticket

KEY = "Idempotency-Key"
NOT_SAID = ("csrf_token", "key")  # what differs between two sendings of the same thing


class TooOften(Exception):
    """``seconds``: until the next one is taken."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        """When to try again."""
        return {"Retry-After": str(math.ceil(self.seconds))}


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo as it came, not looked at yet."""

    content: bytes | BinaryIO
    name: str


def is_queue() -> bool:
    """Whether the phone's queue asks, which reads JSON; else a plain form."""
    return request.accept_mimetypes.best == "application/json"


def once(kind: str, at: datetime, act: Callable[[Session, Person], int]) -> str:
    """Run ``act`` (→ ticket_id) in a transaction of its own unless this person's phone sent the same key before, however
    long ago; returns the ticket's number.
    """
    person = current_person()
    key = request.headers.get(KEY) or request.form.get("key", "")
    said = sorted((name, value) for name, value in request.form.items(multi=True) if name not in NOT_SAID)

    def first() -> idempotency.Answer:
        before = entries.find(session, person.account_id, key)
        if before is not None:
            ticket_id = before.ticket_id
        else:
            ticket_id = act(session, person)
            entries.keep(session, person.account_id, key, kind, ticket_id, at=at)
        number = session.get_one(Ticket, ticket_id).ticket_no
        return idempotency.Answer(201, json.dumps({"ticket_no": number}))

    with transaction() as session:
        given = idempotency.once(
            session,
            key,
            scope=f"POST /field {person.account_id}",
            secret=runtime().config.secret_key,
            payload=json.dumps([request.path, said]).encode(),
            at=machine_now(),
            act=first,
        )
    return str(json.loads(given.body)["ticket_no"])


def photos(session: Session, person: Person, name: str) -> list[Photo]:
    """The photos of one field: those in the form, and those that came in parts before it."""
    sent = [one for one in request.files.getlist(name) if one.filename]
    keys = [key for key in request.form.getlist(f"{name}.upload") if key]
    if len(sent) + len(keys) > shipped_limits().request_files:
        raise refusals.too_many(shipped_limits().request_files)
    whole = uploads.take(session, person.account_id, keys) if keys else []
    return [*map(_whole, sent), *(Photo(content, f"{name}.jpg") for content in whole)]


def _whole(one: FileStorage) -> Photo:
    return Photo(cast(BinaryIO, one.stream), one.filename or "")


def told(text: str, ticket_no: str) -> Response:
    """To the queue: it is done."""
    return answer_json({"ticket_no": ticket_no, "told": text}, status=201)


def refused(problem: Problem) -> Response:
    """To the queue: why not, and at which field."""
    faults = [_(one) for sentences in problem.fields.values() for one in sentences if one != problem.detail]
    body = {"code": problem.code, "detail": " ".join([_(problem.detail), *faults])}
    return answer_json(body, status=problem.status, headers=problem.headers)
