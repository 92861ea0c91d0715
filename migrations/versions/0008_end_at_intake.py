"""Create what ends a matter at intake, and what asks for its missing facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_a_ticket(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f(f"fk_{table}_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    _create_endings()
    _create_alerts()
    _create_supplements()
    _create_call_backs()


def _create_endings() -> None:
    op.create_table(
        "ending",
        *_of_a_ticket("ending"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("related_ticket_id", sa.BigInteger(), nullable=True),
        _instant("ended_at"),
        sa.Column("actor", sa.Text(), nullable=False),
        _instant("reversed_at", nullable=True),
    )
    op.create_index("ix_ending_ended_at", "ending", ["ended_at"])
    op.create_table(
        "hand_over",
        *_of_a_ticket("hand_over"),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        _instant("sent_at"),
        _instant("answered_at", nullable=True),
    )
    op.create_index(
        "ix_hand_over_open", "hand_over", ["sent_at", "ticket_id"], postgresql_where=sa.text("state = 'sent'")
    )
    op.create_index(
        "uq_hand_over_in",
        "hand_over",
        ["agency", "receipt"],
        unique=True,
        postgresql_where=sa.text("direction = 'in'"),
    )


def _create_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("alert_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        _instant("raised_at"),
        _instant("seen_at", nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_alert_ticket_id")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alert")),
        sa.UniqueConstraint("ticket_id", "kind", name=op.f("uq_alert_ticket_id_kind")),
    )
    op.create_index("ix_alert_unseen", "alert", ["alert_id"], postgresql_where=sa.text("seen_at IS NULL"))


def _create_supplements() -> None:
    op.create_table(
        "supplement",
        *_of_a_ticket("supplement"),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        _instant("asked_at"),
        _instant("until"),
        _instant("given_at", nullable=True),
        _instant("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_supplement_unit_id")),
    )
    op.create_index(
        "ix_supplement_open", "supplement", ["until", "ticket_id"], postgresql_where=sa.text("ended_at IS NULL")
    )


def _create_call_backs() -> None:
    op.create_table(
        "call_back",
        sa.Column("call_back_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("call_record_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        _instant("taken_at"),
        _instant("held_until"),
        sa.Column("outcome", sa.Text(), nullable=True),
        _instant("ended_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["call_record_id"], ["call_record.call_record_id"], name=op.f("fk_call_back_call_record_id")
        ),
        sa.PrimaryKeyConstraint("call_back_id", name=op.f("pk_call_back")),
    )
    op.create_index("ix_call_back_number", "call_back", ["phone_index", "call_back_id"])
    op.create_index(
        "uq_call_back_open", "call_back", ["phone_index"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )


def downgrade() -> None:
    for table in ("call_back", "supplement", "alert", "hand_over", "ending"):
        op.drop_table(table)
