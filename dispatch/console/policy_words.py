"""What a policy says, in words: spans, office hours, and the names of the file's keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from dispatch.console.choices import options
from dispatch.console.ladder_sentences import TOLD, step_words
from dispatch.console.timing import limit_words
from dispatch.console.words import category_name, words
from dispatch.kernel.i18n import gettext as _
from dispatch.limits.office import Span
from dispatch.limits.procedure import MINUTES
from dispatch.policies.differences import Difference

UNITS = {"h": "小时", "nd": "自然日", "wd": "工作日", "wh": "工作小时"}
SPANS = {"min": "分钟", **UNITS}
STEPS = {"%": "% 时限剩余时", "due": "到期时", **{f"+{unit}": f"{word}后(逾期)" for unit, word in UNITS.items()}}
APPROVERS = {"district": "所属区(热线也可审批)", "hotline": "热线"}
STATES = {"coming": "待生效", "in_force": "生效中", "past": "已过时", "withdrawn": "已撤回"}
TONES = {"coming": "info", "in_force": "good", "past": "", "withdrawn": ""}
KEYS = {
    "name": "名称",
    "limit": "办理时限",
    "cards": "黄牌红牌",
    "cards.long_hours": "较长时限：满多少小时",
    "cards.ahead_hours": "较长时限：到期前多少小时黄牌",
    "cards.share_left": "较短时限：剩余比例(0 与 1 之间)时黄牌",
    "ladder": "升级提醒",
    "dispute.window": "异议期限",
    "extension": "延期",
    "extension.cap": "延期上限",
    "office_hours": "办公时间",
    "follow_up": "回访",
    "supervision": "督办",
    "contact": "联系诉求人",
    "routing": "派单",
    "archive": "归档",
    "suspension": "挂账",
    "overview": "全市总览",
    "repeats": "重复诉求",
    "likeness": "内容相似",
    "completion": "办结",
    "outcomes": "直接答复",
    "supplement": "补充情况",
    "call_back": "回拨",
    "support": "协办",
    "handler": "下级承办",
    "duty": "值班",
}
FIELDS = {
    "limit": "办理",
    "acknowledge": "签收",
    "first_contact": "先行联系",
    "basis": "依据",
    "tell": "告知",
    "window": "提出期限",
    "ruling": "裁定期限",
    "consultation": "会商期限",
    "count": "次数",
    "longest": "累计不超过",
}
COUNTED = ("limit", "acknowledge", "first_contact", "window", "ruling", "consultation", "longest")
MICROSECOND = timedelta(microseconds=1)


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {word for table in (SPANS, STEPS, APPROVERS, STATES, KEYS, FIELDS) for word in table.values()}


def span_text(text: str | None) -> str:
    """``20min`` or any limit in words; a dash for none."""
    if text and text.endswith(MINUTES):
        return str(_("%(minutes)s 分钟", minutes=text.removesuffix(MINUTES)))
    return limit_words(text)


def size_text(unit: str, amount_to: int | None) -> str:
    """Of which limits a row speaks: ``2 小时以内``, or all in a unit."""
    if amount_to is None:
        return str(_("以%(unit)s计的其余时限", unit=_(UNITS[unit])))
    return str(_("%(span)s以内", span=limit_words(f"{amount_to}{unit}")))


def hours_text(spans: Iterable[Span]) -> str:
    """``09:00–12:00、13:00–18:00``."""
    return "、".join("–".join(_clock(moment) for moment in span) for span in spans)


def _clock(moment: int) -> str:
    minutes = moment * MICROSECOND // timedelta(minutes=1)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def matter_text(category: str, urgency: str, kind: str, unit_kind: str) -> str:
    """Which matters a row of limits speaks of."""
    named = (
        category and category_name(category),
        urgency and _(words.urgency[urgency]),
        kind and _(words.kind[kind]),
        unit_kind and _("由%(kind)s主办", kind=_(words.unit_kind[unit_kind])),
    )
    return " · ".join(str(one) for one in named if one) or str(_("其余诉求"))


def difference_words(one: Difference) -> tuple[str, str, str]:
    """(what, before, after) of a line in the list of changes."""
    return _place(one), _value(one.key, one.before), _value(one.key, one.after)


def _place(one: Difference) -> str:
    section = max((key for key in KEYS if f"{one.key}.".startswith(f"{key}.")), key=len, default="")
    named = str(_(KEYS[section])) if section else one.key
    if not one.row and one.key not in ("name", *KEYS):
        return f"{named} · {one.key}"
    row = dict(one.row)
    if one.key == "limit":
        named += "：" + matter_text(*(str(row.get(name, "")) for name in ("category", "urgency", "kind", "unit_kind")))
    elif one.key == "ladder":
        named += "：" + step_words(row["at"])
    elif "unit" in row:
        named += "：" + size_text(row["unit"], row.get("amount_to"))
    return named


def _value(key: str, value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, dict):
        return "；".join(f"{_(FIELDS.get(str(name), str(name)))} {_plain(name, one)}" for name, one in value.items())
    return _plain(key, value)


def _plain(name: str, value: Any) -> str:
    if name == "tell":
        told = dict(options(TOLD))
        return "、".join(told.get(who, str(who)) for who in value)
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    return span_text(value) if name in COUNTED else str(value)
