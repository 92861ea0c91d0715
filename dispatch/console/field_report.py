"""随手拍: what a grid worker saw, taken in as every matter is, by the channel of their own."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from dispatch.console import field_edge as edge
from dispatch.console.desk_form import own_names, picked
from dispatch.directory.snapshot import reference
from dispatch.field.entries import REPORT
from dispatch.files import services as files
from dispatch.files.states import Purpose
from dispatch.kernel.application import runtime
from dispatch.kernel.guessing import SharedFuse
from dispatch.kernel.metrics import DISPATCH_SECONDS
from dispatch.kernel.person import Person
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.schemas import IntakeSchema

CHANNEL = "grid"
KIND = "help"  # nobody complains: something is to be put right
FIELDS = ("text", "address", "place", "place_name", "category")
LONGEST_TITLE = 40
SENTENCE_ENDS = re.compile(r"[。！？!?；;\n]")

# A day's round that was typed without a network comes at once; after that one every twenty seconds.
by_person = SharedFuse("field-report", per_second=1 / 20, burst=60)


def typed() -> dict[str, str]:
    """What stands in the form."""
    return {name: request.form.get(name, "").replace("\x00", "") for name in (*FIELDS, "key")}


def take_in(form: dict[str, str], at: datetime) -> str:
    """The number of the ticket that this form made, now or when it was first sent."""

    def act(session: Session, person: Person) -> int:
        intake = Intake(**IntakeSchema().load(_body(form)))
        if wait := by_person.take(person.actor, time.monotonic()):
            raise edge.TooOften(wait)
        city, vault = reference(session, at), runtime().vault
        made = accept(session, intake, reference=city, vault=vault, actor=person.actor, at=at)
        stamp: dict[str, Any] = {"purpose": Purpose.REPORTER, "unit_id": None, "actor": person.actor, "at": at}
        for one in edge.photos(session, person, "photo"):
            files.attach(session, made.ticket_id, one.content, name=one.name, **stamp)
        return made.ticket_id

    with DISPATCH_SECONDS.time():
        return edge.once(REPORT, at, act)


def own_faults(messages: Any) -> dict[str, Any]:
    """Faults at the form's own fields: the title is made of the words."""
    named = own_names(messages)
    title = named.pop("title", None)
    return named if title is None else {"text": title} | named


def _body(form: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": KIND,
        "channel": CHANNEL,
        "title": _title(form["text"]),
        "text": form["text"],
        "address": form["address"],
        "category": form["category"] or None,
        **picked(form["place"]),
    }


def _title(words: str) -> str:
    """The first sentence, cut where it is long."""
    first = SENTENCE_ENDS.split(words.strip(), maxsplit=1)[0].strip()
    return first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1] + "…"
