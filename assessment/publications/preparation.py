"""What is frozen by itself, and who sees what of it: ``data/preparation.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment import facts
from assessment.methods import in_force
from assessment.periods import Period, PeriodKind
from assessment.publications import queries, services
from assessment.publications.services import Wanted
from assessment.schemes.model import Group, Scheme
from assessment.schemes.reader import Section
from dispatch import contract
from dispatch.kernel.errors import Conflict

ACTOR = "system:publications"
_MOST_PERIODS = 24
_MOST_DAYS = 366


class Visible(StrEnum):
    """Whose rows of a published table a unit's people see."""

    OWN = "own"
    GROUP = "group"


@dataclass(frozen=True)
class Order:
    """One scheme's tables that are prepared by themselves: ``after_days`` by kind of period, absent = never."""

    scheme: str
    groups: tuple[Group, ...]
    after_days: tuple[tuple[PeriodKind, int], ...]


@dataclass(frozen=True)
class Preparation:
    """The whole file."""

    version: int
    catch_up: int
    visible: Visible
    visible_by_scheme: tuple[tuple[str, Visible], ...]
    orders: tuple[Order, ...]

    def visible_of(self, scheme_name: str) -> Visible:
        """What units see of this scheme's tables."""
        return dict(self.visible_by_scheme).get(scheme_name, self.visible)


@cache
def shipped() -> Preparation:
    """The file beside this module."""
    return loads((resources.files(__package__) / "data" / "preparation.toml").read_text(encoding="utf-8"))


def loads(text: str) -> Preparation:
    """From TOML. Raises ``DomainError`` ``scheme.*`` naming the key."""
    root = Section(tomllib.loads(text))
    special = root.section("visible_by_scheme")
    found = Preparation(
        version=root.integer("version", 1, 1_000_000),
        catch_up=root.integer("catch_up", 1, _MOST_PERIODS),
        visible=root.word("visible", Visible),
        visible_by_scheme=tuple((name, special.word(name, Visible)) for name in special.names()),
        orders=tuple(_order(section) for section in root.sections("prepare")),
    )
    root.done()
    return found


def _order(section: Section) -> Order:
    days = {
        kind: section.integer(f"{kind.value}_after_days", 0, _MOST_DAYS)
        for kind in PeriodKind
        if section.flag(f"{kind.value}s")
    }
    found = Order(section.text("scheme"), section.words("groups", Group), tuple(days.items()))
    section.done()
    return found


def due(session: Session, *, zone: ZoneInfo, at: datetime, by: Preparation | None = None) -> Iterator[Wanted]:
    """The tables whose instant has come and of which there never was a publication, oldest period first."""
    plan = by or shipped()
    for order in plan.orders:
        scheme = in_force.at_instant(session, order.scheme, at, zone).scheme
        for kind, days in order.after_days:
            for period in ended(scheme, kind, plan.catch_up, days, zone, at):
                for group in order.groups:
                    if _is_missing(session, scheme, period, group):
                        method, _span = in_force.for_period(session, order.scheme, period.name, zone)
                        yield Wanted(method.body, period.name, group.value)


def prepare_due(session: Session, *, zone: ZoneInfo, at: datetime, by: Preparation | None = None) -> list[int]:
    """Begin every table that is due; their numbers. Whoever comes second finds nothing to do."""
    begun = []
    for wanted in due(session, zone=zone, at=at, by=by):
        try:
            found = services.prepare(session, wanted, zone=zone, actor=ACTOR, at=at)
        except Conflict:  # somebody prepares the same by hand, or a period that overlaps it
            continue
        begun.append(found.publication_id)
    return begun


def ended(scheme: Scheme, kind: PeriodKind, count: int, days: int, zone: ZoneInfo, at: datetime) -> list[Period]:
    """The last ``count`` periods that had settled ``days`` days ago, oldest first."""
    period = Period.holding(at, scheme, zone, kind)
    found: list[Period] = []
    while len(found) < count:
        period = period.previous()
        if period.settles_at + timedelta(days=days) <= at:
            found.append(period)
    return found[::-1]


def _is_missing(session: Session, scheme: Scheme, period: Period, group: Group) -> bool:
    if queries.exists_for(session, scheme.name, period.name, group.value):
        return False
    if contract.latest_placed(session, facts.span_of(scheme, period), period.settles_at) is None:
        return False
    return bool(contract.units_in_effect(session, group, period.start, period.end))
