"""What a ranking page is asked: scheme, period, group and instant, read from an address and written back to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment.methods import in_force
from assessment.periods import Period, PeriodKind
from assessment.queries import latest_period
from assessment.rankings import peer_group_of
from assessment.schemes.model import Group, Scheme
from dispatch.contract import parse_instant
from dispatch.kernel.person import Person

DEFAULT_SCHEME = "beijing"
DEFAULT_GROUP = Group.TOWNSHIP
MONTHS_BACK = 12
WEEKS_BACK = 10
LONGEST_CODE = 40
NAMES = ("scheme", "period", "group", "as_of", "district")


@dataclass(frozen=True)
class Question:
    """One ranking. ``as_of`` is ``at`` unless an instant ``is_fixed`` by the address. ``district``: code of the one whose units
    alone are to be listed, empty for all; ranks and totals stay those of the whole group."""

    scheme: Scheme
    period: Period
    group: Group
    as_of: datetime
    at: datetime
    is_fixed: bool
    district: str = ""

    @property
    def address(self) -> dict[str, str]:
        """The words of an address that asks the same again."""
        words = {"scheme": self.scheme.name, "period": self.period.name, "group": self.group.value}
        words |= {"as_of": self.as_of.isoformat()} if self.is_fixed else {}
        return words | ({"district": self.district} if self.district else {})

    @property
    def previous(self) -> Period:
        """One step back."""
        return self.period.previous()

    @property
    def next(self) -> Period | None:
        """One step on; None where that has not begun."""
        following = Period.holding(self.period.end, self.scheme, self.period.zone, self.period.kind)
        return following if following.start <= self.at else None

    def choices(self, kind: PeriodKind) -> list[Period]:
        """The latest periods of a kind, newest first, this question's own among them."""
        period = Period.holding(self.at, self.scheme, self.period.zone, kind)
        found = [period]
        for _ in range((MONTHS_BACK if kind is PeriodKind.MONTH else WEEKS_BACK) - 1):
            found.append(found[-1].previous())
        if self.period.kind is kind and self.period not in found:
            found.append(self.period)
        return found


def ask(session: Session, args: Mapping[str, str], *, zone: ZoneInfo, at: datetime, group: Group) -> Question:
    """The question of an address; what is missing is filled in: scheme ``beijing``, ``group``, the latest month with tickets.

    Raises ``DomainError`` where a word is none: ``scheme.unknown``, ``period.unreadable``, ``ranking.unknown_group``,
    ``ranking.group_not_assessed``, or what ``parse_instant`` refuses.
    """
    name = args.get("scheme") or DEFAULT_SCHEME
    fixed = args.get("as_of")
    as_of = parse_instant(fixed) if fixed else at
    named = args.get("period")
    if not named:
        named = latest_period(session, in_force.at_instant(session, name, at, zone).scheme, zone, at).name
    method, period = in_force.for_period(session, name, named, zone)
    scheme = method.scheme
    peer_group = peer_group_of(args.get("group") or group, scheme)
    district = "" if peer_group is Group.DISTRICT else _code(args.get("district", ""))
    return Question(scheme, period, peer_group, as_of, at, bool(fixed), district)


def _code(word: str) -> str:
    """A code as a database may be asked for it; nothing where it can be none."""
    return word if word.isprintable() and len(word) <= LONGEST_CODE else ""


def own_group(person: Person, visible: Mapping[str, str] | None) -> Group:
    """The group that concerns this person most: their own unit's kind where it is ranked, else street-townships."""
    kind = (visible or {}).get(person.unit_code or "")
    return Group(kind) if kind in {Group.DEPARTMENT.value, Group.ENTERPRISE.value} else DEFAULT_GROUP
