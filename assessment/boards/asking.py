"""What a request to a board asks: the ranking's question, whose units the reader sees, which of them are listed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment import queries
from assessment.boards.settings import settings
from assessment.console.question import Question, ask, own_group
from assessment.methods import in_force
from assessment.periods import PeriodKind
from assessment.rankings import UnitRow
from assessment.schemes.model import Group
from assessment.service import require_begun
from dispatch import contract
from dispatch.kernel.person import Person


@dataclass(frozen=True)
class Asked:
    """``visible``: the units that the reader sees (None: all); ``listed``: those asked for besides (None: all)."""

    question: Question
    visible: Mapping[str, str] | None
    listed: Collection[str] | None

    def shows(self, code: str) -> bool:
        """Whether a unit is to be listed for this reader."""
        return (self.visible is None or code in self.visible) and (self.listed is None or code in self.listed)

    @property
    def where(self) -> tuple[Any, ...]:
        """Scheme, period, group and instant, as the counting takes them."""
        return (self.question.scheme, self.question.period, self.question.group, self.question.as_of)


def asked(
    session: Session, args: Mapping[str, str], person: Person, *, zone: ZoneInfo, at: datetime, is_plain: bool = False
) -> Asked:
    """The question of an address, or the default one. Raises as ``question.ask`` does."""
    visible = queries.visible_units(session, person, at=at)
    question = ask(session, {} if is_plain else args, zone=zone, at=at, group=own_group(person, visible))
    require_begun(question.period, max(at, question.as_of))
    return Asked(question, visible, queries.listed_units(session, question.period, question.district))


def units_of(session: Session, of: Asked) -> tuple[list[UnitRow], list[UnitRow]]:
    """Every unit of the group in the period, and those of them that are listed, by code."""
    period, group = of.question.period, of.question.group
    units = [
        UnitRow(unit.code, unit.name, unit.population)
        for unit in contract.units_in_effect(session, group, period.start, period.end)
    ]
    return units, [unit for unit in units if of.shows(unit.code)]


def chosen_unit(args: Mapping[str, str], person: Person, units: Sequence[UnitRow]) -> UnitRow | None:
    """The unit of the address among those the reader sees; else the reader's own; else none: the group alone."""
    by_code = {unit.code: unit for unit in units}
    return by_code.get(args.get("unit", "")) or by_code.get(person.unit_code or "")


def periods_wanted(args: Mapping[str, str]) -> int:
    """How many periods a trend shows; what is no number is the usual one."""
    word = args.get("periods", "")
    wanted = int(word) if word.isascii() and word.isdigit() and len(word) <= 3 else settings().periods
    return max(2, min(wanted, settings().most_periods))


def choices(session: Session, question: Question) -> dict[str, Any]:
    """What the pickers offer."""
    return {
        "schemes": in_force.all_at(session, question.at, question.period.zone),
        "months": question.choices(PeriodKind.MONTH),
        "weeks": question.choices(PeriodKind.WEEK),
        "groups": [group for group in Group if group in question.scheme.peer_groups],
        "districts": [] if question.group is Group.DISTRICT else queries.districts(session, question.period),
    }
