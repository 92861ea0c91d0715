"""Why a ticket went where it went: what was recorded, and the same decision made again from the recorded versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.errors import NotFound
from dispatch.kernel.events import Event
from dispatch.kernel.texts import TextEntry
from dispatch.learning import queries as models
from dispatch.places.picking import with_picked_place
from dispatch.routing.classifying import about
from dispatch.routing.decision import Judge, decide
from dispatch.routing.matter import Matter, Point
from dispatch.tickets.intake import POINT
from dispatch.tickets.models import Ticket, TicketNumber

FIRST: Final = 1
_COMPARED: Final = ("unit", "candidates", "category", "urgency", "place", "confidence", "reasons", "machine")


@dataclass(frozen=True, slots=True)
class Explanation:
    """``recorded``: the decision as the ticket keeps it. ``again``: the same matter decided anew as things stood then; None where
    the words are gone. ``changed``: versions that are no longer what they were, name → (then, now): old files that were
    imported "from the beginning of time" rewrite the past. ``differs``: parts of the decision that came out otherwise."""

    ticket_no: str
    recorded: Mapping[str, Any]
    again: Mapping[str, Any] | None
    changed: Mapping[str, tuple[str, str]]
    differs: tuple[str, ...]


def explain(session: Session, ticket_no: str) -> Explanation:
    """Raises ``ticket.unknown``, and ``ticket.is_history`` for an imported ticket, which nobody routed.

    The model that judged then judges again; where it is gone, keywords do, and ``changed`` names it.
    """
    ticket = _ticket(session, ticket_no)
    recorded: Mapping[str, Any] = ticket.routing or {}
    at = datetime.fromisoformat(recorded["versions"]["at"])
    matter = _matter(session, ticket, recorded)
    if matter is None:
        return Explanation(ticket_no, recorded, None, {}, ())
    city = reference(session, at)
    judge = _judge(session, recorded["versions"].get("model"), city)
    again = decide(matter, city, at, judge=judge).as_json()
    then, now = recorded["versions"], again["versions"]
    names = [*then, *(name for name in now if name not in then)]
    changed = {name: (then.get(name, ""), now.get(name, "")) for name in names if then.get(name) != now.get(name)}
    # Older records keep fewer parts.
    differs = tuple(part for part in _COMPARED if part in recorded and recorded[part] != again[part])
    return Explanation(ticket_no, recorded, again, changed, differs)


def _judge(session: Session, version: str | None, city: Reference) -> Judge | None:
    """The model of that version as a judge; None where there was none, or it cannot be had any more."""
    wanted = models.of_version(session, version) if version else None
    if wanted is None:
        return None
    from dispatch.learning import store  # numpy is for those alone who need it
    from dispatch.learning.model_file import BrokenModel

    try:
        model = store.load(session, wanted)
    except BrokenModel:
        return None
    return lambda matter: about(matter, city.taxonomy, model)


def _ticket(session: Session, ticket_no: str) -> Ticket:
    query = select(Ticket).join(TicketNumber, TicketNumber.ticket_id == Ticket.ticket_id)
    found = session.scalars(query.where(TicketNumber.ticket_no == ticket_no)).first()
    if found is None:
        raise NotFound("ticket.unknown", "没有这张工单。")
    if not found.routing:
        raise NotFound("ticket.is_history", "这是导入的历史工单，没有经过系统派单。")
    return found


def _matter(session: Session, ticket: Ticket, recorded: Mapping[str, Any]) -> Matter | None:
    """The matter as it came in; None where its words have been erased."""
    rows = session.execute(
        select(TextEntry.kind, TextEntry.body).where(
            TextEntry.ticket_id == ticket.ticket_id,
            TextEntry.kind.in_(("title", "text", "address", POINT)),
            TextEntry.version == FIRST,
        )
    )
    words: dict[str, str | None] = {row.kind: row.body for row in rows}
    if None in words.values():
        return None
    received = session.scalars(
        select(Event.data).where(Event.ticket_id == ticket.ticket_id, Event.type == "ticket.received")
    ).one()
    chosen = recorded.get("chosen", {})
    point = words.get(POINT)
    matter = Matter(
        title=words.get("title") or "",
        text=words.get("text") or "",
        address=words.get("address") or "",
        kind=received["kind"],
        urgency=received["urgency"],
        category=chosen.get("category"),
        place_code=chosen.get("place"),
        place_id=int(chosen["place_id"]) if "place_id" in chosen else None,
        point=Point.from_text(point) if point else None,
        unit_code=chosen.get("unit"),
    )
    return with_picked_place(session, matter, at=datetime.fromisoformat(recorded["versions"]["at"]))


def as_json(one: Explanation) -> dict[str, Any]:
    """For ``--format json``."""
    return {
        "ticket_no": one.ticket_no,
        "recorded": dict(one.recorded),
        "again": dict(one.again) if one.again is not None else None,
        "changed": {name: list(pair) for name, pair in one.changed.items()},
        "differs": list(one.differs),
    }
