"""Give every copying of an open month a name of its own, so that a process can hold its counts and never mistake them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What stands there gets a name too."""
    op.add_column(
        "open_span", sa.Column("copy_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.alter_column("open_span", "copy_id", server_default=None)


def downgrade() -> None:
    """The name is needed by nothing that is kept."""
    op.drop_column("open_span", "copy_id")
