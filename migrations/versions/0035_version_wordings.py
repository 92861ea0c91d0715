"""Version wordings: what the city says to citizens in place of the shipped texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One row per version of one text."""
    op.create_table(
        "wording",
        sa.Column("wording_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confidential", sa.Text(), nullable=False),
        sa.Column("in_force_from", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("restores", sa.SmallInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("wording_id", name=op.f("pk_wording")),
        sa.UniqueConstraint("kind", "name", "version", name=op.f("uq_wording_kind_name_version")),
    )


def downgrade() -> None:
    """The shipped texts are said again; messages that wait under a version of the city's own have no words any more."""
    op.drop_table("wording")
