"""Models of the categories, their files, which was in force when, and how far each has drifted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row per model, its file beside it, and the changes of what is in force."""
    op.create_table(
        "category_model",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.Text(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("training_digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("labels", sa.BigInteger(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_category_model")),
        sa.UniqueConstraint("digest", name=op.f("uq_category_model_digest")),
    )
    op.create_index(
        "uq_category_model_current",
        "category_model",
        ["is_current"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "category_model_file",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("row_digests", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["category_model.number"], name=op.f("fk_category_model_file_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_category_model_file")),
    )
    op.create_table(
        "category_model_use",
        sa.Column("use_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["category_model.number"], name=op.f("fk_category_model_use_number")),
        sa.PrimaryKeyConstraint("use_id", name=op.f("pk_category_model_use")),
    )
    op.create_table(
        "category_drift",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
        sa.Column("differing", sa.BigInteger(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("unknown", sa.Double(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["category_model.number"], name=op.f("fk_category_drift_number")),
        sa.PrimaryKeyConstraint("number", "month", name=op.f("pk_category_drift")),
    )


def downgrade() -> None:
    """The models go; suggestions come from keywords again."""
    op.drop_table("category_drift")
    op.drop_table("category_model_use")
    op.drop_table("category_model_file")
    op.drop_table("category_model")
