"""Enter given values: what people count per unit and period; and room for it beside a publication's units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, and one column that is empty for every publication there is."""
    op.create_table(
        "given_value",
        sa.Column("value_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Numeric(18, 6), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_given_value_unit_id")),
        sa.PrimaryKeyConstraint("value_id", name=op.f("pk_given_value")),
        sa.UniqueConstraint(
            "key", "period", "unit_id", "version", name=op.f("uq_given_value_key_period_unit_id_version")
        ),
    )
    op.add_column("publication_unit", sa.Column("more", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """What was entered goes, and publications that rest on it can no longer be recomputed."""
    op.drop_column("publication_unit", "more")
    op.drop_table("given_value")
