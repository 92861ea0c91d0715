"""政策: everything a limit and its procedure are decided by, one document with a date from which it is in force (design §2.4)."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from dispatch.kernel.errors import DomainError
from dispatch.limits.cards import CardPolicy
from dispatch.limits.ladder import LadderStep
from dispatch.limits.office import OfficeHours
from dispatch.limits.policy_shape import problems
from dispatch.limits.procedure import Procedure

MOST_NAMED = 10
LONGEST = 200_000  # bytes; the shipped one has eight thousand


@dataclass(frozen=True, slots=True)
class LimitRow:
    """The clocks of matters with this category prefix, urgency, kind and leading kind of unit (each empty = any)."""

    category: str
    urgency: str
    kind: str
    unit_kind: str
    limit: str
    acknowledge: str
    first_contact: str
    basis: str

    def covers(self, category: str, urgency: str, kind: str, unit_kind: str) -> bool:
        """Does this row speak of such a matter?"""
        named = ((self.urgency, urgency), (self.kind, kind), (self.unit_kind, unit_kind))
        return category.startswith(self.category) and all(row in ("", value) for row, value in named)

    @property
    def weight(self) -> tuple[bool, int, bool, bool]:
        """How specific it is. Urgency goes first so that danger to life is two hours whatever the category says."""
        return bool(self.urgency), len(self.category), bool(self.kind), bool(self.unit_kind)


@dataclass(frozen=True, eq=False)
class Policy:
    """One version. Equal and hashed by identity; read with :meth:`read`."""

    version: str
    name: str
    limits: tuple[LimitRow, ...]
    hours: OfficeHours
    hours_of_kind: Mapping[str, OfficeHours]
    cards: CardPolicy
    ladder: tuple[LadderStep, ...]
    procedure: Procedure
    _found: dict[tuple[str, str, str, str], LimitRow] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, text: str, *, is_on_record: bool = False) -> Policy:
        """From a policy file. Refuses ``policy.unreadable``, naming each key that is wrong.

        One on record may be older than a section of ours: the shipped policy's stands in for it.
        """
        data = (parsed(shipped_text()) if is_on_record else {}) | parsed(text)
        wrong = problems(data)
        if wrong:
            more = f"……共 {len(wrong)} 处。" if len(wrong) > MOST_NAMED else ""
            named = "\n".join(wrong[:MOST_NAMED])
            raise DomainError("policy.unreadable", f"政策文件有误：\n{named}{more}", problems=wrong)
        return _made(data, version_of(text))

    def limit_of(self, category: str, urgency: str, kind: str, unit_kind: str = "") -> LimitRow:
        """The most specific row; of rows that are equally specific the first."""
        key = (category, urgency, kind, unit_kind)
        if key not in self._found:
            self._found[key] = max((row for row in self.limits if row.covers(*key)), key=lambda row: row.weight)
        return self._found[key]

    def hours_for(self, unit_kind: str | None) -> OfficeHours:
        """The office hours of a kind of unit; None: the city's."""
        return self.hours_of_kind.get(unit_kind or "", self.hours)


def version_of(text: str) -> str:
    """The name of this very text, sound or not."""
    return f"policy@{hashlib.sha256(text.encode()).hexdigest()[:12]}"


@cache
def shipped_text() -> str:
    """The policy file that comes with the package."""
    return (files("dispatch.limits") / "data" / "policy.toml").read_text("utf-8")


@cache
def shipped_policy() -> Policy:
    """The policy a city starts with."""
    return Policy.read(shipped_text())


def parsed(text: str) -> dict[str, Any]:
    """The file as plain values, decimals as such. Raises ``policy.unreadable``, ``policy.too_large``."""
    if len(text.encode()) > LONGEST:
        raise DomainError("policy.too_large", "政策文件过大。")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise DomainError("policy.unreadable", f"政策文件不是有效的 TOML:{str(error)[:200]}") from None


def _made(data: Mapping[str, Any], version: str) -> Policy:
    hours = data["office_hours"]
    blank = dict.fromkeys(("category", "urgency", "kind", "unit_kind"), "")
    of_kind = hours.get("of_kind", {})
    return Policy(
        version=version,
        name=data["name"],
        limits=tuple(LimitRow(**(blank | row)) for row in data["limit"]),
        hours=OfficeHours.parse(hours["working_day"], hours["half_day"]),
        hours_of_kind={kind: OfficeHours.parse(row["working_day"], row["half_day"]) for kind, row in of_kind.items()},
        cards=CardPolicy.read(data["cards"]),
        ladder=tuple(LadderStep.parse(row["at"], row["tell"]) for row in data["ladder"]),
        procedure=Procedure.read(data, version),
    )
