"""What a consulted unit may say, and where a proposal for the catalogue stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class Stance(StrEnum):
    """A unit's position in a consultation."""

    MINE = "mine"
    SUPPORT = "support"
    NOT_MINE = "not_mine"


STANCE_WORDS = {
    Stance.MINE: "可由本单位主办",
    Stance.SUPPORT: "可由本单位协办",
    Stance.NOT_MINE: "不属于本单位",
}


class ProposalState(StrEnum):
    """Where a proposal for the catalogue stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLACED = "replaced"


P = ProposalState

PROPOSAL_MOVES: Mapping[tuple[ProposalState, ProposalState], str] = {
    (P.PROPOSED, P.ACCEPTED): "a supervisor makes the ruling's result the rule",
    (P.PROPOSED, P.REJECTED): "a supervisor keeps it a single case",
    (P.ACCEPTED, P.REPLACED): "a later one for the same category, area and kind was accepted",
}

PROPOSAL_WORDS = {
    P.PROPOSED: "待审核",
    P.ACCEPTED: "已采纳",
    P.REJECTED: "未采纳",
    P.REPLACED: "已被替代",
}


def require_proposal_move(before: str, after: ProposalState) -> None:
    """Refuse a proposal's move that the table does not have."""
    if (ProposalState(before), after) not in PROPOSAL_MOVES:
        raise Conflict("proposal.decided", "这条派单目录建议已有处理结果。", state=before)
