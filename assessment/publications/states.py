"""The life of a publication, with the rule beside each arrow (design §8)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class PublicationState(StrEnum):
    """Where a publication stands."""

    PREPARING = "preparing"
    FROZEN = "frozen"
    SIGNED = "signed"
    PUBLISHED = "published"
    DISCARDED = "discarded"


S = PublicationState
# Called plainly MOVES: the tables named ``…_MOVES`` are those of the hotline's own machines.
MOVES: Mapping[tuple[PublicationState, PublicationState], str] = {
    (S.PREPARING, S.FROZEN): "units, facts and result are copied as of the cut-off, with their digests",
    (S.PREPARING, S.DISCARDED): "not wanted, or impossible to freeze",
    (S.FROZEN, S.SIGNED): "another person than who prepared it agrees",
    (S.FROZEN, S.DISCARDED): "not wanted, or overtaken by a later decision",
    (S.SIGNED, S.PUBLISHED): "another person than who signed it makes it known",
    (S.SIGNED, S.DISCARDED): "not wanted, or overtaken by a later decision",
}
PUBLICATION_WORDS = {
    S.PREPARING: "冻结中",
    S.FROZEN: "待签发",
    S.SIGNED: "待发布",
    S.PUBLISHED: "已发布",
    S.DISCARDED: "已作废",
}
# What nobody has published and nobody has given up: one of a scheme, period and group at a time.
UNDER_WAY = (S.PREPARING, S.FROZEN, S.SIGNED)


def require_publication_move(before: str, after: PublicationState) -> None:
    """Refuse a move that the table does not have."""
    if (PublicationState(before), after) not in MOVES:
        words, wanted = PUBLICATION_WORDS[PublicationState(before)], PUBLICATION_WORDS[after]
        raise Conflict("publication.illegal_move", f"通报当前为“{words}”，不能改为“{wanted}”。", state=before)
