"""Keep unit uploads: tables of units that an administrator sent in by a page, looked at before anything changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One row per file."""
    op.create_table(
        "unit_upload",
        sa.Column("upload_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("put_at", INSTANT, nullable=True),
        sa.Column("put_by", sa.Text(), nullable=True),
        sa.Column("done", JSONB(none_as_null=True), nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_unit_upload")),
    )


def downgrade() -> None:
    """What was put into the directory stays there."""
    op.drop_table("unit_upload")
