"""Create consultations and catalogue proposals, notes and links; columns of completion and correction."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TICKET_COLUMNS = ("premature_for", "proposed_category")
TABLES = ("catalogue_proposal", "dispute_message", "dispute_party", "ticket_link", "ticket_note")


def upgrade() -> None:
    """Nullable columns only, so that the version before keeps running beside."""
    _add_columns()
    _create_thread()
    _create_proposals()
    _create_side()


def _add_columns() -> None:
    for name in TICKET_COLUMNS:
        op.add_column("ticket", sa.Column(name, sa.Text(), nullable=True))
    op.create_index(
        "ix_ticket_premature", "ticket", ["ticket_id"], postgresql_where=sa.text("premature_for IS NOT NULL")
    )
    op.create_index("ix_assignment_sent_at", "assignment", ["sent_at"], postgresql_using="brin")
    for name in ("consulted_at", "consult_until"):
        op.add_column("dispute", sa.Column(name, INSTANT, nullable=True))
    for name in ("category", "place_code"):
        op.add_column("dispute", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("dispute", sa.Column("reason_version", sa.SmallInteger(), nullable=True))
    op.create_index(
        "ix_dispute_precedents", "dispute", ["category", "ruled_at"], postgresql_where=sa.text("ruled_at IS NOT NULL")
    )


def _of_dispute(table: str) -> list[sa.Column[Any] | sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(
        ["ticket_id", "dispute_number"],
        ["dispute.ticket_id", "dispute.number"],
        name=op.f(f"fk_{table}_ticket_id_dispute_number"),
    )
    return [
        *_ids("ticket_id"),
        sa.Column("dispute_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        key,
    ]


def _ids(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in names]


def _unit_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f(f"fk_{table}_unit_id"))


def _ticket_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f(f"fk_{table}_ticket_id"))


def _create_thread() -> None:
    op.create_table(
        "dispute_party",
        *_of_dispute("dispute_party"),
        *_ids("unit_id"),
        sa.Column("invited_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        _unit_key("dispute_party"),
        sa.PrimaryKeyConstraint("ticket_id", "dispute_number", "unit_id", name=op.f("pk_dispute_party")),
    )
    op.create_index("ix_dispute_party_unit", "dispute_party", ["unit_id", "ticket_id"])
    op.create_table(
        "dispute_message",
        *_of_dispute("dispute_message"),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("stance", sa.Text(), nullable=True),
        sa.Column("text_version", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _unit_key("dispute_message"),
        sa.PrimaryKeyConstraint("ticket_id", "dispute_number", "number", name=op.f("pk_dispute_message")),
    )


def _create_proposals() -> None:
    op.create_table(
        "catalogue_proposal",
        sa.Column("proposal_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        *_ids("unit_id"),
        *_of_dispute("catalogue_proposal"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        _unit_key("catalogue_proposal"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_catalogue_proposal")),
    )
    for name, column, state in (("open", "proposal_id", "proposed"), ("in_force", "category", "accepted")):
        where = sa.text(f"state = '{state}'")
        op.create_index(f"ix_catalogue_proposal_{name}", "catalogue_proposal", [column], postgresql_where=where)


def _create_side() -> None:
    op.create_table(
        "ticket_note",
        *_ids("ticket_id"),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _ticket_key("ticket_note"),
        _unit_key("ticket_note"),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_ticket_note")),
    )
    op.create_table(
        "ticket_link",
        *_ids("ticket_id", "other_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _ticket_key("ticket_link"),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_ticket_link")),
    )
    op.create_index("ix_ticket_link_other", "ticket_link", ["other_id", "ticket_id"])


def downgrade() -> None:
    """Take it all away again."""
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_dispute_precedents", table_name="dispute")
    for name in ("consulted_at", "consult_until", "category", "place_code", "reason_version"):
        op.drop_column("dispute", name)
    op.drop_index("ix_assignment_sent_at", table_name="assignment")
    op.drop_index("ix_ticket_premature", table_name="ticket")
    for name in TICKET_COLUMNS:
        op.drop_column("ticket", name)
