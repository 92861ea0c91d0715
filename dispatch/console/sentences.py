"""The timeline in sentences: one per event type, from the event's codes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.console.after_sentences import AFTER
from dispatch.console.erasure_sentences import SENTENCES as ERASURE
from dispatch.console.hop_sentences import SENTENCES as HOPS
from dispatch.console.joined_sentences import JOINED
from dispatch.console.ladder_sentences import LADDER
from dispatch.console.matter_sentences import SENTENCES as MATTERS
from dispatch.console.outcome_sentences import SENTENCES as OUTCOMES
from dispatch.console.timing import limit_words
from dispatch.console.words import category_name, words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.events import Event
from dispatch.kernel.i18n import gettext as _

Facts = Mapping[str, Any]
CARDS = {"yellow": "黄牌", "red": "红牌"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    number: int
    at: datetime
    sentence: str
    actor: str
    icon: str
    tone: str


def timeline(
    events: list[Event], city: Reference, names: Mapping[str, str], incidents: Mapping[int, str]
) -> list[Moment]:
    """The events as lines, in order; ``names``: actor → who that is; ``incidents``: known incident → its title."""
    return [_moment(event, city, names, incidents) for event in events]


def _moment(event: Event, city: Reference, names: Mapping[str, str], incidents: Mapping[int, str]) -> Moment:
    say, icon, tone = SENTENCES.get(event.type, (_other, "dot", ""))
    # Events hold no words: an incident is named by what its board calls it now.
    facts = event.data | {"title": incidents.get(event.data["incident"])} if "incident" in event.data else event.data
    sentence = say(facts, city) if event.type in SENTENCES else event.type
    tone = event.data.get("colour", tone)  # a card is shown in its own colour
    return Moment(event.number, event.at, sentence, names.get(event.actor, event.actor), icon, tone)


def _unit(code: str | None, city: Reference) -> str:
    known = city.known.get(code or "")
    return known.name if known else code or "—"


def _other(_data: Facts, _city: Reference) -> str:
    return ""


def _received(data: Facts, _city: Reference) -> str:
    channel = words.channel.get(data.get("channel"))
    if channel is None:
        return str(_("受理诉求"))
    return str(_("通过%(channel)s受理诉求", channel=_(channel)))


def _dispatched(data: Facts, city: Reference) -> str:
    sentence = _("派往%(unit)s，时限 %(limit)s", unit=_unit(data["lead"], city), limit=limit_words(data["limit"]))
    if data.get("copies"):
        copies = "、".join(_unit(code, city) for code in data["copies"])
        sentence += _("，同时抄送%(units)s", units=copies)
    if data.get("designated"):
        sentence += _("（指定办理）")
    return str(sentence)


def _awaiting(data: Facts, _city: Reference) -> str:
    if data.get("first_in_line"):
        return str(_("异议逾期未裁定，退回人工派单"))
    return str(_("去向不够明确，转人工派单"))


def _corrected(data: Facts, _city: Reference) -> str:
    return str(_("分类更正为%(category)s", category=category_name(data.get("to"))))


def _reassigned(data: Facts, city: Reference) -> str:
    return str(_("热线改派：由%(old)s改为%(new)s", old=_unit(data["from"], city), new=_unit(data["to"], city)))


def _extension_asked(data: Facts, _city: Reference) -> str:
    return str(_("申请延期 %(amount)s", amount=limit_words(data["amount"])))


def _extension_granted(data: Facts, _city: Reference) -> str:
    sentence = _("同意延期 %(amount)s", amount=limit_words(data["amount"]))
    if data.get("cards_withdrawn"):
        sentence += _("，撤销%(cards)s", cards="、".join(_(CARDS[colour]) for colour in data["cards_withdrawn"]))
    return str(sentence)


def _extension_refused(data: Facts, _city: Reference) -> str:
    return str(_("延期申请逾期未批，视为不同意") if data.get("lapsed") else _("不同意延期"))


def _suspension_asked(data: Facts, _city: Reference) -> str:
    return str(_("申请挂账至 %(date)s", date=data["until"]))


def _suspension_begun(data: Facts, _city: Reference) -> str:
    return str(_("同意挂账至 %(date)s，办理时限暂停计算", date=data["until"]))


def _suspension_refused(data: Facts, _city: Reference) -> str:
    return str(_("挂账申请失效") if data.get("lapsed") else _("不同意挂账"))


def _suspension_prolonged(data: Facts, _city: Reference) -> str:
    return str(_("复核：挂账延至 %(date)s", date=data["until"]))


def _suspension_ended(data: Facts, _city: Reference) -> str:
    if data["because"] == "date":
        return str(_("挂账到期，恢复计时"))
    return str(_("挂账结束，恢复计时"))


def _due_moved(_data: Facts, _city: Reference) -> str:
    return str(_("重新计算办理时限"))


def _closed(_data: Facts, _city: Reference) -> str:
    return str(_("结案"))


def _archived(_data: Facts, _city: Reference) -> str:
    return str(_("归档，生成电子档案"))


def _imported(_data: Facts, _city: Reference) -> str:
    return str(_("作为历史工单导入"))


def _acknowledged(_data: Facts, _city: Reference) -> str:
    return str(_("单位签收"))


def _contacted(_data: Facts, _city: Reference) -> str:
    return str(_("先行联系诉求人"))


def _completed(data: Facts, _city: Reference) -> str:
    sentence = _("办结反馈（解释说明）") if data.get("explained") else _("办结反馈")
    if data.get("premature"):
        reasons = "、".join(str(_(words.premature[reason])) for reason in data["premature"])
        sentence += _("，疑似仓促办结：%(reasons)s", reasons=reasons)
    return str(sentence)


def _disputed(data: Facts, _city: Reference) -> str:
    return str(_("提出派单异议：%(ground)s", ground=_(words.ground[data["ground"]])))


def _withdrawn(data: Facts, _city: Reference) -> str:
    sentence = _("收回派单")
    if data.get("cards_withdrawn"):
        sentence += _("，撤销%(cards)s", cards="、".join(_(CARDS[colour]) for colour in data["cards_withdrawn"]))
    return str(sentence)


def _ruled(data: Facts, city: Reference) -> str:
    ruling = _(words.ruling[data["ruling"]])
    if data.get("unit"):
        return str(_("裁定：%(ruling)s，由%(unit)s办理", ruling=ruling, unit=_unit(data["unit"], city)))
    return str(_("裁定：%(ruling)s", ruling=ruling))


def _opened(data: Facts, city: Reference) -> str:
    return str(_("回访开始，计入%(unit)s", unit=_unit(data.get("charged"), city)))


def _attempted(data: Facts, _city: Reference) -> str:
    told = [_(words.outcome[data["outcome"]])]
    if data.get("contacted") is not None:
        told.append(_("单位已联系") if data["contacted"] else _("单位未联系"))
    if data.get("solved"):
        told.append(_(words.solved[data["solved"]]))
    if data.get("satisfaction"):
        told.append(_(words.satisfaction[data["satisfaction"]]))
    return str(_("第 %(number)s 次回访：%(answers)s", number=data["attempt"], answers="、".join(told)))


def _card(data: Facts, _city: Reference) -> str:
    return str(_("亮%(card)s", card=_(CARDS[data["colour"]])))


def _attached(data: Facts, _city: Reference) -> str:
    return str(
        _("上传材料 %(number)s：%(purpose)s", number=data["number"], purpose=_(words.file_purpose[data["purpose"]]))
    )


def _removed(data: Facts, _city: Reference) -> str:
    return str(_("移除材料 %(number)s", number=data["number"]))


SENTENCES: dict[str, tuple[Callable[[Facts, Reference], str], str, str]] = {
    **JOINED,
    "ticket.received": (_received, "telephone-inbound", "info"),
    "ticket.dispatched": (_dispatched, "send", "info"),
    "ticket.awaiting_dispatch": (_awaiting, "hourglass-split", "yellow"),
    "ticket.category_corrected": (_corrected, "tag", ""),
    "ticket.reassigned": (_reassigned, "arrow-left-right", "yellow"),
    "ticket.due_moved": (_due_moved, "clock-history", ""),
    "extension.asked": (_extension_asked, "calendar-plus", "info"),
    "extension.granted": (_extension_granted, "calendar-check", "good"),
    "extension.refused": (_extension_refused, "calendar-x", "yellow"),
    "suspension.asked": (_suspension_asked, "pause-circle", "info"),
    "suspension.begun": (_suspension_begun, "pause-circle", "yellow"),
    "suspension.refused": (_suspension_refused, "pause-circle", "yellow"),
    "suspension.prolonged": (_suspension_prolonged, "pause-circle", "yellow"),
    "suspension.ended": (_suspension_ended, "play-circle", "info"),
    "ticket.closed": (_closed, "archive", "good"),
    "ticket.archived": (_archived, "archive-fill", "good"),
    "ticket.imported": (_imported, "box-arrow-in-down", ""),
    "assignment.acknowledged": (_acknowledged, "check2", "info"),
    "assignment.first_contacted": (_contacted, "telephone-outbound", "info"),
    "assignment.completed": (_completed, "clipboard-check", "good"),
    "assignment.disputed": (_disputed, "flag", "yellow"),
    "assignment.withdrawn": (_withdrawn, "arrow-counterclockwise", ""),
    "dispute.ruled": (_ruled, "bank", "info"),
    "follow_up.opened": (_opened, "telephone", "info"),
    "follow_up.attempted": (_attempted, "chat-left-text", "info"),
    "file.attached": (_attached, "paperclip", ""),
    "file.removed": (_removed, "trash", "yellow"),
    **MATTERS,
    **AFTER,
    "card.issued": (_card, "exclamation-triangle", "red"),
    **LADDER,
    **OUTCOMES,
    **HOPS,
    **ERASURE,
}
