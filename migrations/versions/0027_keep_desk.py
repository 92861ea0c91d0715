"""Keep the operator's desk: drafts, keys, the day's tally; and find the call that rings for somebody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _owner(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    key = sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f(f"fk_{table}_account_id"))
    return sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False), key


def upgrade() -> None:
    """Three small tables, and one index on calls."""
    op.create_table(
        "desk_draft",
        *_owner("desk_draft"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_desk_draft")),
    )
    op.create_index(op.f("ix_desk_draft_saved_at"), "desk_draft", ["saved_at"])
    op.create_table(
        "desk_keys",
        *_owner("desk_keys"),
        sa.Column("letters", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_desk_keys")),
    )
    op.create_table(
        "desk_tally",
        *_owner("desk_tally"),
        sa.Column("on_date", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("dispatched", "waiting", "joined", "ended")),
        sa.PrimaryKeyConstraint("account_id", "on_date", name=op.f("pk_desk_tally")),
    )
    op.create_index("ix_call_record_agent", "call_record", ["agent", "rang_at"])


def downgrade() -> None:
    """Drafts go with their table; no ticket knows of them."""
    op.drop_index("ix_call_record_agent", "call_record")
    for table in ("desk_tally", "desk_keys", "desk_draft"):
        op.drop_table(table)
