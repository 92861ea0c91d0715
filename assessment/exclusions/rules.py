"""Grounds and limits of cases, read from data with the instants from which they hold. Pure."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from assessment.exclusions.states import Remedy, Sort
from dispatch.kernel.errors import DomainError

IMPORTED = "imported"
NUMBERS = ("appeal_working_days", "correction_working_days", "evidence_at_most", "words_at_most")


@dataclass(frozen=True)
class Ground:
    """Why a ticket may be taken out, or its answer replaced. ``evidence``: pieces that must be given at least.

    In effect in [since, until), None = without end. Without ``sorts`` nobody can apply on it (``imported``).
    """

    code: str
    name: str
    basis: str
    sorts: frozenset[Sort]
    remedies: frozenset[Remedy]
    evidence: int
    since: datetime | None
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it may be given at this instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Limits:
    """What holds from ``since`` on. Working days are counted from the day after the publication."""

    since: datetime
    appeal_working_days: int
    correction_working_days: int
    evidence_at_most: int
    words_at_most: int


@cache
def grounds() -> Mapping[str, Ground]:
    """Every ground there ever was, by code, in the order of the file."""
    return read_grounds(_data("grounds.csv"))


def grounds_for(sort: Sort, at: datetime) -> list[Ground]:
    """What one may apply on at ``at``."""
    return [ground for ground in grounds().values() if sort in ground.sorts and ground.holds(at)]


def ground_of(code: str, sort: Sort, remedy: Remedy, at: datetime) -> Ground:
    """The ground of this code, if it fits. Raises ``DomainError`` ``exclusion.unknown_ground``, ``exclusion.ground_unfit``."""
    ground = grounds().get(code)
    if ground is None or not ground.holds(at):
        raise DomainError("exclusion.unknown_ground", "请选择申请的理由类别。", field="ground")
    if sort not in ground.sorts or remedy not in ground.remedies:
        raise DomainError("exclusion.ground_unfit", "这一理由类别不适用于所选的申请方式。", field="ground")
    return ground


@cache
def _all_limits() -> tuple[Limits, ...]:
    return read_limits(_data("limits.toml"))


def limits(at: datetime) -> Limits:
    """The limits in force at ``at``. Raises ``DomainError`` ``exclusion.no_limits`` before the first."""
    in_force = [one for one in _all_limits() if one.since <= at]
    if not in_force:
        raise DomainError("exclusion.no_limits", "这一时间没有生效的剔除与申诉期限。")
    return in_force[-1]


def read_grounds(text: str) -> dict[str, Ground]:
    """Raises ``ValueError`` naming the code whose row makes no sense."""
    found: dict[str, Ground] = {}
    for row in csv.DictReader(text.splitlines()):
        code = row["code"]
        if code in found:
            raise ValueError(f"ground {code} stands twice")
        try:
            found[code] = _ground(row)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"ground {code}: {error}") from None
    return found


def read_limits(text: str) -> tuple[Limits, ...]:
    """In the order of ``since``. Raises ``ValueError`` naming the key that is missing, unknown or no positive whole number."""
    rows = tomllib.loads(text).get("limits", [])
    found = sorted((_limits(row) for row in rows), key=lambda one: one.since)
    if len({one.since for one in found}) != len(found):
        raise ValueError("limits: two hold from the same instant")
    return tuple(found)


def _ground(row: Mapping[str, str]) -> Ground:
    if not (row["name"].strip() and row["basis"].strip()):
        raise ValueError("name or basis is missing")
    return Ground(
        code=row["code"],
        name=row["name"],
        basis=row["basis"],
        sorts=frozenset(Sort(word) for word in row["sorts"].split()),
        remedies=frozenset(Remedy(word) for word in row["remedies"].split()),
        evidence=int(row["evidence"]),
        since=_instant(row["since"]),
        until=_instant(row["until"]),
    )


def _limits(row: Mapping[str, Any]) -> Limits:
    unknown = set(row) - {"since", *NUMBERS}
    if unknown:
        raise ValueError(f"limits: unknown key {min(unknown)}")
    since = row.get("since")
    if not isinstance(since, datetime) or since.tzinfo is None:
        raise ValueError("limits: since must be an instant with its offset")
    for name in NUMBERS:
        if type(row.get(name)) is not int or row[name] < 1:
            raise ValueError(f"limits: {name} must be a whole number above 0")
    return Limits(since, *(row[name] for name in NUMBERS))


def _instant(text: str) -> datetime | None:
    found = datetime.fromisoformat(text) if text else None
    if found is not None and found.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return found


def _data(name: str) -> str:
    return resources.files("assessment.exclusions").joinpath("data", name).read_text(encoding="utf-8")
