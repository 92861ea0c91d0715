"""Codes of endings, hand-overs, missing facts and calls called back, each with its Chinese word."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class EndingKind(StrEnum):
    """How a matter ends without a unit; the ticket's state has the same word."""

    ANSWERED = "answered"
    DECLINED = "declined"
    TRANSFERRED = "transferred"
    INVALID = "invalid"
    WITHDRAWN = "withdrawn"


# How a call may end at once.
ENDING_WORDS: Mapping[str, str] = {
    EndingKind.ANSWERED: "直接答复",
    EndingKind.DECLINED: "不予派单",
    EndingKind.TRANSFERRED: "转接 110、119、120、122",
    EndingKind.INVALID: "判定无效",
}


class HandOverState(StrEnum):
    """Where a hand-over stands."""

    SENT = "sent"
    RECEIVED = "received"
    REFUSED = "refused"


HAND_OVER_MOVES: Mapping[tuple[HandOverState, HandOverState], str] = {
    (HandOverState.SENT, HandOverState.RECEIVED): "the service gave its number for it",
    (HandOverState.SENT, HandOverState.REFUSED): "the service does not take it: a person dispatches it",
    (HandOverState.RECEIVED, HandOverState.REFUSED): "the service gives it back after a look: a person dispatches it",
}

HAND_OVER_WORDS = {
    HandOverState.SENT: "待回执",
    HandOverState.RECEIVED: "已接收",
    HandOverState.REFUSED: "未接收，已退回",
}

AGENCIES = {"110": "110 公安", "119": "119 消防救援", "120": "120 医疗急救", "122": "122 交通事故"}

LEGAL_PATHS = {
    "litigation": "诉讼",
    "arbitration": "仲裁",
    "discipline": "纪检监察",
    "review": "行政复议",
    "disclosure": "政府信息公开",
    "petition": "信访",
}

INVALID_GROUNDS = {
    "no_matter": "没有可办理的内容",
    "harassment": "骚扰来电",
    "silent": "无声或中途挂断",
    "wrong_number": "误拨",
    "test": "测试来电",
}

ALERT_WORDS = {
    "threat": "扬言威胁",
    "suicide": "轻生表述",
    "crime": "违法犯罪",
    "fire": "火情",
    "leak": "燃气泄漏",
    "medical": "急病伤情",
    "traffic": "交通事故",
    "danger": "险情",
}

FACTS = {
    "address": "发生地址",
    "time": "发生时间",
    "contact": "联系方式",
    "evidence": "图片或其他依据",
    "other": "其他情况",
}

MEANS = {"phone": "电话询问", "link": "短信链接"}


class CallBackOutcome(StrEnum):
    """How calling back ended."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


CALL_BACK_WORDS = {
    CallBackOutcome.REACHED: "已接通",
    CallBackOutcome.NO_ANSWER: "无人接听",
    CallBackOutcome.WRONG_NUMBER: "号码有误",
}


def require_hand_over_move(before: str, after: HandOverState) -> None:
    """Refuse a move that the table does not have."""
    if (HandOverState(before), after) not in HAND_OVER_MOVES:
        words = HAND_OVER_WORDS[HandOverState(before)]
        raise Conflict("hand_over.illegal_move", f"转接当前为“{words}”，不能再这样登记。", state=before)
