"""The verbs of the knowledge base: write, revise, publish, retire, cite. Each version is kept, with who did what and when.

``within`` are the units whose articles the acting person keeps: their own and those below; None for the hotline, which keeps any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.knowledge import queries
from dispatch.knowledge.content import Content, check, check_keeper
from dispatch.knowledge.models import Article, ArticleCitation, ArticleVersion
from dispatch.knowledge.states import ArticleState, require_article_move


def create(session: Session, content: Content, *, within: frozenset[int] | None, actor: str, at: datetime) -> Article:
    """A new article with its first draft. Raises ``knowledge.*`` for unusable content or a unit that is not theirs."""
    check(content, reference(session, at).taxonomy)
    check_keeper(content.unit_id, within)
    article = Article(unit_id=content.unit_id, version_count=0, change_count=0, created_at=at)
    session.add(article)
    session.flush()
    _write(session, article, content, actor=actor, at=at)
    return article


def revise(
    session: Session,
    article_id: int,
    content: Content,
    *,
    based_on: int,
    within: frozenset[int] | None,
    actor: str,
    at: datetime,
) -> Article:
    """The next version, a draft; what is in force stays in force until that is published.

    ``based_on`` is the version that the editor had before them. Raises 404, 403, and 409 ``knowledge.changed`` where somebody
    has written a later one.
    """
    article = _lock(session, article_id, within)
    if based_on != article.version_count:
        raise Conflict(
            "knowledge.changed", "这篇知识已被他人更新，请重新打开最新版本再改。", version=article.version_count
        )
    check(content, reference(session, at).taxonomy)
    check_keeper(content.unit_id, within)
    for earlier in queries.live_versions(session, article_id):
        if earlier.state == ArticleState.DRAFT:
            _retire(earlier, actor=actor, at=at)
    session.flush()
    _write(session, article, content, actor=actor, at=at)
    return article


def publish(
    session: Session, article_id: int, version: int, *, within: frozenset[int] | None, actor: str, at: datetime
) -> Article:
    """Put a draft in force. Earlier versions end now, or when this one begins where that is later.

    Raises 404, 403, 409 ``knowledge.illegal_move`` for what is no draft, 422 ``knowledge.expired`` for one whose time is over.
    """
    article = _lock(session, article_id, within)
    live = {one.version: one for one in queries.live_versions(session, article_id)}
    draft = live.pop(version, None)
    require_article_move(draft.state if draft else ArticleState.RETIRED, ArticleState.PUBLISHED)
    assert draft is not None
    if draft.valid_to is not None and draft.valid_to <= at:
        raise DomainError("knowledge.expired", "有效期已过，请先修改失效日期再发布。", field="valid_until")
    for earlier in live.values():
        _supersede(earlier, max(at, draft.valid_from), actor=actor, at=at)
    draft.state, draft.published_by, draft.published_at = ArticleState.PUBLISHED, actor, at
    article.change_count += 1
    return article


def retire(session: Session, article_id: int, *, within: frozenset[int] | None, actor: str, at: datetime) -> Article:
    """End the article: nothing of it is found any more, all of it stays readable where it was cited.

    Raises 404, 403, 409 ``knowledge.retired`` where nothing of it lives.
    """
    article = _lock(session, article_id, within)
    live = queries.live_versions(session, article_id)
    if not live:
        raise Conflict("knowledge.retired", "这篇知识已经停用。")
    for version in live:
        _retire(version, actor=actor, at=at)
    article.change_count += 1
    return article


def cite(session: Session, ticket_id: int, articles: Sequence[int], *, at: datetime) -> list[dict[str, int]]:
    """Note that the ticket's answer rests on these articles, in the versions in force at ``at``.

    Returns ``[{"article": id, "version": n}, …]`` in the order given, each once, for the event's data. Citing twice changes
    nothing. Raises ``knowledge.unknown`` (field ``articles``) for one that does not exist or is not in force.
    """
    wanted = list(dict.fromkeys(articles))
    versions = queries.versions_in_force(session, wanted, at=at)
    if missing := [article_id for article_id in wanted if article_id not in versions]:
        raise DomainError(
            "knowledge.unknown", "引用的知识不存在或已停用，请重新选择。", field="articles", missing=missing
        )
    rows = [
        {"ticket_id": ticket_id, "article_id": article_id, "version": versions[article_id], "at": at}
        for article_id in wanted
    ]
    if rows:
        session.execute(insert(ArticleCitation).on_conflict_do_nothing(), rows)
    return [{"article": article_id, "version": versions[article_id]} for article_id in wanted]


def _lock(session: Session, article_id: int, within: frozenset[int] | None) -> Article:
    """The article, locked. Raises 404, or 403 ``knowledge.not_yours`` for one that others keep but this person may read."""
    article = queries.lock_article(session, article_id)
    if article is None:
        raise queries.unknown_article()
    if within is not None and article.unit_id not in within:
        if not queries.is_readable(session, article_id):
            raise queries.unknown_article()
        raise queries.foreign_article()
    return article


def _write(session: Session, article: Article, content: Content, *, actor: str, at: datetime) -> None:
    article.version_count += 1
    article.change_count += 1
    article.unit_id = content.unit_id
    session.add(
        ArticleVersion(
            article_id=article.article_id,
            version=article.version_count,
            state=ArticleState.DRAFT,
            search=content.search,
            written_by=actor,
            written_at=at,
            **asdict(content),
        )
    )
    session.flush()


def _supersede(earlier: ArticleVersion, begins: datetime, *, actor: str, at: datetime) -> None:
    """A published version ends where the new one begins; one whose end has come, or that would never hold, is retired."""
    ends = min(earlier.superseded_at or begins, begins)
    if ends <= at or ends <= earlier.valid_from:
        _retire(earlier, actor=actor, at=at)
    else:
        earlier.superseded_at = ends


def _retire(version: ArticleVersion, *, actor: str, at: datetime) -> None:
    require_article_move(version.state, ArticleState.RETIRED)
    version.state, version.retired_by, version.retired_at = ArticleState.RETIRED, actor, at
