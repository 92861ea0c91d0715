"""Sentences of merges and known incidents for the timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.console.words import words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _

Facts = Mapping[str, Any]


def _merged(data: Facts, _city: Reference) -> str:
    return str(_("并入 %(number)s，由该单统一办理", number=data.get("into_no", "—")))


def _absorbed(data: Facts, _city: Reference) -> str:
    return str(_("另一位诉求人反映同一事项：%(number)s 并入本单", number=data.get("ticket_no", "—")))


def _unmerged(data: Facts, _city: Reference) -> str:
    state = _(words.ticket[data["state"]])
    if data.get("because") == "withdrawn":
        number = data.get("from_no", "—")
        return str(_("%(number)s 的诉求人撤单，本单恢复为“%(state)s”，继续办理", number=number, state=state))
    return str(_("从 %(number)s 拆出，恢复为“%(state)s”", number=data.get("from_no", "—"), state=state))


def _voice_left(data: Facts, _city: Reference) -> str:
    return str(_("%(number)s 从本单拆出", number=data.get("ticket_no", "—")))


def _attached(data: Facts, _city: Reference) -> str:
    return str(_("挂到已知事件“%(title)s”", title=_named(data)))


def _detached(data: Facts, _city: Reference) -> str:
    return str(_("取消挂接已知事件“%(title)s”", title=_named(data)))


def _progressed(data: Facts, _city: Reference) -> str:
    if data.get("final"):
        return str(_("已知事件“%(title)s”结束，告知诉求人", title=_named(data)))
    return str(_("已知事件“%(title)s”有新进展，告知诉求人", title=_named(data)))


def _named(data: Facts) -> str:
    return str(data.get("title") or data["incident"])


def _charged(data: Facts, city: Reference) -> str:
    unit = city.by_code.get(data["charged"])
    return str(_("未能回访到诉求人，改为计入%(unit)s", unit=unit.name if unit else data["charged"]))


def _called_off(_data: Facts, _city: Reference) -> str:
    return str(_("回访取消"))


JOINED: dict[str, tuple[Callable[[Facts, Reference], str], str, str]] = {
    "ticket.merged": (_merged, "union", ""),
    "ticket.absorbed": (_absorbed, "person-plus", "info"),
    "ticket.unmerged": (_unmerged, "subtract", "yellow"),
    "ticket.voice_left": (_voice_left, "person-dash", ""),
    "incident.attached": (_attached, "pin-map", "info"),
    "incident.detached": (_detached, "pin", ""),
    "incident.progressed": (_progressed, "megaphone", "info"),
    "follow_up.charged": (_charged, "telephone-x", ""),
    "follow_up.cancelled": (_called_off, "telephone-x", ""),
}
