"""The Chinese words of the lift page for coded values."""

from __future__ import annotations

from assessment.lifting.lift import LossKind
from assessment.parts import Part
from dispatch.contract import Stand

LOSS_WORDS = {
    LossKind.NOT_CONTACTED: "未联系",
    LossKind.CONTACT_UNANSWERED: "是否联系未作答",
    LossKind.UNSOLVED: "未解决",
    LossKind.PARTLY: "部分解决",
    LossKind.SOLVED_UNANSWERED: "是否解决未作答",
    LossKind.DISSATISFIED: "不满意",
    LossKind.BASICALLY: "基本满意",
    LossKind.SATISFACTION_UNANSWERED: "满意度未作答",
    LossKind.NO_FIRST_CONTACT: "没有先行联系",
    LossKind.LATE: "未按期办结",
    LossKind.EXPLAINED: "已说明原因的未解决",
    LossKind.NOTHING_TO_COUNT: "没有可计算的工单",
    LossKind.RED_CARDS: "红牌",
    LossKind.LOST_DISPUTES: "未获支持的派单异议",
    LossKind.PROACTIVE_TOPICS: "未诉先办专题",
    LossKind.REDONE: "退回重办",
    LossKind.CAME_BACK: "重复诉求",
    LossKind.BELOW_FULL: "未得满分",
}
# Where the tickets of a loss are listed; those of the others have no list of their own.
LOSS_PARTS = {
    LossKind.NOT_CONTACTED: Part.NOT_CONTACTED,
    LossKind.CONTACT_UNANSWERED: Part.NOT_CONTACTED,
    LossKind.UNSOLVED: Part.UNSOLVED,
    LossKind.SOLVED_UNANSWERED: Part.UNSOLVED,
    LossKind.PARTLY: Part.PARTLY,
    LossKind.DISSATISFIED: Part.DISSATISFIED,
    LossKind.SATISFACTION_UNANSWERED: Part.DISSATISFIED,
    LossKind.BASICALLY: Part.BASICALLY,
}
STAND_WORDS = {
    Stand.OVERDUE: "已超期",
    Stand.UNACKNOWLEDGED: "未签收",
    Stand.IN_HAND: "办理中",
    Stand.FOLLOW_UP_DUE: "待回访",
}
STAND_TONES = {Stand.OVERDUE: "red", Stand.UNACKNOWLEDGED: "yellow", Stand.IN_HAND: "info", Stand.FOLLOW_UP_DUE: ""}
STAND_HINTS = {
    Stand.OVERDUE: "尽快办结并说明",
    Stand.UNACKNOWLEDGED: "先签收、先联系",
    Stand.IN_HAND: "按期办结",
    Stand.FOLLOW_UP_DUE: "等待回访，可先自查是否真正解决",
}


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {*LOSS_WORDS.values(), *STAND_WORDS.values(), *STAND_HINTS.values()}
