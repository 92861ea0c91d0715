"""What counts (rules.md §6–8): which tickets each field of ``Counts`` takes, the one place for every engine and every table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_

from assessment.counted import FIELDS
from assessment.schemes.model import Indicator, Point, Scheme
from dispatch import contract

BLAMES = frozenset({"red_cards", "lost_disputes"})
TOPICS = Point.PROACTIVE_TOPICS.value  # counted by people, not by us: a given value (``given``)
STEPS = frozenset(contract.STEP_COUNTS)
_EXTRA = frozenset({"completed", "first_dispatched", "redone"})  # of ``extra_conditions``
# Fields of ``Counts`` that cost something and are counted only for schemes that ask.
ASKED_BY: dict[Indicator | Point, tuple[str, ...]] = {
    Indicator.CLOSED: ("completed",),
    Indicator.FIRST_DISPATCH: ("first_dispatched",),
    Indicator.REDO: ("redone",),
    Indicator.REPEATS: ("came_back",),
    Indicator.LOST_DISPUTES: ("lost_disputes",),
    Indicator.ACKNOWLEDGED_IN_TIME: ("acknowledge_due", "acknowledged_in_time"),
    Indicator.FIRST_CONTACT_IN_TIME: ("contact_due", "contacted_in_time"),
    Point.RED_CARDS: ("red_cards",),
    Point.LOST_DISPUTES: ("lost_disputes",),
    Point.PROACTIVE_TOPICS: (TOPICS,),
    Point.REDONE: ("redone",),
    Point.CAME_BACK: ("came_back",),
}


@dataclass(frozen=True)
class Asked:
    """What to count beyond the fields that every table shows. With ``with_pending`` every part that a page opens is counted."""

    with_pending: bool = False
    extras: frozenset[str] = frozenset()


class Among(StrEnum):
    """Which tickets a field of ``Counts`` counts some of: out of ``received``, ``received``, or ``valid`` (rules.md §6)."""

    EXCLUDED = "excluded_ones"
    RECEIVED = "received_ones"
    VALID = "valid_ones"


class Part(NamedTuple):
    """Those that ``condition`` holds for (None: all)."""

    among: Among
    condition: ColumnElement[bool] | None = None


def extras(scheme: Scheme) -> frozenset[str]:
    """The fields of ``ASKED_BY`` that its indicators and points are made of."""
    asking: list[Indicator | Point] = [*scheme.indicators, *(rule.of for rule in scheme.points)]
    return frozenset(name for one in asking for name in ASKED_BY.get(one, ()))


def fields_of(scheme: Scheme, *, with_pending: bool) -> frozenset[str]:
    """The fields of ``Counts`` that ``counts`` fills from the facts for this scheme."""
    if with_pending:
        return FIELDS
    return FIELDS - {"pending"} - (_EXTRA - extras(scheme))


def sums(fact: Any, asked: Asked, weight: ColumnElement[int] | None = None) -> list[ColumnElement[int]]:
    """One labelled count per field of ``Counts`` that facts fill, over rows with the columns of ``contract.TicketFact``.

    Plain comparisons and ``count(*) FILTER``: any engine that knows SQL:2003 counts the same from the same rows. A row that stands
    for several facts says how many by ``weight``; where none counts, the sum of them is null.
    """
    number = func.count() if weight is None else func.sum(weight)
    groups = among(fact)
    counted = [number.filter(_whole(groups, part)).label(name) for name, part in _wanted(fact, asked).items()]
    return [*counted, *_not_asked(asked)]


def sums_apart(fact: Any, asked: Asked) -> tuple[list[ColumnElement[bool]], list[ColumnElement[int]]]:
    """What to group rows by, and counts within each such group, of which ``added`` makes the sums.

    Whether a ticket is received and valid is so asked once of each, and not once for each count.
    """
    groups = among(fact)
    keys: list[ColumnElement[bool]] = [groups[one].label(one.value) for one in (Among.RECEIVED, Among.VALID)]
    counted: list[ColumnElement[int]] = [
        (func.count() if part.condition is None else func.count().filter(part.condition)).label(name)
        for name, part in _wanted(fact, asked).items()
    ]
    return keys, counted


def added(rows: Any, fact: Any, asked: Asked) -> list[ColumnElement[int]]:
    """``sums`` of the facts, from rows with the columns of ``sums_apart``."""
    received, valid = rows[Among.RECEIVED.value], rows[Among.VALID.value]
    inside = {Among.EXCLUDED: not_(received), Among.RECEIVED: received, Among.VALID: valid}
    counted = [
        func.coalesce(func.sum(rows[name]).filter(inside[part.among]), 0).label(name)
        for name, part in _wanted(fact, asked).items()
    ]
    return [*counted, *_not_asked(asked)]


def among(fact: Any) -> dict[Among, ColumnElement[bool]]:
    """Which tickets these are."""
    received = not_(fact.is_excluded)
    return {
        Among.EXCLUDED: fact.is_excluded,
        Among.RECEIVED: received,
        Among.VALID: and_(received, fact.reached, not_(fact.is_withdrawn)),
    }


def conditions(fact: Any) -> dict[str, ColumnElement[bool]]:
    """By field of ``Counts``: which tickets it counts (rules.md §6 and §7)."""
    groups = among(fact)
    return {name: _whole(groups, part) for name, part in _parts(fact).items()}


def extra_conditions(fact: Any) -> dict[str, ColumnElement[bool]]:
    """The same for the fields that only some schemes ask for (``ASKED_BY``)."""
    groups = among(fact)
    return {name: _whole(groups, part) for name, part in _extra_parts(fact).items()}


def _whole(groups: dict[Among, ColumnElement[bool]], part: Part) -> ColumnElement[bool]:
    return groups[part.among] if part.condition is None else and_(groups[part.among], part.condition)


def _not_asked(asked: Asked) -> list[ColumnElement[int]]:
    return [] if asked.with_pending else [literal(0).label("pending")]


def _wanted(fact: Any, asked: Asked) -> dict[str, Part]:
    extra = {name: part for name, part in _extra_parts(fact).items() if asked.with_pending or name in asked.extras}
    pending = {"pending": Part(Among.RECEIVED, fact.is_pending)} if asked.with_pending else {}
    return _parts(fact) | extra | pending


def _parts(fact: Any) -> dict[str, Part]:
    yes = fact.solved == "yes"
    return {
        "received": Part(Among.RECEIVED),
        "valid": Part(Among.VALID),
        "contacted": Part(Among.VALID, fact.contacted),
        "yes": Part(Among.VALID, yes),
        "partly": Part(Among.VALID, fact.solved == "partly"),
        "satisfied": Part(Among.VALID, fact.satisfaction == "satisfied"),
        "basically": Part(Among.VALID, fact.satisfaction == "basically"),
        "excluded": Part(Among.EXCLUDED),
        "first_contacted": Part(Among.RECEIVED, fact.first_contact_at.is_not(None)),
        "on_time": Part(Among.RECEIVED, fact.is_on_time),
        "explained_not_yes": Part(Among.VALID, and_(fact.is_explained, or_(fact.solved.is_(None), not_(yes)))),
        "unknown_contacted": Part(Among.VALID, fact.contacted.is_(None)),
        "unknown_solved": Part(Among.VALID, fact.solved.is_(None)),
        "unknown_satisfaction": Part(Among.VALID, fact.satisfaction.is_(None)),
    }


def _extra_parts(fact: Any) -> dict[str, Part]:
    return {
        "completed": Part(Among.RECEIVED, fact.completed_at.is_not(None)),
        "first_dispatched": Part(Among.RECEIVED, fact.returns == 0),
        "redone": Part(Among.VALID, fact.redos > 0),
    }
