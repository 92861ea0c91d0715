"""Find tickets by words, and keep searches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables; the words of what is there already are written by the periodic walk."""
    op.create_table(
        "ticket_words",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_words")),
    )
    op.create_index("ix_ticket_words", "ticket_words", ["words"], postgresql_using="gin")
    op.create_table(
        "saved_search",
        sa.Column("saved_search_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_saved_search_account_id")),
        sa.PrimaryKeyConstraint("saved_search_id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("account_id", "name", name="uq_saved_search_name"),
    )


def downgrade() -> None:
    """Both go; the words themselves stand elsewhere."""
    op.drop_table("saved_search")
    op.drop_table("ticket_words")
