"""What counts (rules.md §6–8): which tickets each field of ``Counts`` takes, the one place for every engine and every table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    extra = {
        name: condition
        for name, condition in extra_conditions(fact).items()
        if asked.with_pending or name in asked.extras
    }
    counted = [number.filter(condition).label(name) for name, condition in (conditions(fact) | extra).items()]
    is_pending = and_(not_(fact.is_excluded), fact.is_pending)
    pending = number.filter(is_pending) if asked.with_pending else literal(0)
    return [*counted, pending.label("pending")]


def conditions(fact: Any) -> dict[str, ColumnElement[bool]]:
    """By field of ``Counts``: which tickets it counts (rules.md §6 and §7)."""
    counts_at_all = not_(fact.is_excluded)
    valid = and_(counts_at_all, fact.reached, not_(fact.is_withdrawn))
    yes = fact.solved == "yes"
    return {
        "received": counts_at_all,
        "valid": valid,
        "contacted": and_(valid, fact.contacted),
        "yes": and_(valid, yes),
        "partly": and_(valid, fact.solved == "partly"),
        "satisfied": and_(valid, fact.satisfaction == "satisfied"),
        "basically": and_(valid, fact.satisfaction == "basically"),
        "excluded": fact.is_excluded,
        "first_contacted": and_(counts_at_all, fact.first_contact_at.is_not(None)),
        "on_time": and_(counts_at_all, fact.is_on_time),
        "explained_not_yes": and_(valid, fact.is_explained, or_(fact.solved.is_(None), not_(yes))),
        "unknown_contacted": and_(valid, fact.contacted.is_(None)),
        "unknown_solved": and_(valid, fact.solved.is_(None)),
        "unknown_satisfaction": and_(valid, fact.satisfaction.is_(None)),
    }


def extra_conditions(fact: Any) -> dict[str, ColumnElement[bool]]:
    """The same for the fields that only some schemes ask for (``ASKED_BY``)."""
    received = not_(fact.is_excluded)
    return {
        "completed": and_(received, fact.completed_at.is_not(None)),
        "first_dispatched": and_(received, fact.returns == 0),
        "redone": and_(received, fact.reached, not_(fact.is_withdrawn), fact.redos > 0),
    }
