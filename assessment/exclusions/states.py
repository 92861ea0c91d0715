"""States, sorts and remedies of a case, with the rule beside each arrow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class Sort(StrEnum):
    """剔除: take a ticket out of a unit's rates. 申诉: against a published number."""

    EXCLUSION = "exclusion"
    APPEAL = "appeal"


class Remedy(StrEnum):
    """What a granted case does to its ticket."""

    EXCLUDE = "exclude"
    ANSWER = "answer"


class CaseState(StrEnum):
    """Where a case stands."""

    APPLIED = "applied"
    FIRST_PASSED = "first_passed"
    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


S = CaseState
# Called plainly MOVES: the tables named ``…_MOVES`` are those of the hotline's own machines.
MOVES: Mapping[tuple[CaseState, CaseState], str] = {
    (S.APPLIED, S.FIRST_PASSED): "a reviewer who has no stake in it finds ground and evidence in order",
    (S.APPLIED, S.REJECTED): "a reviewer who has no stake in it finds no ground for it",
    (S.APPLIED, S.WITHDRAWN): "the applicant takes it back before it is decided",
    (S.FIRST_PASSED, S.GRANTED): "another reviewer agrees: it counts from this instant",
    (S.FIRST_PASSED, S.REJECTED): "another reviewer does not agree",
    (S.FIRST_PASSED, S.WITHDRAWN): "the applicant takes it back before it is decided",
}
STATE_WORDS = {
    S.APPLIED: "待初审",
    S.FIRST_PASSED: "待复审",
    S.GRANTED: "已同意",
    S.REJECTED: "未同意",
    S.WITHDRAWN: "已撤回申请",
}
STATE_TONES = {S.APPLIED: "info", S.FIRST_PASSED: "info", S.GRANTED: "good", S.REJECTED: "red", S.WITHDRAWN: ""}
SORT_WORDS = {Sort.EXCLUSION: "剔除", Sort.APPEAL: "申诉"}
REMEDY_WORDS = {Remedy.EXCLUDE: "不计入考核", Remedy.ANSWER: "改按另一次回访计入"}
OPEN = (S.APPLIED, S.FIRST_PASSED)


def require_move(before: str, after: CaseState) -> None:
    """Refuse a move that the table does not have."""
    if (CaseState(before), after) not in MOVES:
        words = STATE_WORDS[CaseState(before)]
        raise Conflict("exclusion.illegal_move", f"这件申请当前为“{words}”，不能这样处理。", state=before)
