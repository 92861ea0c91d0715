"""Sentences of the timeline about what a ticket is: corrections, notes, links, consultations, proposals for the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.console.timing import limit_words
from dispatch.console.words import category_name, words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _

Facts = Mapping[str, Any]


def _unit(code: str | None, city: Reference) -> str:
    known = city.known.get(code or "")
    return known.name if known else code or "—"


def _corrected(data: Facts, city: Reference) -> str:
    name = str(_(words.field[data["field"]]))
    old, new = (_value(data["field"], data[side], city) for side in ("from", "to"))
    return str(_("%(field)s由%(old)s更正为%(new)s", field=name, old=old, new=new))


def _value(field: str, code: str | None, city: Reference) -> str:
    if field == "category":
        return category_name(code)
    if field == "kind":
        return str(_(words.kind[code])) if code in words.kind else code or "—"
    return _unit(code, city)


def _limit_corrected(data: Facts, _city: Reference) -> str:
    return str(_("时限由%(old)s改为%(new)s", old=limit_words(data["from"]), new=limit_words(data["to"])))


def _category_proposed(data: Facts, _city: Reference) -> str:
    return str(_("主办单位建议分类更正为%(category)s", category=category_name(data.get("to"))))


def _noted(_data: Facts, _city: Reference) -> str:
    return str(_("写了内部备注"))


def _linked(data: Facts, _city: Reference) -> str:
    kind = str(_(words.link[data["kind"]]))
    return str(_("关联工单 %(number)s（%(kind)s）", number=data["ticket"], kind=kind))


def _consulted(data: Facts, city: Reference) -> str:
    return str(_("发起会商：%(units)s", units="、".join(_unit(code, city) for code in data["units"])))


def _discussed(data: Facts, _city: Reference) -> str:
    if data.get("stance"):
        return str(_("会商意见：%(stance)s", stance=_(words.stance[data["stance"]])))
    return str(_("会商补充说明"))


def _proposed(data: Facts, city: Reference) -> str:
    unit, category = _unit(data["unit"], city), category_name(data["category"])
    return str(_("建议写入派单目录：%(category)s由%(unit)s办理", category=category, unit=unit))


def _decided(data: Facts, _city: Reference) -> str:
    return str(_("派单目录建议：%(decision)s", decision=_(words.proposal[data["decision"]])))


SENTENCES: dict[str, tuple[Callable[[Facts, Reference], str], str, str]] = {
    "ticket.corrected": (_corrected, "pencil-square", "yellow"),
    "ticket.limit_corrected": (_limit_corrected, "clock-history", "yellow"),
    "ticket.category_proposed": (_category_proposed, "tag", ""),
    "ticket.noted": (_noted, "sticky", ""),
    "ticket.linked": (_linked, "link-45deg", ""),
    "dispute.consulted": (_consulted, "people", "yellow"),
    "dispute.discussed": (_discussed, "chat-left-dots", ""),
    "catalogue.proposed": (_proposed, "journal-plus", ""),
    "catalogue.decided": (_decided, "journal-check", ""),
}
