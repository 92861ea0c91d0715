"""The archive as a page to be read and printed: made from the document and the names of its category, no script."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dispatch.console.words import path_words, words

TEMPLATE = "archive.html"
# What each kind of event is called; one that is newer than this table stands by its code.
EVENTS = {
    "ticket.received": "受理",
    "ticket.dispatched": "派单",
    "ticket.awaiting_dispatch": "转人工派单",
    "ticket.category_corrected": "更正分类",
    "ticket.corrected": "更正",
    "ticket.category_proposed": "建议分类",
    "ticket.limit_corrected": "更正时限",
    "ticket.reassigned": "改派",
    "ticket.due_moved": "时限变更",
    "ticket.answered": "直接答复",
    "ticket.declined": "不予派单",
    "ticket.transferred": "转接",
    "ticket.transfer_received": "对方接收",
    "ticket.transfer_refused": "对方未接收",
    "ticket.handed_in": "接收转办",
    "ticket.invalidated": "判定无效",
    "ticket.withdrawn": "撤单",
    "ticket.restored": "恢复派单",
    "ticket.merged": "并单",
    "ticket.absorbed": "并入他单",
    "ticket.unmerged": "拆单",
    "ticket.voice_left": "拆出他单",
    "ticket.noted": "备注",
    "ticket.linked": "关联",
    "ticket.closed": "结案",
    "erasure.asked": "申请删除个人信息",
    "erasure.refused": "不予删除个人信息",
    "ticket.erased": "删除个人信息",
    "assignment.acknowledged": "签收",
    "assignment.first_contacted": "先行联系",
    "assignment.completed": "办结反馈",
    "assignment.disputed": "提出派单异议",
    "assignment.withdrawn": "收回派单",
    "dispute.consulted": "会商",
    "dispute.discussed": "会商意见",
    "dispute.ruled": "裁定",
    "catalogue.proposed": "建议修改派单目录",
    "catalogue.decided": "派单目录建议处理",
    "extension.asked": "申请延期",
    "extension.granted": "同意延期",
    "extension.refused": "不同意延期",
    "suspension.asked": "申请挂账",
    "suspension.begun": "挂账",
    "suspension.refused": "不同意挂账",
    "suspension.prolonged": "延长挂账",
    "suspension.ended": "挂账结束",
    "support.asked": "请求协办",
    "support.acknowledged": "协办签收",
    "support.reported": "协办反馈",
    "support.released": "协办解除",
    "hop.passed": "二级派单",
    "hop.acknowledged": "下级签收",
    "hop.reported": "下级反馈",
    "hop.recalled": "收回二级派单",
    "incident.attached": "挂到已知事件",
    "incident.detached": "脱离已知事件",
    "incident.progressed": "已知事件进展",
    "alert.raised": "预警",
    "alert.seen": "预警处置",
    "card.issued": "亮牌",
    "card.withdrawn": "撤牌",
    "ladder.reached": "升级提醒",
    "follow_up.opened": "回访开始",
    "follow_up.attempted": "回访",
    "follow_up.charged": "回访改计单位",
    "follow_up.cancelled": "回访取消",
    "file.attached": "上传材料",
    "file.removed": "移除材料",
}
TABLES = {
    "kind": words.kind,
    "channel": words.channel,
    "urgency": words.urgency,
    "role": words.role,
    "assignment": words.assignment,
    "ground": words.ground,
    "ruling": words.ruling,
    "outcome": words.outcome,
    "solved": words.solved,
    "satisfaction": words.satisfaction,
    "text": words.text,
    "purpose": words.file_purpose,
    "event": EVENTS,
    "colour": {"yellow": "黄牌", "red": "红牌"},
}


def render(document: bytes, zone: tzinfo, path_of: Callable[[str], tuple[str, ...]]) -> bytes:
    """The page of a sealed archive, instants in ``zone``; ``path_of``: the names of a category from the top."""
    sealed = json.loads(document)
    archive = sealed["archive"]

    def local(instant: str | None) -> str:
        return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if instant else "—"

    def unit(code: str | None) -> str:
        return f"{archive['units'].get(code, code)}（{code}）" if code else "—"

    def category(code: str | None) -> str:
        return path_words(code, path_of)

    page = _environment().get_template(TEMPLATE)
    said = {"local": local, "unit": unit, "category": category}
    values = {**said, "digest": hashlib.sha256(document).hexdigest(), **archive}
    return (page.render(**values) + "\n").encode()


def _say(table: str, code: Any) -> str:
    """The word of a code; the code itself where there is none, a dash for nothing."""
    if code is None:
        return "—"
    if isinstance(code, bool):
        return str(words.yes_no[code])
    return str(TABLES[table].get(code, code))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("dispatch.archives"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # An archive is Chinese whoever prints it: the words are said as they stand.
    made.globals.update(_=lambda sentence: sentence, say=_say)
    made.filters["facts"] = lambda data: json.dumps(data, ensure_ascii=False, sort_keys=True)
    return made
