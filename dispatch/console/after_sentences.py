"""The timeline's sentences of what comes after the work: follow-up, re-check, redo, urging, supervision orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.console.words import words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _

Facts = Mapping[str, Any]


def _assigned(_data: Facts, _city: Reference) -> str:
    return str(_("回访员接下回访"))


def _released(_data: Facts, _city: Reference) -> str:
    return str(_("放回回访队列"))


def _invited(_data: Facts, _city: Reference) -> str:
    return str(_("向诉求人发送评价链接"))


def _rechecked(data: Facts, _city: Reference) -> str:
    outcome = _(words.outcome[data["outcome"]])
    if data.get("disagrees") is None:
        return str(_("抽查复核：%(outcome)s", outcome=outcome))
    found = _("与首次回答不一致") if data["disagrees"] else _("与首次回答一致")
    return str(_("抽查复核：%(outcome)s，%(found)s", outcome=outcome, found=found))


def _redone(data: Facts, city: Reference) -> str:
    unit = city.known.get(data["unit"])
    name = unit.name if unit else data["unit"]
    return str(_("第 %(number)s 次退回重办，由%(unit)s办理", number=data["redos"], unit=name))


def _reopened(data: Facts, _city: Reference) -> str:
    return str(_("诉求人再次反映，另立新单 %(number)s", number=data["ticket_no"]))


def _linked(_data: Facts, _city: Reference) -> str:
    return str(_("关联到另一张工单"))


def _escalated(data: Facts, _city: Reference) -> str:
    return str(_("重办 %(number)s 次，转入督办", number=data["redos"]))


def _urged(data: Facts, _city: Reference) -> str:
    return str(_("第 %(number)s 次催办", number=data["count"]))


def _issued(data: Facts, _city: Reference) -> str:
    return str(_("签发督办单：%(ground)s", ground=_(words.order_ground[data["ground"]])))


def _answered(data: Facts, _city: Reference) -> str:
    return str(_("超期答复督办单") if data["late"] else _("答复督办单"))


def _accepted(_data: Facts, _city: Reference) -> str:
    return str(_("督办答复审核通过"))


def _returned(_data: Facts, _city: Reference) -> str:
    return str(_("督办答复退回重报"))


def _cancelled(data: Facts, _city: Reference) -> str:
    why = {"withdrawn": _("诉求人撤单，督办单撤销"), "merged": _("工单已并单，督办单撤销")}
    return str(why.get(data.get("because", ""), _("撤销督办单")))


def _limit_moved(_data: Facts, _city: Reference) -> str:
    return str(_("放假安排有变，重新计算督办时限"))


def _restored(_data: Facts, _city: Reference) -> str:
    return str(_("拆单后恢复督办单"))


AFTER: dict[str, tuple[Callable[[Facts, Reference], str], str, str]] = {
    "follow_up.assigned": (_assigned, "hand-index", ""),
    "follow_up.released": (_released, "arrow-counterclockwise", ""),
    "follow_up.invited": (_invited, "link-45deg", "info"),
    "follow_up.rechecked": (_rechecked, "shuffle", "info"),
    "ticket.redone": (_redone, "arrow-repeat", "yellow"),
    "ticket.reopened": (_reopened, "folder-symlink", "info"),
    "ticket.linked": (_linked, "link", ""),
    "ticket.escalated": (_escalated, "exclamation-diamond", "red"),
    "ticket.urged": (_urged, "bell", "yellow"),
    "order.issued": (_issued, "file-earmark-ruled", "red"),
    "order.answered": (_answered, "reply", "info"),
    "order.accepted": (_accepted, "clipboard2-check", "good"),
    "order.returned": (_returned, "arrow-return-left", "yellow"),
    "order.cancelled": (_cancelled, "x-circle", ""),
    "order.due_moved": (_limit_moved, "clock-history", ""),
    "order.restored": (_restored, "file-earmark-ruled", "red"),
}
