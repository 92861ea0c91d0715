"""The small town, and short ways to write articles in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.knowledge import queries, services
from dispatch.knowledge.content import Content
from dispatch.knowledge.models import Article
from dispatch.knowledge.queries import ArticleView, Hit
from dispatch.knowledge.samples import load_samples
from tests.town import MONDAY, Desk, desk, engine

__all__ = ["desk", "engine"]

HEATING = Content(
    title="供暖费报停的办理时间",
    questions="房子不住能不能停暖\n暖气报停什么时候办",
    body="采暖季开始前向供热单位申请，带产权证明。",
    legal_basis="供热采暖管理办法",
    category="1003",
    unit_id=None,
    valid_from=MONDAY - timedelta(days=10),
    valid_to=None,
    review_at=MONDAY + timedelta(days=100),
)


@dataclass
class Library:
    """Runs the verbs of the knowledge base, one transaction each, at the desk's time."""

    desk: Desk
    within: frozenset[int] | None = None

    def only(self, *codes: str) -> Library:
        """The same library for people who keep the articles of these units."""
        return replace(self, within=frozenset(self.desk.unit_id(code) for code in codes))

    def write(self, *, unit: str | None = None, **changes: Any) -> Article:
        content = replace(HEATING, unit_id=self.desk.unit_id(unit) if unit else None, **changes)
        return self.desk.run(services.create, content, within=self.within, actor="account:1", at=self.desk.at)

    def revise(self, article_id: int, based_on: int, *, unit: str | None = None, **changes: Any) -> Article:
        content = replace(HEATING, unit_id=self.desk.unit_id(unit) if unit else None, **changes)
        values = {"based_on": based_on, "within": self.within, "actor": "account:2", "at": self.desk.at}
        return self.desk.run(services.revise, article_id, content, **values)

    def publish(self, article_id: int, version: int) -> Article:
        return self.desk.run(
            services.publish, article_id, version, within=self.within, actor="account:3", at=self.desk.at
        )

    def retire(self, article_id: int) -> Article:
        return self.desk.run(services.retire, article_id, within=self.within, actor="account:3", at=self.desk.at)

    def published(self, **changes: Any) -> int:
        """The id of an article in force."""
        article = self.write(**changes)
        self.publish(article.article_id, article.version_count)
        return article.article_id

    def view(self, article_id: int) -> ArticleView:
        return self.desk.run(queries.article_view, article_id, at=self.desk.at, within=self.within)

    def search(self, words: str, **values: Any) -> list[Hit]:
        return self.desk.run(queries.search, words, at=self.desk.at, **values)

    def cite(self, ticket_id: int, *articles: int) -> list[dict[str, int]]:
        return self.desk.run(services.cite, ticket_id, articles, at=self.desk.at)

    def load_samples(self) -> int:
        return self.desk.run(load_samples, self.desk.reference, actor="system:test", at=self.desk.at)


@pytest.fixture
def library(desk: Desk) -> Library:
    return Library(desk)
