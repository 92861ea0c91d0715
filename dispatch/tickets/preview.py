"""What would be decided for a matter now: the routing decision with limit and due instant, nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.limits.rules import Limit, due_at
from dispatch.routing.decision import Decision, decide
from dispatch.suggesting.judging import judge_of
from dispatch.tickets.intake import Intake


@dataclass(frozen=True, slots=True)
class Preview:
    """A decision and the promise that would follow; ``due_at`` is None where a person would have to choose the unit."""

    decision: Decision
    limit: str
    due_at: datetime | None


def preview(session: Session, intake: Intake, reference: Reference, at: datetime) -> Preview:
    """Decide for ``intake`` as :func:`dispatch.tickets.intake.accept` would at ``at``."""
    decision = decide(intake.matter, reference, at, judge=judge_of(session, reference))
    unit = reference.by_code.get(decision.unit_code or "")
    policy, calendar = reference.terms(at)
    row = policy.limit_of(decision.category or "", decision.urgency, intake.kind, unit.kind if unit else "")
    limit = decision.limit or row.limit
    due = due_at(at, Limit.parse(limit), calendar).at if unit else None
    return Preview(decision, limit, due)
