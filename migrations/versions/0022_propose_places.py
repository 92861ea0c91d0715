"""Names of places that tickets propose for the gazetteer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The proposals."""
    op.create_table(
        "place_proposal",
        sa.Column("proposal_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
        sa.Column("others", sa.BigInteger(), nullable=False),
        sa.Column("ticket_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_place_proposal_unit_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_place_proposal")),
        sa.UniqueConstraint("name", name=op.f("uq_place_proposal_name")),
    )
    op.create_index("ix_place_proposal_unit_id", "place_proposal", ["unit_id"])
    op.create_index(
        "ix_place_proposal_open", "place_proposal", ["proposal_id"], postgresql_where=sa.text("state = 'proposed'")
    )


def downgrade() -> None:
    """Nothing else rests on them."""
    op.drop_table("place_proposal")
