"""The duty rota and the calls of whoever is on duty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BACKUP_IS_DUE = "backup_due_at IS NOT NULL AND read_at IS NULL AND backup_called_at IS NULL"


def upgrade() -> None:
    """Shifts that cannot overlap within a unit, and calls that are found while they are open."""
    op.create_table(
        "duty_shift",
        sa.Column("shift_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("backup_id", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_shift_span")),
        sa.CheckConstraint("backup_id <> account_id", name=op.f("ck_duty_shift_backup")),
        ExcludeConstraint(
            (sa.func.int8range(sa.column("unit_id"), sa.column("unit_id"), sa.text("'[]'")), "&&"),
            (sa.func.tstzrange(sa.column("starts_at"), sa.column("ends_at")), "&&"),
            name=op.f("ex_duty_shift_overlap"),
            using="gist",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_duty_shift_unit_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_duty_shift_account_id")),
        sa.ForeignKeyConstraint(["backup_id"], ["account.account_id"], name=op.f("fk_duty_shift_backup_id")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_duty_shift")),
    )
    op.create_index("ix_duty_shift_unit_id_ends_at", "duty_shift", ["unit_id", "ends_at"], unique=False)
    op.create_table(
        "duty_call",
        sa.Column("call_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_number", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("is_backup", sa.Boolean(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("backup_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("backup_called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_duty_call_unit_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["duty_shift.shift_id"], name=op.f("fk_duty_call_shift_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_duty_call_account_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_duty_call")),
        sa.UniqueConstraint(
            "ticket_id",
            "event_number",
            "unit_id",
            "account_id",
            name=op.f("uq_duty_call_ticket_id_event_number_unit_id_account_id"),
        ),
    )
    _index("ux_duty_call_first", ["ticket_id", "event_number", "unit_id"], "NOT is_backup", is_unique=True)
    _index("ix_duty_call_backup_due_at", ["backup_due_at", "call_id"], BACKUP_IS_DUE)
    _index("ix_duty_call_unread", ["account_id", "call_id"], "read_at IS NULL")
    op.create_index("ix_duty_call_account_id", "duty_call", ["account_id", "call_id"], unique=False)
    op.create_index("ix_duty_call_shift_id", "duty_call", ["shift_id"], unique=False)


def downgrade() -> None:
    """Nothing else rests on them."""
    op.drop_table("duty_call")
    op.drop_table("duty_shift")


def _index(name: str, columns: list[str], where: str, *, is_unique: bool = False) -> None:
    op.create_index(name, "duty_call", columns, unique=is_unique, postgresql_where=sa.text(where))
