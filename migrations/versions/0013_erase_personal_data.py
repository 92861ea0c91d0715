"""Erase what is personal: who asked and who decided, and archives that keep their digests only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CONTENT = ("document", "page")


def upgrade() -> None:
    """Requests, the mark on the ticket, and room for an archive without content."""
    op.create_table(
        "erasure",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_erasure_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_erasure")),
    )
    op.create_index(
        "uq_erasure_open", "erasure", ["ticket_id"], unique=True, postgresql_where=sa.text("state = 'asked'")
    )
    op.create_index("ix_erasure_asked_at", "erasure", ["asked_at"])
    op.add_column("ticket", sa.Column("erased_at", INSTANT, nullable=True))
    op.add_column("ticket_archive", sa.Column("erased_at", INSTANT, nullable=True))
    for name in CONTENT:
        op.alter_column("ticket_archive", name, existing_type=sa.LargeBinary(), nullable=True)


def downgrade() -> None:
    """What was erased stays erased: its archive holds no content."""
    op.execute(sa.text("UPDATE ticket_archive SET document = '', page = '' WHERE document IS NULL"))
    for name in CONTENT:
        op.alter_column("ticket_archive", name, existing_type=sa.LargeBinary(), nullable=False)
    op.drop_column("ticket_archive", "erased_at")
    op.drop_column("ticket", "erased_at")
    op.drop_table("erasure")
