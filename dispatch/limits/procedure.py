"""Rules of procedure (dispute windows, ruling limits, follow-up attempts) read from versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from dispatch.limits.duty_rules import DutyRules, duty_rules
from dispatch.limits.follow_up_rules import FollowUpRules, SupervisionRules, follow_up_rules, supervision_rules
from dispatch.limits.rules import Calendar, Limit, due_at
from dispatch.limits.sharing import Sharing

MINUTES = "min"


@dataclass(frozen=True, slots=True)
class DisputeWindow:
    """For limits of ``unit`` up to ``amount_to``: how long a dispute may be raised, and how long the ruling may take.

    ``consultation``: how long it may take from the opening of a consultation, where the policy gives that longer.
    """

    unit: str
    amount_to: int | None
    window: str
    ruling: str
    consultation: str | None = None

    def covers(self, limit: Limit) -> bool:
        """Does this row speak of ``limit``?"""
        return limit.unit == self.unit and (self.amount_to is None or limit.amount <= self.amount_to)


@dataclass(frozen=True, slots=True)
class ExtensionCap:
    """For limits of ``unit`` up to ``amount_to``: how many extensions, and how much they may come to (``longest``, a limit)."""

    unit: str
    amount_to: int | None
    count: int
    longest: str

    def covers(self, limit: Limit) -> bool:
        """Does this row speak of ``limit``?"""
        return limit.unit == self.unit and (self.amount_to is None or limit.amount <= self.amount_to)


@dataclass(frozen=True, slots=True)
class Procedure:
    """The rules in force."""

    version: str
    windows: tuple[DisputeWindow, ...]
    follow_up_opens: str
    follow_up_attempts: int
    follow_up_days: int
    retry_minutes: tuple[int, ...]
    contact_shown_minutes: int
    direct_confidence: int
    sharing: Sharing
    extension_approver: str
    extension_caps: tuple[ExtensionCap, ...]
    suspension_days: int
    overview_days: int
    repeat_days: int
    repeats_shown: int
    repeats_alike: int
    archive_after_days: int
    answer_at_least: int
    premature_minutes: int
    answerable_kinds: frozenset[str]
    supplement_wait: str
    supplements_most: int
    call_back_held_minutes: int
    call_back_attempts: int
    call_back_days: int
    follow_up: FollowUpRules
    supervision: SupervisionRules
    duty: DutyRules

    @classmethod
    def read(cls, data: Mapping[str, Any], version: str) -> Self:
        """From a parsed policy file that was found sound."""
        windows = tuple(
            DisputeWindow(row["unit"], row.get("amount_to"), row["window"], row["ruling"], row.get("consultation"))
            for row in data["dispute"]["window"]
        )
        return cls(
            version=version,
            windows=windows,
            follow_up_opens=data["follow_up"]["opens"],
            follow_up_attempts=data["follow_up"]["attempts"],
            follow_up_days=data["follow_up"]["days"],
            retry_minutes=tuple(data["follow_up"]["retry_minutes"]),
            contact_shown_minutes=data["contact"]["shown_minutes"],
            direct_confidence=data["routing"]["direct_confidence"],
            sharing=Sharing.read(data),
            extension_approver=data["extension"]["approver"],
            extension_caps=tuple(
                ExtensionCap(row["unit"], row.get("amount_to"), row["count"], row["longest"])
                for row in data["extension"]["cap"]
            ),
            suspension_days=data["suspension"]["longest_days"],
            overview_days=data["overview"]["days"],
            repeat_days=data["repeats"]["days"],
            repeats_shown=data["repeats"]["shown"],
            repeats_alike=data["likeness"]["percent"],
            archive_after_days=data["archive"]["days"],
            answer_at_least=data["completion"]["answer_at_least"],
            premature_minutes=data["completion"]["premature_minutes"],
            answerable_kinds=frozenset(data["outcomes"]["answerable_kinds"]),
            supplement_wait=data["supplement"]["wait"],
            supplements_most=data["supplement"]["most"],
            call_back_held_minutes=data["call_back"]["held_minutes"],
            call_back_attempts=data["call_back"]["attempts"],
            call_back_days=data["call_back"]["days"],
            follow_up=follow_up_rules(data["follow_up"]),
            supervision=supervision_rules(data["supervision"]),
            duty=duty_rules(data["duty"]),
        )

    def window_of(self, limit: Limit) -> DisputeWindow:
        """The first row that covers ``limit``."""
        return next(row for row in self.windows if row.covers(limit))

    def extension_cap_of(self, limit: Limit) -> ExtensionCap | None:
        """The first row that covers ``limit``; None where nothing may be extended."""
        return next((row for row in self.extension_caps if row.covers(limit)), None)

    def retry_after(self, attempts: int) -> timedelta:
        """How long to wait after ``attempts`` tries without reaching."""
        return timedelta(minutes=self.retry_minutes[min(attempts, len(self.retry_minutes)) - 1])


def span_end(start: datetime, span: str, calendar: Calendar) -> datetime:
    """``start`` plus a span: ``20min`` elapsed, or any limit (``4h``, ``1wd``) by rules.md §1."""
    if span.endswith(MINUTES):
        return start + timedelta(minutes=int(span.removesuffix(MINUTES)))
    return due_at(start, Limit.parse(span), calendar).at
