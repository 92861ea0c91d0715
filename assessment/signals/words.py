"""The Chinese words of the pages of signals."""

from __future__ import annotations

from assessment.signals.thresholds import Signal, Thresholds

SIGNAL_WORDS = {
    Signal.CLOSED_FAST: "签收后很快办结",
    Signal.LAST_MINUTE: "压线办结",
    Signal.SAME_ANSWER: "答复雷同",
    Signal.SOLVED_BY_UNIT_ONLY: "单位称解决、诉求人称未解决",
    Signal.RECHECK_DISAGREES: "盲样复核不一致",
    Signal.SELF_CALLED: "疑似自打自接",
    Signal.DISPUTE_PING_PONG: "反复退单",
    Signal.EXCLUDED: "剔除比例异常",
}
SIGNAL_HINTS = {
    Signal.CLOSED_FAST: "签收（未签收的从派单算）后 %(minutes)s 分钟内办结",
    Signal.LAST_MINUTE: "截止前 %(minutes)s 分钟内办结",
    Signal.SAME_ANSWER: "本单位有 %(alike)s 件以上答复一字不差；已知事件的统一答复不算",
    Signal.SOLVED_BY_UNIT_ONLY: "办结时未注明原因说明，回访却答未解决",
    Signal.RECHECK_DISAGREES: "换人再问一次，回答与首次回访不同",
    Signal.SELF_CALLED: "同一诉求人在本单位有 %(tickets)s 件以上，回访几乎全部解决且满意",
    Signal.DISPUTE_PING_PONG: "退单或异议 %(times)s 次以上",
    Signal.EXCLUDED: "剔除的占全部的比例，与同组其他单位相比",
}


def numbers(by: Thresholds) -> dict[Signal, dict[str, int]]:
    """What the hints fill in."""
    return {signal: {} for signal in Signal} | {
        Signal.CLOSED_FAST: {"minutes": by.fast_minutes},
        Signal.LAST_MINUTE: {"minutes": by.last_minutes},
        Signal.SAME_ANSWER: {"alike": by.alike},
        Signal.SELF_CALLED: {"tickets": by.caller_tickets},
        Signal.DISPUTE_PING_PONG: {"times": by.dispute_times},
    }


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {*SIGNAL_WORDS.values(), *SIGNAL_HINTS.values()}
