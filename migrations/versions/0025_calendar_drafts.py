"""Calendars that were sent in by an administrator, and how far the walk over the open tickets has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One table."""
    op.create_table(
        "calendar_draft",
        sa.Column("draft_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("days", JSONB(none_as_null=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("preview", JSONB(none_as_null=True), nullable=False),
        sa.Column("first_changed", sa.Date(), nullable=False),
        sa.Column("put_at", INSTANT, nullable=True),
        sa.Column("put_by", sa.Text(), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("walked_to", "looked_at", "moved", "orders_moved")
        ),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_calendar_draft")),
    )
    op.create_index(
        "ix_calendar_draft_walk",
        "calendar_draft",
        ["draft_id"],
        postgresql_where=sa.text("put_at IS NOT NULL AND finished_at IS NULL"),
    )


def downgrade() -> None:
    """What was put into force stays in force; a walk that was under way is finished by the command."""
    op.drop_table("calendar_draft")
