"""Create messages to citizens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNIQUE = ("ticket_id", "event_number", "voice_id", "template")


def upgrade() -> None:
    """One table, its queue, and what was given up."""
    op.create_table(
        "citizen_message",
        sa.Column("message_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_number", sa.BigInteger(), nullable=False),
        sa.Column("voice_id", sa.BigInteger(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("template_version", sa.SmallInteger(), nullable=False),
        sa.Column("values", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("skipped_because", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_citizen_message")),
        sa.UniqueConstraint(
            *UNIQUE, name=op.f("uq_citizen_message_" + "_".join(UNIQUE)), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index(
        "ix_citizen_message_due",
        "citizen_message",
        [sa.literal_column("next_at NULLS FIRST"), "message_id"],
        postgresql_where=sa.text("state IN ('waiting', 'failed')"),
    )
    op.create_index("ix_citizen_message_voice_id", "citizen_message", ["voice_id"])
    op.create_index(
        "ix_citizen_message_given_up",
        "citizen_message",
        ["message_id"],
        postgresql_where=sa.text("state = 'given_up'"),
    )


def downgrade() -> None:
    """Forget what citizens were told."""
    op.drop_table("citizen_message")
