"""Signatures by which tickets worded alike are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BANDS = tuple(f"band_{number}" for number in range(12))


def upgrade() -> None:
    """One narrow row per ticket, an index per band; ``hotline repeats index`` fills it for what is there already."""
    op.create_table(
        "likeness",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("algorithm", sa.SmallInteger(), nullable=False),
        sa.Column("exact", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in BANDS),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_likeness")),
    )
    for name in ("exact", *BANDS):
        op.create_index(f"ix_likeness_{name}", "likeness", [name, "ticket_id"])


def downgrade() -> None:
    """They can be made again from the words."""
    op.drop_table("likeness")
