"""Which calendar period and group a form beside the ranking is about, read from an address; what is no word is as if not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assessment.console.question import DEFAULT_GROUP, MONTHS_BACK, WEEKS_BACK
from assessment.periods import Period
from assessment.schemes.model import Group
from dispatch.kernel.application import runtime
from dispatch.kernel.errors import DomainError


@dataclass(frozen=True)
class Asked:
    """One period by name, one group."""

    period: Period
    group: Group

    @property
    def address(self) -> dict[str, str]:
        """The words of an address that asks the same."""
        return {"period": self.period.name, "group": self.group.value}


def asked_of(args: Mapping[str, str], *, at: datetime) -> Asked:
    """Of an address or a form. A period that is none, or has not begun, is the running month."""
    group = args.get("group")
    found = Group(group) if group in {name.value for name in Group} else DEFAULT_GROUP
    return Asked(_period(args.get("period"), at), found)


def recent(at: datetime, own: Period) -> tuple[list[Period], list[Period]]:
    """The latest months and weeks, newest first, ``own`` among them."""
    zone = runtime().config.time_zone
    today = at.astimezone(zone)
    week = "{:04d}-W{:02d}".format(*today.isocalendar()[:2])
    lists = []
    for name, many in ((f"{today:%Y-%m}", MONTHS_BACK), (week, WEEKS_BACK)):
        found = [Period.named(name, zone)]
        while len(found) < many:
            found.append(found[-1].previous())
        if own.kind is found[0].kind and own not in found:
            found.append(own)
        lists.append(found)
    return lists[0], lists[1]


def _period(name: str | None, at: datetime) -> Period:
    zone = runtime().config.time_zone
    try:
        found = Period.named(name or "", zone)
        found.require_begun(at)
    except DomainError:
        return Period.named(f"{at.astimezone(zone):%Y-%m}", zone)
    return found
