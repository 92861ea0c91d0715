"""The Chinese words of the pages of cases for every coded value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assessment.console import words as ranking
from assessment.exclusions.applying import EVENT, FILE
from assessment.exclusions.rules import grounds
from assessment.exclusions.states import REMEDY_WORDS, SORT_WORDS, STATE_TONES, STATE_WORDS

GROUP_WORDS = ranking.GROUP_WORDS
GROUND_WORDS = {code: ground.name for code, ground in grounds().items()}
BASIS_WORDS = {code: ground.basis for code, ground in grounds().items()}
EVIDENCE_WORDS = {EVENT: "工单记录", FILE: "材料"}
OTHER_EVENT = "其他记录"
# What commonly proves something; the whole timeline is on the ticket's own page.
EVENT_WORDS = {
    "ticket.received": "受理",
    "ticket.dispatched": "派单",
    "ticket.reassigned": "转派",
    "ticket.corrected": "更正",
    "ticket.noted": "备注",
    "ticket.imported": "历史工单导入",
    "ticket.closed": "结案",
    "ticket.redone": "退回重办",
    "ticket.withdrawn": "诉求人撤单",
    "assignment.acknowledged": "签收",
    "assignment.first_contacted": "先行联系",
    "assignment.completed": "办结反馈",
    "assignment.disputed": "派单异议",
    "dispute.ruled": "异议裁定",
    "suspension.begun": "挂账",
    "extension.granted": "延期",
    "follow_up.opened": "回访开始",
    "follow_up.attempted": "回访",
    "follow_up.rechecked": "复核回访",
    "file.attached": "上传材料",
    "supplement.asked": "请诉求人补充",
    "supplement.given": "诉求人补充",
}
PURPOSE_WORDS = {
    "reporter": "诉求人提供",
    "evidence": "佐证材料",
    "before": "办理前",
    "after": "办理后",
    "other": "其他",
}
SOLVED_WORDS = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFACTION_WORDS = {"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意"}
TABLES: tuple[Mapping[Any, str], ...] = (
    GROUND_WORDS,
    BASIS_WORDS,
    EVIDENCE_WORDS,
    REMEDY_WORDS,
    SORT_WORDS,
    STATE_WORDS,
    EVENT_WORDS,
    PURPOSE_WORDS,
    SOLVED_WORDS,
    SATISFACTION_WORDS,
    {"": OTHER_EVENT},
)
TONES = STATE_TONES


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {word for table in TABLES for word in table.values()}
