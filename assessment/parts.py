"""The parts into which a unit's tickets fall: what each number of a ranking is made of (rules.md §6 and §7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_

from assessment.conditions import conditions, extra_conditions
from assessment.metrics import Counts


class Part(StrEnum):
    """Names as they stand in addresses; those of the exchange table first."""

    RECEIVED = "received"
    VALID = "valid"
    CONTACTED = "contacted"
    SOLVED = "solved"
    SATISFIED = "satisfied"
    BASICALLY = "basically"
    EXCLUDED = "excluded"
    NOT_CONTACTED = "not_contacted"
    PARTLY = "partly"
    UNSOLVED = "unsolved"
    DISSATISFIED = "dissatisfied"
    PENDING = "pending"
    UNREACHED = "unreached"
    FIRST_CONTACTED = "first_contacted"
    ON_TIME = "on_time"
    COMPLETED = "completed"
    REDONE = "redone"
    RETURNED = "returned"


@dataclass(frozen=True)
class Rule:
    """A part twice: how many it holds by a unit's counts, and which tickets those are (a condition on the facts)."""

    count: Callable[[Counts], int]
    condition: Callable[[Any], ColumnElement[bool]]


def _counted(name: str) -> Rule:
    """A part that the counting itself knows, by the same condition."""
    return Rule(
        lambda counts: int(getattr(counts, name)), lambda fact: (conditions(fact) | extra_conditions(fact))[name]
    )


def _valid_but(*names: str) -> Rule:
    """Valid ones in none of these parts: a missing answer earns nothing and is among them (rules.md §4)."""

    def condition(fact: Any) -> ColumnElement[bool]:
        known = conditions(fact)
        return and_(known["valid"], *(not_(func.coalesce(known[name], False)) for name in names))

    return Rule(lambda counts: counts.valid - sum(getattr(counts, name) for name in names), condition)


def _pending(fact: Any) -> ColumnElement[bool]:
    return and_(not_(fact.is_excluded), fact.is_pending)


def _unreached(fact: Any) -> ColumnElement[bool]:
    return and_(not_(fact.is_excluded), not_(conditions(fact)["valid"]), not_(fact.is_pending))


def _returned(fact: Any) -> ColumnElement[bool]:
    return and_(not_(fact.is_excluded), not_(extra_conditions(fact)["first_dispatched"]))


RULES: dict[Part, Rule] = {
    Part.RECEIVED: _counted("received"),
    Part.VALID: _counted("valid"),
    Part.CONTACTED: _counted("contacted"),
    Part.SOLVED: _counted("yes"),
    Part.SATISFIED: _counted("satisfied"),
    Part.BASICALLY: _counted("basically"),
    Part.EXCLUDED: _counted("excluded"),
    Part.NOT_CONTACTED: _valid_but("contacted"),
    Part.PARTLY: _counted("partly"),
    Part.UNSOLVED: _valid_but("yes", "partly"),
    Part.DISSATISFIED: _valid_but("satisfied", "basically"),
    Part.PENDING: Rule(lambda counts: counts.pending, _pending),
    # Asked in vain, withdrawn after dispatch: received, and never to be valid.
    Part.UNREACHED: Rule(lambda counts: counts.received - counts.valid - counts.pending, _unreached),
    Part.FIRST_CONTACTED: _counted("first_contacted"),
    Part.ON_TIME: _counted("on_time"),
    Part.COMPLETED: _counted("completed"),
    Part.REDONE: _counted("redone"),
    Part.RETURNED: Rule(lambda counts: counts.received - counts.first_dispatched, _returned),
}
