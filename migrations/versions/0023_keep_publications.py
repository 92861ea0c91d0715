"""Publications: frozen tables with their units, facts, digests and checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
PREPARING = "state = 'preparing'"


def upgrade() -> None:
    """Four tables; facts lie together by publication."""
    op.create_table(
        "publication",
        sa.Column("publication_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scheme_name", sa.Text(), nullable=False),
        sa.Column("scheme_version", sa.BigInteger(), nullable=False),
        sa.Column("scheme_body", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("peer_group", sa.Text(), nullable=False),
        sa.Column("cut_off", INSTANT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("corrects", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("prepared_at", INSTANT, nullable=False),
        sa.Column("frozen_at", INSTANT, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("discarded_by", sa.Text(), nullable=True),
        sa.Column("discarded_at", INSTANT, nullable=True),
        sa.Column("discarded_for", sa.Text(), nullable=True),
        sa.Column("unit_count", sa.BigInteger(), nullable=True),
        sa.Column("fact_count", sa.BigInteger(), nullable=True),
        sa.Column("header_digest", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("bands", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("diff", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["corrects"], ["publication.publication_id"], name=op.f("fk_publication_corrects")),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_publication")),
    )
    op.create_index(
        "uq_publication_version",
        "publication",
        ["scheme_name", "period", "peer_group", "version"],
        unique=True,
        postgresql_where=sa.text("state <> 'discarded'"),
    )
    op.create_index("ix_publication_preparing", "publication", ["publication_id"], postgresql_where=sa.text(PREPARING))
    _units()
    _facts()
    _checks()


def _units() -> None:
    op.create_table(
        "publication_unit",
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=True),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("red_cards", sa.BigInteger(), nullable=False),
        sa.Column("lost_disputes", sa.BigInteger(), nullable=False),
        sa.Column("previous_score", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.publication_id"], name=op.f("fk_publication_unit_publication_id")
        ),
        sa.PrimaryKeyConstraint("publication_id", "number", name=op.f("pk_publication_unit")),
        sa.UniqueConstraint("publication_id", "unit_id", name=op.f("uq_publication_unit_publication_id_unit_id")),
    )


def _facts() -> None:
    op.create_table(
        "publication_fact",
        sa.Column("publication_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_no", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("is_voice", sa.Boolean(), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("is_excluded", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("is_on_time", sa.Boolean(), nullable=False),
        sa.Column("is_explained", sa.Boolean(), nullable=False),
        sa.Column("redos", sa.SmallInteger(), nullable=False),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("dispatched_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("followed_up_at", INSTANT, nullable=True),
        sa.Column("first_contact_at", INSTANT, nullable=True),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "number", name=op.f("pk_publication_fact")),
        postgresql_partition_by="RANGE (publication_id)",
    )
    op.create_index("ix_publication_fact_unit", "publication_fact", ["publication_id", "unit_id", "ticket_id"])
    op.execute("CREATE TABLE publication_fact_default PARTITION OF publication_fact DEFAULT")


def _checks() -> None:
    op.create_table(
        "publication_check",
        sa.Column("check_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("is_sound", sa.Boolean(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.publication_id"], name=op.f("fk_publication_check_publication_id")
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_publication_check")),
    )
    op.create_index("ix_publication_check_publication_id", "publication_check", ["publication_id"])
    op.create_index(
        "ix_publication_check_waiting",
        "publication_check",
        ["check_id"],
        postgresql_where=sa.text("finished_at IS NULL"),
    )


def downgrade() -> None:
    """What was published goes with its tables."""
    for name in ("publication_check", "publication_fact", "publication_unit", "publication"):
        op.drop_table(name)
