"""Follow-up states and answers, with the rule beside each arrow (rules.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class FollowUpState(StrEnum):
    """Where a follow-up stands; its own thing, not a state of the ticket."""

    OPEN = "open"
    ATTEMPTED = "attempted"
    ANSWERED = "answered"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How an attempt ended."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"


class Solved(StrEnum):
    """是否解决."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Satisfaction(StrEnum):
    """是否满意."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    DISSATISFIED = "dissatisfied"


F = FollowUpState

FOLLOW_UP_MOVES: Mapping[tuple[FollowUpState, FollowUpState], str] = {
    (F.OPEN, F.ATTEMPTED): "tried without reaching",
    (F.ATTEMPTED, F.ATTEMPTED): "tried again without reaching",
    (F.OPEN, F.ANSWERED): "reached at the first try",
    (F.ATTEMPTED, F.ANSWERED): "reached at a later try",
    (F.OPEN, F.CANCELLED): "the reporter took the matter back, or a voice was unmerged",
    (F.ATTEMPTED, F.CANCELLED): "the reporter took the matter back, or a voice was unmerged",
    (F.CANCELLED, F.OPEN): "called off by an unmerge, and due after all (rules §5)",
    (F.ATTEMPTED, F.UNREACHED): "enough attempts on enough days without reaching",
    (F.UNREACHED, F.CANCELLED): "a voice was unmerged before its own matter was due or done",
}

FOLLOW_UP_WORDS = {
    F.OPEN: "待回访",
    F.ATTEMPTED: "已尝试",
    F.ANSWERED: "已回访",
    F.UNREACHED: "未联系上",
    F.CANCELLED: "已取消",
}


def require_follow_up_move(before: str, after: FollowUpState) -> None:
    """Refuse a move that the table does not have."""
    if (FollowUpState(before), after) not in FOLLOW_UP_MOVES:
        raise Conflict(
            "follow_up.illegal_move",
            f"回访当前为“{FOLLOW_UP_WORDS[FollowUpState(before)]}”，不能再登记。",
            state=before,
        )
