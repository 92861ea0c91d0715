"""Create the knowledge base."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Articles, their versions, and the citations of tickets."""
    op.create_table(
        "article",
        sa.Column("article_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("version_count", sa.BigInteger(), nullable=False),
        sa.Column("change_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_article_unit_id")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article")),
    )
    op.create_index(op.f("ix_article_unit_id"), "article", ["unit_id"], unique=False)
    _create_versions()
    _create_citations()


def _create_versions() -> None:
    words = ("state", "title", "questions", "body", "legal_basis", "category")
    op.create_table(
        "article_version",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in words),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"], name=op.f("fk_article_version_article_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_article_version_unit_id")),
        sa.PrimaryKeyConstraint("article_id", "version", name=op.f("pk_article_version")),
    )
    published = sa.text("state = 'published'")
    op.create_index(
        "ix_article_version_draft",
        "article_version",
        ["article_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index("ix_article_version_review", "article_version", ["review_at"], postgresql_where=published)
    op.create_index(
        "ix_article_version_search",
        "article_version",
        ["search"],
        postgresql_using="gin",
        postgresql_where=published,
    )


def _create_citations() -> None:
    op.create_table(
        "article_citation",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_article_citation_ticket_id")),
        sa.ForeignKeyConstraint(
            ["article_id", "version"],
            ["article_version.article_id", "article_version.version"],
            name=op.f("fk_article_citation_article_id"),
        ),
        sa.PrimaryKeyConstraint("ticket_id", "article_id", "version", name=op.f("pk_article_citation")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.execute("CREATE TABLE article_citation_default PARTITION OF article_citation DEFAULT")
    op.create_index("ix_article_citation_article", "article_citation", ["article_id", "at"])


def downgrade() -> None:
    """Drop them again."""
    for table in ("article_citation", "article_version", "article"):
        op.drop_table(table)
