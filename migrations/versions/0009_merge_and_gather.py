"""Create merges and known incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TICKET_COLUMNS = (
    ("merged_into_id", sa.BigInteger()),
    ("state_before", sa.Text()),
    ("unmerged_at", INSTANT),
    ("incident_id", sa.BigInteger()),
    ("incident_told", sa.SmallInteger()),
)


def upgrade() -> None:
    _create_incidents()
    for name, kind in TICKET_COLUMNS:
        op.add_column("ticket", sa.Column(name, kind, nullable=True))
    _index("ix_ticket_voices", ["merged_into_id", "ticket_id"], "merged_into_id IS NOT NULL")
    _index("ix_ticket_incident", ["incident_id", "ticket_id"], "incident_id IS NOT NULL")
    _index("ix_ticket_matter", ["place_code", "category", "ticket_id"], "place_code IS NOT NULL")
    op.create_table(
        "ticket_merge",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("into_id", sa.BigInteger(), nullable=False),
        sa.Column("via_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("kept", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_ticket_merge_ticket_id")),
        sa.ForeignKeyConstraint(["into_id"], ["ticket.ticket_id"], name=op.f("fk_ticket_merge_into_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_ticket_merge")),
    )
    op.create_index("ix_ticket_merge_into_id", "ticket_merge", ["into_id"])
    op.create_index("ix_ticket_merge_merged_at", "ticket_merge", ["merged_at"])


def downgrade() -> None:
    op.drop_table("ticket_merge")
    for index in ("ix_ticket_matter", "ix_ticket_incident", "ix_ticket_voices"):
        op.drop_index(index, "ticket")
    for name, _kind in reversed(TICKET_COLUMNS):
        op.drop_column("ticket", name)
    op.drop_table("incident_progress")
    op.drop_table("incident")


def _index(name: str, columns: list[str], condition: str) -> None:
    op.create_index(name, "ticket", columns, postgresql_where=sa.text(condition))


def _create_incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("expected_end_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("progress_count", sa.SmallInteger(), nullable=False),
        sa.Column("is_telling", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_incident_unit_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_open", "incident", ["incident_id"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_index("ix_incident_telling", "incident", ["incident_id"], postgresql_where=sa.text("is_telling"))
    op.create_table(
        "incident_progress",
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.incident_id"], name=op.f("fk_incident_progress_incident_id")
        ),
        sa.PrimaryKeyConstraint("incident_id", "number", name=op.f("pk_incident_progress")),
    )
