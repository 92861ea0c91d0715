"""How long a support or a handler gets where nobody says (versioned data: a policy file)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.limits.rules import Limit


@dataclass(frozen=True, slots=True)
class SupportLimit:
    """For leads whose limit is of ``unit`` up to ``amount_to``: what a support gets, and how soon it signs."""

    unit: str
    amount_to: int | None
    limit: str
    acknowledge: str

    def covers(self, lead: Limit) -> bool:
        """Does this row speak of a lead's limit?"""
        return lead.unit == self.unit and (self.amount_to is None or lead.amount <= self.amount_to)


@dataclass(frozen=True, slots=True)
class Sharing:
    """``share_percent`` of the time left goes to a handler, at least ``least``; ``late``: where none is left.

    ``shown_days``: over how many days a unit's page counts what it helped with.
    """

    supports: tuple[SupportLimit, ...]
    share_percent: int
    least: str
    late: str
    acknowledge: str
    shown_days: int

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Sharing:
        """From the parsed file; its sections ``support.limit`` and ``handler``."""
        rows = data["support"]["limit"]
        supports = (SupportLimit(row["unit"], row.get("amount_to"), row["limit"], row["acknowledge"]) for row in rows)
        return cls(supports=tuple(supports), shown_days=data["support"]["shown_days"], **data["handler"])

    def support_of(self, lead: Limit) -> SupportLimit:
        """The first row that covers the lead's limit."""
        return next(row for row in self.supports if row.covers(lead))
