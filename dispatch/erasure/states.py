"""States and grounds of an erasure, with the rule beside each arrow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict
from dispatch.tickets.states import TicketState


class ErasureState(StrEnum):
    """Where a request to erase stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class ErasureGround(StrEnum):
    """Why the law has it erased (PIPL art 47)."""

    PURPOSE_FULFILLED = "purpose_fulfilled"
    RETENTION_OVER = "retention_over"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"
    OTHER_LAW = "other_law"


E = ErasureState
ERASURE_MOVES: Mapping[tuple[ErasureState, ErasureState], str] = {
    (E.ASKED, E.GRANTED): "another person than who asked agrees: what is personal is gone for good",
    (E.ASKED, E.REFUSED): "another person than who asked sees no ground for it",
}
ERASURE_WORDS = {E.ASKED: "待审核", E.GRANTED: "已删除", E.REFUSED: "不予删除"}
ERASURE_GROUND_WORDS = {
    ErasureGround.PURPOSE_FULFILLED: "处理目的已实现或不再必要",
    ErasureGround.RETENTION_OVER: "保存期限已届满",
    ErasureGround.CONSENT_WITHDRAWN: "个人撤回同意",
    ErasureGround.UNLAWFUL: "违反法律、行政法规或约定处理",
    ErasureGround.OTHER_LAW: "法律、行政法规规定的其他情形",
}

T = TicketState
# Where nobody works on the matter any more. A voice goes with its survivor: it can be erased once it stands alone.
OVER = frozenset({T.CLOSED, T.ARCHIVED, T.ANSWERED, T.DECLINED, T.TRANSFERRED, T.INVALID, T.WITHDRAWN})


def require_erasure_move(before: str, after: ErasureState) -> None:
    """Refuse a move that the table does not have."""
    if (ErasureState(before), after) not in ERASURE_MOVES:
        words = ERASURE_WORDS[ErasureState(before)]
        raise Conflict("erasure.illegal_move", f"删除申请当前为“{words}”，不能再审核。", state=before)
