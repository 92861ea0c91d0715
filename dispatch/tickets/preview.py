"""What would be decided for a matter now: the routing decision with limit and due instant, nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.limits.rules import Limit, due_at
from dispatch.places.picking import with_picked_place
from dispatch.routing.classifying import About
from dispatch.routing.decision import Decision, Matter, decide
from dispatch.suggesting.judging import judge_of
from dispatch.tickets.intake import Intake


@dataclass(frozen=True, slots=True)
class Preview:
    """A decision and the promise that would follow; ``due_at`` is None where a person would have to choose the unit.

    ``likely``: the best few categories by the words alone, with their certainty, 0–100.
    """

    decision: Decision
    limit: str
    due_at: datetime | None
    likely: tuple[tuple[str, int], ...] = ()


def preview(session: Session, intake: Intake, reference: Reference, at: datetime) -> Preview:
    """Decide for ``intake`` as :func:`dispatch.tickets.intake.accept` would at ``at``."""
    found: list[About] = []
    judge = judge_of(session, reference)

    def judged(matter: Matter) -> About:
        found.append(judge(matter))
        return found[-1]

    matter = with_picked_place(session, intake.matter, at=at)
    decision = decide(matter, reference, at, judge=judged)
    unit = reference.by_code.get(decision.unit_code or "")
    policy, calendar = reference.terms(at)
    row = policy.limit_of(decision.category or "", decision.urgency, intake.kind, unit.kind if unit else "")
    limit = decision.limit or row.limit
    due = due_at(at, Limit.parse(limit), calendar).at if unit else None
    return Preview(decision, limit, due, found[0].likely)  # the first was asked without anybody's choice
