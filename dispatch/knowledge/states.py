"""The states of an article's versions, with the rule beside each arrow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dispatch.kernel.errors import Conflict


class ArticleState(StrEnum):
    """Where a version stands. Each edit is a new version; one article has at most one draft."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


A = ArticleState

ARTICLE_MOVES: Mapping[tuple[ArticleState, ArticleState], str] = {
    (A.DRAFT, A.PUBLISHED): "the head of the responsible unit, or the hotline, vouches for it",
    (A.DRAFT, A.RETIRED): "a later edit replaced it, or the article was retired before anybody vouched for it",
    (A.PUBLISHED, A.RETIRED): "a newer version holds, or the matter is over",
}

ARTICLE_WORDS = {A.DRAFT: "草稿", A.PUBLISHED: "在用", A.RETIRED: "已停用"}


def require_article_move(before: str, after: ArticleState) -> None:
    """Refuse a move that the table does not have. Raises 409 ``knowledge.illegal_move``."""
    if (ArticleState(before), after) not in ARTICLE_MOVES:
        raise Conflict("knowledge.illegal_move", "这个版本已不是草稿，请重新打开看最新版本。", state=before)
