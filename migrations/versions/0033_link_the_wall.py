"""Link the wall: read-only links to the figures of the city or of a district, by the digest of their token."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One row per link."""
    op.create_table(
        "wall_link",
        sa.Column("wall_link_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_wall_link_unit_id")),
        sa.PrimaryKeyConstraint("wall_link_id", name=op.f("pk_wall_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_wall_link_token_digest")),
    )


def downgrade() -> None:
    """The links go; walls show that theirs has ended."""
    op.drop_table("wall_link")
