"""Create extensions, pauses and suspensions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _keys(table: str) -> list[sa.Column[int] | sa.Constraint]:
    """The columns by which a ticket's things are kept, and the constraints on them."""
    return [
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f(f"fk_{table}_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f(f"pk_{table}")),
    ]


def _of_unit(table: str) -> list[sa.Column[int] | sa.Constraint]:
    return [
        sa.Column("assignment_number", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f(f"fk_{table}_unit_id")),
    ]


def upgrade() -> None:
    """Three tables, each with an index on what waits."""
    op.create_table(
        "extension",
        *_keys("extension"),
        *_of_unit("extension"),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
    )
    op.create_index(
        "ix_extension_open", "extension", ["asked_at", "ticket_id"], postgresql_where=sa.text("state = 'asked'")
    )
    op.create_table(
        "suspension",
        *_keys("suspension"),
        *_of_unit("suspension"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("review_count", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        "ix_suspension_open", "suspension", ["asked_at", "ticket_id"], postgresql_where=sa.text("state = 'asked'")
    )
    op.create_index(
        "ix_suspension_running", "suspension", ["until", "ticket_id"], postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "pause",
        *_keys("pause"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_pause_running", "pause", ["ends_at", "ticket_id"], postgresql_where=sa.text("ended_at IS NULL"))


def downgrade() -> None:
    """Take them away again."""
    for table in ("pause", "suspension", "extension"):
        op.drop_table(table)
