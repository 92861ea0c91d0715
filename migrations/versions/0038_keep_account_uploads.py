"""Keep account uploads: tables of people that an administrator sent in by a page, and links by which they set their password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One row per file, one per link; of a link only the digest."""
    op.create_table(
        "account_upload",
        sa.Column("upload_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("put_at", INSTANT, nullable=True),
        sa.Column("put_by", sa.Text(), nullable=True),
        sa.Column("done", JSONB(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_account_upload")),
    )
    op.create_table(
        "account_invite",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_account_invite")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_account_invite_account_id_account")
        ),
    )
    op.create_index(op.f("ix_account_invite_account_id"), "account_invite", ["account_id"])


def downgrade() -> None:
    """Accounts stay; who has not set a password yet is given one by ``hotline accounts password``."""
    op.drop_table("account_invite")
    op.drop_table("account_upload")
