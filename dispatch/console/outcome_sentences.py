"""The timeline's sentences of what ends without a unit, of alerts and of missing facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.console.words import words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _
from dispatch.outcomes.grounds import decline_grounds

Facts = Mapping[str, Any]
Sentence = tuple[Callable[[Facts, Reference], str], str, str]


def _answered(data: Facts, _city: Reference) -> str:
    if data.get("articles"):
        return str(_("直接答复，引用知识 %(count)s 篇", count=len(data["articles"])))
    return str(_("直接答复"))


def _declined(data: Facts, _city: Reference) -> str:
    known = decline_grounds().get(data["ground"])
    return str(_("不予派单：%(ground)s", ground=_(known.name) if known else data["ground"]))


def _transferred(data: Facts, _city: Reference) -> str:
    return str(_("转接%(agency)s", agency=_(words.agency[data["agency"]])))


def _receipt(data: Facts, _city: Reference) -> str:
    return str(_("%(agency)s 已接收转接", agency=_(words.agency[data["agency"]])))


def _refused(data: Facts, _city: Reference) -> str:
    return str(_("%(agency)s 未接收，退回人工派单", agency=_(words.agency[data["agency"]])))


def _handed_in(data: Facts, _city: Reference) -> str:
    return str(_("由%(agency)s转来", agency=_(words.agency[data["agency"]])))


def _invalidated(data: Facts, _city: Reference) -> str:
    return str(_("判定无效：%(ground)s", ground=_(words.invalid_ground[data["ground"]])))


def _withdrawn(_data: Facts, _city: Reference) -> str:
    return str(_("诉求人撤单"))


def _restored(data: Facts, _city: Reference) -> str:
    return str(_("恢复派单，原为“%(state)s”", state=_(words.ticket[data["from"]])))


def _cancelled(_data: Facts, _city: Reference) -> str:
    return str(_("取消回访"))


def _alerted(data: Facts, _city: Reference) -> str:
    return str(_("出现警示词语：%(kind)s", kind=_(words.alert[data["kind"]])))


def _seen(_data: Facts, _city: Reference) -> str:
    return str(_("督办人员已查看警示"))


def _asked(data: Facts, _city: Reference) -> str:
    facts = "、".join(_(words.fact[code]) for code in data["fields"])
    return str(_("请诉求人补充：%(facts)s，计时暂停", facts=facts))


def _given(data: Facts, _city: Reference) -> str:
    return str(_("诉求人通过链接补充了情况") if data.get("by_link") else _("登记诉求人补充的情况"))


def _lapsed(_data: Facts, _city: Reference) -> str:
    return str(_("诉求人未在期限内补充，按现有情况继续办理"))


def _called_off(_data: Facts, _city: Reference) -> str:
    return str(_("不再等待诉求人补充"))


def _asked_again(_data: Facts, _city: Reference) -> str:
    return str(_("拆单后继续等待诉求人补充"))


SENTENCES: dict[str, Sentence] = {
    "ticket.answered": (_answered, "chat-left-quote", "good"),
    "ticket.declined": (_declined, "slash-circle", ""),
    "ticket.transferred": (_transferred, "telephone-forward", "info"),
    "ticket.transfer_received": (_receipt, "check2-circle", "good"),
    "ticket.transfer_refused": (_refused, "arrow-return-left", "yellow"),
    "ticket.handed_in": (_handed_in, "box-arrow-in-down", "info"),
    "ticket.invalidated": (_invalidated, "x-circle", ""),
    "ticket.withdrawn": (_withdrawn, "box-arrow-left", ""),
    "ticket.restored": (_restored, "arrow-counterclockwise", "yellow"),
    "follow_up.cancelled": (_cancelled, "telephone-x", ""),
    "alert.raised": (_alerted, "bell-fill", "red"),
    "alert.seen": (_seen, "bell", "info"),
    "supplement.asked": (_asked, "question-circle", "yellow"),
    "supplement.given": (_given, "plus-circle", "good"),
    "supplement.lapsed": (_lapsed, "hourglass-bottom", ""),
    "supplement.cancelled": (_called_off, "x-circle", ""),
    "supplement.restored": (_asked_again, "question-circle", "yellow"),
}
