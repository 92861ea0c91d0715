"""What comes due on one part of a ticket and when: its cards and, for a lead, the steps of its ladder. Pure (rules.md §1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from dispatch.directory.snapshot import Reference
from dispatch.kernel.canonical import instant
from dispatch.kernel.events import NewEvent
from dispatch.limits.cards import red_at
from dispatch.limits.ladder import LadderStep, step_at
from dispatch.limits.values import Limit

ACTOR = "system:sweep"
URGED = ("dispatched", "acknowledged")
RED, YELLOW = "red", "yellow"
LEAD = "lead"


class Part(Protocol):
    """An assignment, as a mapped object or as a row."""

    number: int
    round: int
    role: str
    unit_id: int
    sent_at: datetime
    limit_text: str | None
    due_at: datetime | None
    yellow_at: datetime | None
    completed_at: datetime | None
    withdrawn_at: datetime | None


class Item(NamedTuple):
    """A card by its colour or a step of the ladder, and the instant at which it should come."""

    at: datetime
    what: str | LadderStep


def agenda(part: Part, reference: Reference) -> list[Item]:
    """All that ever happens to this limit, in order; the steps are those of the ladder it was sent under."""
    if part.due_at is None:
        return []
    found = [Item(red_at(part.due_at), RED)]
    if part.yellow_at is not None:
        found.append(Item(part.yellow_at, YELLOW))
    if part.role == LEAD and part.limit_text is not None:
        policy, calendar = reference.terms(part.sent_at, part.unit_id)
        limit = Limit.parse(part.limit_text)
        moments = ((step_at(step, part.sent_at, limit, part.due_at, calendar), step) for step in policy.ladder)
        found += [Item(moment, step) for moment, step in moments if moment is not None]
    return sorted(found, key=lambda item: item.at)


def is_over(part: Part, at: datetime) -> bool:
    """Whether its limit has expired by ``at``."""
    return part.due_at is not None and red_at(part.due_at) <= at


def is_asked_about(part: Part, round_: int) -> bool:
    """Supports and handlers have cards of their own; the caller is asked about the lead, and about no earlier round's."""
    return part.role == LEAD and part.round == round_


def come_due(part: Part, items: Sequence[Item], at: datetime, *, ticket_state: str) -> list[Item]:
    """What should have come by ``at``. While the matter rests nobody is urged: who may do nothing gets cards only."""
    is_urged = ticket_state in URGED
    return [
        item
        for item in items
        if item.at <= at and _is_undone(part, item.at) and (is_urged or not isinstance(item.what, LadderStep))
    ]


def next_at(part: Part, items: Sequence[Item], at: datetime) -> datetime | None:
    """When the sweep looks again. At expiry it always does: the follow-up opens then, whoever has completed."""
    return next((item.at for item in items if item.at > at and (item.what == RED or _is_undone(part, item.at))), None)


def event_of(part: Part, item: Item, at: datetime, reference: Reference) -> NewEvent:
    """What is recorded when ``item`` comes, at ``at``, be it in time or late."""
    unit = reference.by_id[part.unit_id].code
    data = {"assignment": part.number, "should_at": instant(item.at)}
    if isinstance(item.what, LadderStep):
        data |= {"step": item.what.name, "tell": list(item.what.tell)}
        return NewEvent("ladder.reached", at, ACTOR, unit, data)
    return NewEvent("card.issued", at, ACTOR, unit, data | {"colour": item.what})


def _is_undone(part: Part, moment: datetime) -> bool:
    """Whether this was still to be done at ``moment``; at expiry, done at the due instant itself is done in time."""
    by = part.due_at if part.due_at is not None and moment == red_at(part.due_at) else moment
    return part.withdrawn_at is None and (part.completed_at is None or part.completed_at > by)
