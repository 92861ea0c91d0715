"""Create supports and second-level dispatch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say whose part each part serves, and find what a unit helps with."""
    op.add_column("assignment", sa.Column("parent_number", sa.SmallInteger(), nullable=True))
    op.create_index(
        "ix_assignment_helping",
        "assignment",
        ["unit_id", "due_at", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("role IN ('support', 'handler') AND state IN ('sent', 'acknowledged')"),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_index("ix_assignment_helping", "assignment")
    op.drop_column("assignment", "parent_number")
