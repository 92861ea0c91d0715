"""Create follow-up links, re-checks and supervision orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('open', 'attempted')")
OPEN = sa.text("state IN ('issued', 'answered', 'returned')")
FOLLOW_UP_COLUMNS = {
    "queue_at": sa.DateTime(timezone=True),
    "channel": sa.Text(),
    "taken_by": sa.Text(),
    "taken_at": sa.DateTime(timezone=True),
}
TICKET_COLUMNS = {"urges": sa.SmallInteger(), "previous_ticket_id": sa.BigInteger()}


def upgrade() -> None:
    """New columns of follow-ups and tickets, and four tables. Those that wait keep their place in line."""
    for name, kind in FOLLOW_UP_COLUMNS.items():
        op.add_column("follow_up", sa.Column(name, kind, nullable=True))
    for name, kind in TICKET_COLUMNS.items():
        op.add_column("ticket", sa.Column(name, kind, nullable=True))
    op.drop_index("ix_follow_up_queue", table_name="follow_up", postgresql_where=WAITING)
    op.execute("UPDATE follow_up SET queue_at = next_attempt_at WHERE state IN ('open', 'attempted')")
    op.create_index("ix_follow_up_queue", "follow_up", ["queue_at", "ticket_id"], postgresql_where=WAITING)
    _create_links()
    _create_rechecks()
    _create_orders()


def _create_links() -> None:
    op.create_table(
        "follow_up_link",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_follow_up_link")),
    )
    op.create_index("ix_follow_up_link_ticket", "follow_up_link", ["ticket_id", "round"])


def _create_rechecks() -> None:
    op.create_table(
        "recheck_draw",
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", name=op.f("pk_recheck_draw")),
    )
    op.create_table(
        "recheck",
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("first_agent", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("disagrees", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["quarter"], ["recheck_draw.quarter"], name=op.f("fk_recheck_quarter")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_recheck_unit_id")),
        sa.PrimaryKeyConstraint("quarter", "ticket_id", name=op.f("pk_recheck")),
    )
    op.create_index("ix_recheck_waiting", "recheck", ["ticket_id"], postgresql_where=sa.text("ended_at IS NULL"))


def _create_orders() -> None:
    op.create_table(
        "supervision_order",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("issuing_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_supervision_order_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_supervision_order_unit_id")),
        sa.ForeignKeyConstraint(
            ["issuing_unit_id"], ["unit.unit_id"], name=op.f("fk_supervision_order_issuing_unit_id")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_supervision_order")),
    )
    op.create_index(
        "ix_supervision_order_open", "supervision_order", ["unit_id", "due_at", "ticket_id"], postgresql_where=OPEN
    )


def downgrade() -> None:
    """As it was: in line by the next attempt."""
    for table in ("supervision_order", "recheck", "recheck_draw", "follow_up_link"):
        op.drop_table(table)
    op.drop_index("ix_follow_up_queue", table_name="follow_up", postgresql_where=WAITING)
    for name in TICKET_COLUMNS:
        op.drop_column("ticket", name)
    for name in FOLLOW_UP_COLUMNS:
        op.drop_column("follow_up", name)
    op.create_index("ix_follow_up_queue", "follow_up", ["next_attempt_at", "ticket_id"], postgresql_where=WAITING)
