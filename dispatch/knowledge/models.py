"""Articles of the knowledge base, their versions, and which version an answer rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import BY_TICKET, Base


class Article(Base):
    """One piece of knowledge. ``unit_id``: who keeps it, as its latest version says; None is the hotline itself.

    ``change_count`` goes up with every verb and is the ETag.
    """

    __tablename__ = "article"

    article_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"), index=True)
    version_count: Mapped[int]
    change_count: Mapped[int]
    created_at: Mapped[datetime]


class ArticleVersion(Base):
    """The words of one edit, never changed afterwards; who wrote, published and retired them, and when.

    In force: ``published``, in [valid_from, valid_to), and before ``superseded_at``, from which a newer version holds.
    ``search``: the tokens of :mod:`dispatch.knowledge.tokens`, so that no extension of PostgreSQL is needed.
    """

    __tablename__ = "article_version"
    __table_args__ = (
        Index("ix_article_version_draft", "article_id", unique=True, postgresql_where=text("state = 'draft'")),
        Index("ix_article_version_review", "review_at", postgresql_where=text("state = 'published'")),
        Index(
            "ix_article_version_search",
            "search",
            postgresql_using="gin",
            postgresql_where=text("state = 'published'"),
        ),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("article.article_id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    title: Mapped[str]
    questions: Mapped[str]
    body: Mapped[str]
    legal_basis: Mapped[str]
    category: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    review_at: Mapped[datetime]
    written_by: Mapped[str]
    written_at: Mapped[datetime]
    published_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    retired_by: Mapped[str | None]
    retired_at: Mapped[datetime | None]
    search: Mapped[Any] = mapped_column(TSVECTOR, nullable=False)


class ArticleCitation(Base):
    """This version was what a ticket's answer rested on."""

    __tablename__ = "article_citation"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        ForeignKeyConstraint(["article_id", "version"], ["article_version.article_id", "article_version.version"]),
        Index("ix_article_citation_article", "article_id", "at"),
        BY_TICKET,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
