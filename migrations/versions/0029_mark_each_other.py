"""Mark each other: what units think of the cooperation of others, per period."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "unit_mark",
        sa.Column("mark_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("mark", sa.SmallInteger(), nullable=True),
        sa.Column("highest", sa.SmallInteger(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["giver_id"], ["unit.unit_id"], name=op.f("fk_unit_mark_giver_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_unit_mark_unit_id")),
        sa.PrimaryKeyConstraint("mark_id", name=op.f("pk_unit_mark")),
        sa.UniqueConstraint(
            "period", "giver_id", "unit_id", "version", name=op.f("uq_unit_mark_period_giver_id_unit_id_version")
        ),
    )


def downgrade() -> None:
    """Marks go."""
    op.drop_table("unit_mark")
