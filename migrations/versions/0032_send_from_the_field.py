"""Send from the field: photos that arrive in parts, and what of a phone's queue has arrived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f(f"fk_{table}_account_id")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    """Three tables."""
    op.create_table(
        "field_upload",
        *_owned("field_upload"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
    )
    op.create_index(op.f("ix_field_upload_began_at"), "field_upload", ["began_at"])
    op.create_table(
        "field_upload_part",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("begins", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "key"],
            ["field_upload.account_id", "field_upload.key"],
            name=op.f("fk_field_upload_part_account_id_key"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "key", "begins", name=op.f("pk_field_upload_part")),
    )
    op.create_table(
        "field_entry",
        *_owned("field_entry"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_field_entry_ticket_id")),
    )
    reports = sa.text("kind = 'report'")
    op.create_index("ix_field_entry_reports", "field_entry", ["account_id", "ticket_id"], postgresql_where=reports)


def downgrade() -> None:
    """Photos under way go; what arrived is on its tickets."""
    for table in ("field_entry", "field_upload_part", "field_upload"):
        op.drop_table(table)
