"""Version the assessment scheme: what a city put into force, and what is being written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Versions, never rewritten, and drafts."""
    op.create_table(
        "scheme_version",
        sa.Column("scheme_version_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("put_by", sa.Text(), nullable=False),
        sa.Column("put_at", INSTANT, nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("scheme_version_id", name=op.f("pk_scheme_version")),
    )
    op.create_index("uq_scheme_version_name", "scheme_version", ["name", "version"], unique=True)
    in_force = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_scheme_version_effective",
        "scheme_version",
        ["name", "effective_on"],
        unique=True,
        postgresql_where=in_force,
    )
    op.create_table(
        "scheme_draft",
        sa.Column("draft_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("tried_digest", sa.LargeBinary(), nullable=True),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_scheme_draft")),
    )


def downgrade() -> None:
    """Both go; the shipped schemes stay."""
    op.drop_table("scheme_draft")
    op.drop_table("scheme_version")
