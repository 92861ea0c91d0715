"""The small town, and what a new caller may be repeating in it."""

from __future__ import annotations

from typing import Any

from dispatch.kernel.person import Person
from dispatch.merging.repeats import Asked, Repeats, repeats
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

OPERATOR = Person(1, "operator", "话务员", frozenset({"operator"}), frozenset({"ticket.accept"}), None, None)


def ask(desk: Desk, *, person: Person = OPERATOR, **known: Any) -> Repeats:
    """The repeats of what is ``known``."""
    found: Repeats = desk.run(repeats, Asked(**known), person=person, rules=desk.reference.procedure, at=desk.at)
    return found


def ids(found: Repeats) -> list[int]:
    """Which matters, in order."""
    return [one.ticket.ticket_id for one in found.items]
