"""What the knowledge base is asked: what fits the caller's words, what an article said when, what wants a second look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.kernel import sides
from dispatch.kernel.errors import Forbidden, NotFound
from dispatch.knowledge.models import Article, ArticleCitation, ArticleVersion
from dispatch.knowledge.ranking import Asked, asked, shipped_ranking
from dispatch.knowledge.states import ArticleState
from dispatch.knowledge.tokens import excerpt

LARGEST_ID: Final = 2**63 - 1

# A rare token says more than one that every article holds, so each counts by the logarithm of its rarity among what is in force;
# a synonym is as rare as the word that it stands for. A hit is shown by how well it fits, and placed by that with synonyms
# discounted, so that they are found beside an exact word and never above it.
# One look into the index for all tokens; "|| ''" unpacks a vector once for its article and not once for each token.
SEARCH: Final = text(
    """
    WITH found AS (
        SELECT article_id, version, concept, max(weight) AS weight, max(weight * factor) AS discounted
        FROM (
            SELECT v.article_id, v.version, v.search || CAST('' AS tsvector) AS words
            FROM article_version v
            WHERE v.search @@ CAST(:any AS tsquery) AND v.state = 'published'
              AND v.valid_from <= :at AND (v.valid_to IS NULL OR v.valid_to > :at)
              AND (v.superseded_at IS NULL OR v.superseded_at > :at)
              AND (CAST(:category AS text) IS NULL OR starts_with(v.category, :category))
            OFFSET 0
        ) candidate
        CROSS JOIN LATERAL (
            SELECT concept, factor, ts_rank(CAST(:weights AS real[]), words, CAST(word AS tsquery)) AS weight
            FROM unnest(CAST(:queries AS text[]), CAST(:concepts AS int[]), CAST(:factors AS real[]))
                AS one (word, concept, factor) OFFSET 0
        ) asked
        WHERE weight > 0
        GROUP BY article_id, version, concept
    ), hit AS (
        SELECT *, count(*) OVER (PARTITION BY concept) AS holders FROM found
    ), scored AS (
        SELECT article_id, version, sum(weight * ln(1 + total.count / holders)) AS fit,
            sum(discounted * ln(1 + total.count / holders)) AS score
        FROM hit, (SELECT CAST(count(*) AS float) AS count FROM article_version WHERE state = 'published') total
        GROUP BY article_id, version
    ), compared AS (SELECT *, max(fit) OVER () AS best, max(score) OVER () AS first FROM scored)
    SELECT v.article_id, v.version, v.title, v.body, v.unit_id, v.category
    FROM compared c JOIN article_version v ON v.article_id = c.article_id AND v.version = c.version
    WHERE c.fit >= c.best * :least OR c.score >= c.first * :least
    ORDER BY c.score DESC, c.article_id LIMIT :limit
    """
)


class Hit(NamedTuple):
    """An article in force that fits; ``unit_name`` is empty for the hotline's own."""

    article_id: int
    version: int
    title: str
    excerpt: str
    unit_name: str
    category: str
    body: str


class ArticleView(NamedTuple):
    """An article as one reader may see it: its versions, latest first, and which of them is in force."""

    article: Article
    versions: list[ArticleVersion]
    in_force: ArticleVersion | None

    @property
    def draft(self) -> ArticleVersion | None:
        """The version that waits to be published."""
        return next((one for one in self.versions if one.state == ArticleState.DRAFT), None)


class Citation(NamedTuple):
    """A version that a ticket's answer rests on."""

    article_id: int
    version: int
    title: str
    at: datetime


def unknown_article() -> NotFound:
    """The one answer for what does not exist and for what this person may not see."""
    return NotFound("knowledge.not_found", "没有这篇知识，或您无权查看。")


def article_id_of(word: str) -> int:
    """An article's id out of an address. Raises 404 for anything else."""
    if not (word.isascii() and word.isdigit() and len(word) < len(str(LARGEST_ID))):
        raise unknown_article()
    return int(word)


def holds(at: datetime) -> ColumnElement[bool]:
    """The condition that a version is in force at ``at``."""
    return and_(
        ArticleVersion.state == ArticleState.PUBLISHED,
        ArticleVersion.valid_from <= at,
        or_(ArticleVersion.valid_to.is_(None), ArticleVersion.valid_to > at),
        or_(ArticleVersion.superseded_at.is_(None), ArticleVersion.superseded_at > at),
    )


def search(session: Session, words: str, *, at: datetime, limit: int = 10, category: str | None = None) -> list[Hit]:
    """The articles in force at ``at`` that fit ``words`` best, best first; ``category``: a class (``10``) or a leaf (``1001``).

    Title and ways of asking weigh more than the body, the words themselves more than what says the same. Words without a letter or
    digit find nothing.
    """
    wanted = asked(words)
    if not wanted:
        return []
    values = search_values(wanted) | {"at": at, "limit": limit, "category": category}
    return [_hit(session, row, words, at) for row in session.execute(SEARCH, values)]


def search_values(wanted: Sequence[Asked]) -> dict[str, Any]:
    """What ``SEARCH`` needs to know of the tokens and of the ranking."""
    rules = shipped_ranking()
    return {
        "queries": [one.literal for one in wanted],
        "concepts": [one.concept for one in wanted],
        "factors": [one.factor for one in wanted],
        "any": " | ".join(one.literal for one in wanted),
        "weights": rules.weights,
        "least": rules.least_share,
    }


def newest(session: Session, *, at: datetime, limit: int, category: str | None = None) -> list[Hit]:
    """What is in force at ``at``, last published first."""
    columns = (ArticleVersion.article_id, ArticleVersion.version, ArticleVersion.title, ArticleVersion.body)
    statement = (
        select(*columns, ArticleVersion.unit_id, ArticleVersion.category)
        .where(holds(at))
        .order_by(ArticleVersion.published_at.desc(), ArticleVersion.article_id.desc())
        .limit(limit)
    )
    if category:
        statement = statement.where(ArticleVersion.category.startswith(category, autoescape=True))
    return [_hit(session, row, "", at) for row in session.execute(statement)]


def article_view(session: Session, article_id: int, *, at: datetime, within: frozenset[int] | None) -> ArticleView:
    """An article with every version that was ever published; those that were not are shown to who keeps it (``within``).

    Raises 404 for one that was never published to anybody else.
    """
    article = session.get(Article, article_id)
    if article is None:
        raise unknown_article()
    statement = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    if within is not None and article.unit_id not in within:
        statement = statement.where(ArticleVersion.published_at.is_not(None))
    versions = list(session.scalars(statement.order_by(ArticleVersion.version.desc())))
    if not versions:
        raise unknown_article()
    in_force = session.scalars(statement.where(holds(at)).order_by(ArticleVersion.version.desc())).first()
    return ArticleView(article, versions, in_force)


def latest_to_edit(session: Session, article_id: int, *, at: datetime, within: frozenset[int] | None) -> ArticleVersion:
    """The version that an edit begins from. Raises 404, or 403 ``knowledge.not_yours`` for one that others keep."""
    view = article_view(session, article_id, at=at, within=within)
    if within is not None and view.article.unit_id not in within:
        raise foreign_article()
    return view.versions[0]


def foreign_article() -> Forbidden:
    """The answer to whoever would change what another unit keeps."""
    return Forbidden("knowledge.not_yours", "这篇知识由其他单位维护，您不能修改。")


def lock_article(session: Session, article_id: int) -> Article | None:
    """The article's row, locked until the transaction ends; None where there is none."""
    statement = select(Article).where(Article.article_id == article_id).with_for_update()
    return session.scalar(statement.execution_options(populate_existing=True))


def is_readable(session: Session, article_id: int) -> bool:
    """Whether any version was ever published."""
    found = select(ArticleVersion.version).where(
        ArticleVersion.article_id == article_id, ArticleVersion.published_at.is_not(None)
    )
    return session.scalar(select(found.exists())) or False


def live_versions(session: Session, article_id: int) -> list[ArticleVersion]:
    """Draft and published versions in order; to be asked under the article's lock."""
    statement = (
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article_id, ArticleVersion.state != ArticleState.RETIRED)
        .order_by(ArticleVersion.version)
    )
    return list(session.scalars(statement))


def versions_in_force(session: Session, articles: Sequence[int], *, at: datetime) -> dict[int, int]:
    """Article → the version in force at ``at``; those without one are left out."""
    rows = session.execute(
        select(ArticleVersion.article_id, ArticleVersion.version).where(
            ArticleVersion.article_id.in_([one for one in articles if 0 < one <= LARGEST_ID]), holds(at)
        )
    )
    return {row.article_id: row.version for row in rows}


def titles_in_force(session: Session, articles: Sequence[int], *, at: datetime) -> list[tuple[int, str]]:
    """(article, title) of those in force at ``at``, in the order given."""
    wanted = [one for one in dict.fromkeys(articles) if 0 < one <= LARGEST_ID]
    rows = session.execute(
        select(ArticleVersion.article_id, ArticleVersion.title).where(ArticleVersion.article_id.in_(wanted), holds(at))
    )
    titles = {row.article_id: row.title for row in rows}
    return [(one, titles[one]) for one in wanted if one in titles]


def to_review(session: Session, within: frozenset[int] | None, *, at: datetime, limit: int) -> list[ArticleVersion]:
    """待复核: versions in force whose review date has come, longest waiting first, of these units (None: of all)."""
    statement = select(ArticleVersion).join(Article, Article.article_id == ArticleVersion.article_id)
    statement = statement.where(holds(at), ArticleVersion.review_at <= at, _kept(within))
    return list(session.scalars(statement.order_by(ArticleVersion.review_at, ArticleVersion.article_id).limit(limit)))


def drafts(session: Session, within: frozenset[int] | None, *, limit: int) -> list[ArticleVersion]:
    """What waits to be published, oldest first, of these units (None: of all)."""
    statement = select(ArticleVersion).join(Article, Article.article_id == ArticleVersion.article_id)
    statement = statement.where(ArticleVersion.state == ArticleState.DRAFT, _kept(within))
    return list(session.scalars(statement.order_by(ArticleVersion.written_at, ArticleVersion.article_id).limit(limit)))


def citations(session: Session, ticket_id: int) -> list[Citation]:
    """What the answers of a ticket rest on, in order of time, as it read then."""
    if sides.is_empty(session, ArticleCitation, ticket_id):
        return []
    statement = (
        select(ArticleCitation.article_id, ArticleCitation.version, ArticleVersion.title, ArticleCitation.at)
        .join(
            ArticleVersion,
            and_(
                ArticleVersion.article_id == ArticleCitation.article_id,
                ArticleVersion.version == ArticleCitation.version,
            ),
        )
        .where(ArticleCitation.ticket_id == ticket_id)
        .order_by(ArticleCitation.at, ArticleCitation.article_id)
    )
    return [Citation(*row) for row in session.execute(statement)]


def cited_counts(session: Session, articles: Iterable[int]) -> dict[int, int]:
    """Article → how many tickets cite it, in whatever version; 0 where none does."""
    wanted = list(articles)
    statement = (
        select(ArticleCitation.article_id, func.count(ArticleCitation.ticket_id.distinct()))
        .where(ArticleCitation.article_id.in_(wanted))
        .group_by(ArticleCitation.article_id)
    )
    counted = {row[0]: row[1] for row in session.execute(statement)}
    return {article_id: counted.get(article_id, 0) for article_id in wanted}


def _kept(within: frozenset[int] | None) -> ColumnElement[bool]:
    return text("true") if within is None else Article.unit_id.in_(within)  # type: ignore[return-value]


def _hit(session: Session, row: Any, words: str, at: datetime) -> Hit:
    unit = reference(session, at).by_id.get(row.unit_id)
    name = unit.name if unit else ""
    return Hit(row.article_id, row.version, row.title, excerpt(row.body, words), name, row.category, row.body)
