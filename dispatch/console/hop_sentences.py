"""The timeline's sentences about supports and second-level dispatch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.console.timing import limit_words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _

Facts = Mapping[str, Any]
ENDED = {
    "not_needed": "不再需要",
    "lead_completed": "主办单位已办结",
    "lead_moved": "主办单位不再承办",
    "parent_done": "上级单位已反馈或收回",
}


def _unit(data: Facts, city: Reference) -> str:
    known = city.known.get(data.get("unit") or "")
    return known.name if known else data.get("unit") or "—"


def _asked(data: Facts, city: Reference) -> str:
    return str(_("请%(unit)s协办，时限 %(limit)s", unit=_unit(data, city), limit=limit_words(data["limit"])))


def _signed(data: Facts, city: Reference) -> str:
    return str(_("%(unit)s签收协办", unit=_unit(data, city)))


def _reported(data: Facts, city: Reference) -> str:
    return str(_("%(unit)s向主办单位反馈", unit=_unit(data, city)))


def _released(data: Facts, city: Reference) -> str:
    return str(_("结束%(unit)s的协办：%(reason)s", unit=_unit(data, city), reason=_(ENDED[data["reason"]])))


def _passed(data: Facts, city: Reference) -> str:
    return str(_("派给下级%(unit)s，时限 %(limit)s", unit=_unit(data, city), limit=limit_words(data["limit"])))


def _hop_signed(data: Facts, city: Reference) -> str:
    return str(_("%(unit)s签收下派", unit=_unit(data, city)))


def _hop_reported(data: Facts, city: Reference) -> str:
    return str(_("%(unit)s向上级单位反馈", unit=_unit(data, city)))


def _recalled(data: Facts, city: Reference) -> str:
    return str(_("收回给%(unit)s的下派：%(reason)s", unit=_unit(data, city), reason=_(ENDED[data["reason"]])))


SENTENCES: dict[str, tuple[Callable[[Facts, Reference], str], str, str]] = {
    "support.asked": (_asked, "people", "info"),
    "support.acknowledged": (_signed, "check2", "info"),
    "support.reported": (_reported, "reply", "good"),
    "support.released": (_released, "person-dash", ""),
    "hop.passed": (_passed, "diagram-2", "info"),
    "hop.acknowledged": (_hop_signed, "check2", "info"),
    "hop.reported": (_hop_reported, "reply", "good"),
    "hop.recalled": (_recalled, "arrow-counterclockwise", ""),
}
