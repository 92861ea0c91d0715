"""The clocks of supports and handlers: their own, as asked or by the rules; a handler's never outlasts its parent's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch.directory.snapshot import Terms
from dispatch.kernel.errors import DomainError
from dispatch.limits.cards import red_at, yellow_at
from dispatch.limits.procedure import span_end
from dispatch.limits.rules import Limit, due_at
from dispatch.limits.values import Unit
from dispatch.tickets.models import Assignment

HOUR = Limit(1, Unit.HOURS).duration


@dataclass(frozen=True, slots=True)
class PartClock:
    """When a part is to be signed for and done, and when its cards fall."""

    limit_text: str
    policy_version: str
    acknowledge_due_at: datetime
    due_at: datetime
    is_due_provisional: bool
    yellow_at: datetime | None

    @property
    def next_at(self) -> datetime:
        """When the sweep looks first."""
        return self.yellow_at or red_at(self.due_at)


def support_clock(lead: Assignment, limit: str | None, *, terms: Terms, at: datetime) -> PartClock:
    """A support's clock, independent of the lead's (rules.md §2); ``limit`` as asked, else the policy's."""
    row = terms.policy.procedure.sharing.support_of(Limit.parse(lead.limit_text or ""))
    signed = span_end(at, row.acknowledge, terms.calendar)
    return _clock(limit or row.limit, signed, None, terms=terms, at=at)


def handler_clock(parent: Assignment, limit: str | None, *, terms: Terms, at: datetime) -> PartClock:
    """A handler's clock, not after the due instant of whoever passes on. Raises ``handler.limit_too_long``."""
    rules, until = terms.policy.procedure.sharing, parent.due_at
    signed = span_end(at, rules.acknowledge, terms.calendar)
    if until is None or until <= at:
        return _clock(limit or rules.late, signed, None, terms=terms, at=at)
    if limit is None:
        hours = (until - at) * rules.share_percent // (100 * HOUR)
        return _clock(f"{hours}h" if hours else rules.least, signed, until, terms=terms, at=at)
    if due_at(at, Limit.parse(limit), terms.calendar).at > until:
        raise DomainError("handler.limit_too_long", "下派的时限不能晚于本单位自己的时限，请缩短。", field="limit")
    return _clock(limit, signed, until, terms=terms, at=at)


def _clock(text: str, signed: datetime, until: datetime | None, *, terms: Terms, at: datetime) -> PartClock:
    limit = Limit.parse(text)
    due = due_at(at, limit, terms.calendar)
    ends = min(due.at, until) if until else due.at
    return PartClock(
        limit_text=text,
        policy_version=terms.policy.version,
        acknowledge_due_at=min(signed, ends),
        due_at=ends,
        is_due_provisional=due.provisional,
        yellow_at=yellow_at(at, limit, ends, terms.calendar, terms.policy.cards),
    )
