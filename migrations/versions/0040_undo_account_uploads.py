"""Undo account uploads: when and by whom one was put back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An upload put before this says only whom it changed, so that it cannot be put back as a whole."""
    op.add_column("account_upload", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account_upload", sa.Column("undone_by", sa.Text(), nullable=True))


def downgrade() -> None:
    """What was put back stays put back."""
    op.drop_column("account_upload", "undone_by")
    op.drop_column("account_upload", "undone_at")
