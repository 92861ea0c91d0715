"""Keep open months: their facts and counts as last copied, so that one more answer costs no count of the month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Spans, their facts, their counts; all derived."""
    op.create_table(
        "open_span",
        sa.Column("open_span_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("instant", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("seal_id", sa.BigInteger(), nullable=False),
        sa.Column("directory", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("open_span_id", name=op.f("pk_open_span")),
        sa.UniqueConstraint(
            "instant", "starts_at", "ends_at", "kinds", name=op.f("uq_open_span_instant_starts_at_ends_at_kinds")
        ),
    )
    op.create_table(
        "open_fact",
        sa.Column("open_span_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("dispatched_at", INSTANT, nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("is_excluded", "is_withdrawn", "is_pending", "reached")
        ),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("is_on_time", sa.Boolean(), nullable=False),
        sa.Column("is_explained", sa.Boolean(), nullable=False),
        sa.Column("first_contact_at", INSTANT, nullable=True),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("redos", sa.SmallInteger(), nullable=False),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        _of_a_span("open_fact"),
        sa.PrimaryKeyConstraint("open_span_id", "ticket_id", name=op.f("pk_open_fact")),
    )
    op.create_table(
        "open_count",
        sa.Column("open_span_id", sa.BigInteger(), nullable=False),
        sa.Column("peer_group", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("counts", JSONB(none_as_null=True), nullable=False),
        _of_a_span("open_count"),
        sa.PrimaryKeyConstraint("open_span_id", "peer_group", "unit_id", name=op.f("pk_open_count")),
    )


def downgrade() -> None:
    """All of it can be made again."""
    for name in ("open_count", "open_fact", "open_span"):
        op.drop_table(name)


def _of_a_span(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_open_span_id_open_span")
    return sa.ForeignKeyConstraint(["open_span_id"], ["open_span.open_span_id"], name=name, ondelete="CASCADE")
