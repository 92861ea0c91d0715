"""Policies as versioned data; the steps of the ladder that were reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Policies and ladder steps."""
    op.create_table(
        "policy_version",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_version")),
    )
    op.create_index(
        "uq_policy_version_standing",
        "policy_version",
        ["effective_from"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "ladder_step",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_number", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("should_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_ladder_step_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_ladder_step_unit_id")),
        sa.PrimaryKeyConstraint("ticket_id", "assignment_number", "due_at", "step", name=op.f("pk_ladder_step")),
    )
    op.create_index("ix_ladder_step_unit", "ladder_step", ["unit_id", "told_at"])
    op.add_column("card", sa.Column("withdrawn_for", sa.Text(), nullable=True))
    op.add_column("notice", sa.Column("for_role", sa.Text(), nullable=True))


def downgrade() -> None:
    """The ladder and the policies go; nothing else rests on them."""
    op.drop_column("notice", "for_role")
    op.drop_column("card", "withdrawn_for")
    op.drop_table("ladder_step")
    op.drop_table("policy_version")
