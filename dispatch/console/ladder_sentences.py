"""Lines of the timeline about the ladder, and cards that a supervisor took back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.console.timing import limit_words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _
from dispatch.limits.ladder import DUE

TOLD = {"unit_officer": "值班人员", "unit_head": "单位负责人", "district": "所属区", "city": "市级督办"}
CARDS = {"yellow": "黄牌", "red": "红牌"}


def step_words(name: str) -> str:
    """A step of the ladder in words."""
    if name == DUE:
        return str(_("已到期"))
    if name.startswith("+"):
        return str(_("逾期 %(span)s", span=limit_words(name.removeprefix("+"))))
    return str(_("时限剩余 %(share)s", share=name))


def _reached(data: Mapping[str, Any], _city: Reference) -> str:
    told = "、".join(_(TOLD[who]) for who in data["tell"])
    return str(_("升级提醒（%(step)s）：告知%(told)s", step=step_words(data["step"]), told=told))


def _withdrawn(data: Mapping[str, Any], _city: Reference) -> str:
    return str(_("撤销%(card)s", card=_(CARDS[data["colour"]])))


LADDER: dict[str, tuple[Callable[[Mapping[str, Any], Reference], str], str, str]] = {
    "ladder.reached": (_reached, "bell", "yellow"),
    "card.withdrawn": (_withdrawn, "arrow-counterclockwise", "good"),
}
