"""Create tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Keyed by ticket_id and range-partitioned by it from the start; one default partition to begin with.
PARTITIONED = ("ticket", "assignment", "follow_up", "follow_up_attempt", "event", "text_entry")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_notice_unit_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "ticket_id", "event_number", "unit_id", "kind", name=op.f("uq_notice_ticket_id_event_number_unit_id_kind")
        ),
    )
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["unit_id", "notice_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "ticket",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_no", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("is_excluded", sa.Boolean(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("voice_id", sa.BigInteger(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("district_id", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("assignment_count", sa.SmallInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_due_provisional", sa.Boolean(), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=True),
        sa.Column("routing", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_explained", sa.Boolean(), nullable=True),
        sa.Column("lead_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("charged_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        sa.Column("redos", sa.SmallInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_count", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["charged_unit_id"], ["unit.unit_id"], name=op.f("fk_ticket_charged_unit_id")),
        sa.ForeignKeyConstraint(["district_id"], ["unit.unit_id"], name=op.f("fk_ticket_district_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_ticket_unit_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_index("ix_ticket_charged", "ticket", ["charged_unit_id", "received_at"], unique=False)
    op.create_index("ix_ticket_due_at", "ticket", ["due_at"], unique=False)
    op.create_index("ix_ticket_followed_up_at", "ticket", ["followed_up_at"], unique=False)
    op.create_index("ix_ticket_lead", "ticket", ["unit_id", "ticket_id"], unique=False)
    op.create_index("ix_ticket_received_at", "ticket", ["received_at"], unique=False)
    op.create_index(
        "ix_ticket_unsealed",
        "ticket",
        ["ticket_id"],
        unique=False,
        postgresql_where=sa.text("sealed_count < event_count"),
    )
    op.create_index(
        "ix_ticket_waiting",
        "ticket",
        ["received_at", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting_dispatch'"),
    )
    op.create_table(
        "assignment",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=True),
        sa.Column("acknowledge_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_contact_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_due_provisional", sa.Boolean(), nullable=False),
        sa.Column("is_designated", sa.Boolean(), nullable=False),
        sa.Column("yellow_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_for", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_assignment_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_assignment_unit_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_assignment")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_index(
        "ix_assignment_copies",
        "assignment",
        ["unit_id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("role = 'copy'"),
    )
    op.create_index(
        "ix_assignment_next_at",
        "assignment",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_assignment_worklist",
        "assignment",
        ["unit_id", "due_at", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("role = 'lead' AND state IN ('sent', 'acknowledged', 'disputed')"),
    )
    op.create_table(
        "card",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("assignment_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("should_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_card_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_card_unit_id")),
        sa.PrimaryKeyConstraint("ticket_id", "assignment_number", "colour", "due_at", name=op.f("pk_card")),
    )
    op.create_index("ix_card_unit", "card", ["unit_id", "issued_at"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("assignment_number", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ruling_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ruling", sa.Text(), nullable=True),
        sa.Column("ruled_unit_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ruled_unit_id"], ["unit.unit_id"], name=op.f("fk_dispute_ruled_unit_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_dispute_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_dispute_unit_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_dispute")),
    )
    op.create_index(
        "ix_dispute_open",
        "dispute",
        ["ruling_due_at", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("ruled_at IS NULL"),
    )
    op.create_table(
        "event",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("schema", sa.SmallInteger(), nullable=False),
        sa.Column("algorithm", sa.SmallInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_event_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_event")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_table(
        "follow_up",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charged_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("attempt_count", sa.SmallInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["charged_unit_id"], ["unit.unit_id"], name=op.f("fk_follow_up_charged_unit_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_follow_up_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "round", name=op.f("pk_follow_up")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_index(
        "ix_follow_up_queue",
        "follow_up",
        ["next_attempt_at", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'attempted')"),
    )
    op.create_table(
        "text_entry",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_text_entry_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "kind", "version", name=op.f("pk_text_entry")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_table(
        "follow_up_attempt",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id", "round"],
            ["follow_up.ticket_id", "follow_up.round"],
            name=op.f("fk_follow_up_attempt_ticket_id_round"),
        ),
        sa.PrimaryKeyConstraint("ticket_id", "round", "number", name=op.f("pk_follow_up_attempt")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.execute("CREATE SEQUENCE ticket_id_seq")
    for name in PARTITIONED:
        op.execute(f"CREATE TABLE {name}_default PARTITION OF {name} DEFAULT")


def downgrade() -> None:
    op.drop_table("follow_up_attempt")
    op.drop_table("text_entry")
    op.drop_index(
        "ix_follow_up_queue", table_name="follow_up", postgresql_where=sa.text("state IN ('open', 'attempted')")
    )
    op.drop_table("follow_up")
    op.drop_table("event")
    op.drop_index("ix_dispute_open", table_name="dispute", postgresql_where=sa.text("ruled_at IS NULL"))
    op.drop_table("dispute")
    op.drop_index("ix_card_unit", table_name="card")
    op.drop_table("card")
    op.drop_index(
        "ix_assignment_worklist",
        table_name="assignment",
        postgresql_where=sa.text("role = 'lead' AND state IN ('sent', 'acknowledged', 'disputed')"),
    )
    op.drop_index("ix_assignment_next_at", table_name="assignment", postgresql_where=sa.text("next_at IS NOT NULL"))
    op.drop_index("ix_assignment_copies", table_name="assignment", postgresql_where=sa.text("role = 'copy'"))
    op.drop_table("assignment")
    op.drop_index("ix_ticket_waiting", table_name="ticket", postgresql_where=sa.text("state = 'awaiting_dispatch'"))
    op.drop_index("ix_ticket_unsealed", table_name="ticket", postgresql_where=sa.text("sealed_count < event_count"))
    op.drop_index("ix_ticket_received_at", table_name="ticket")
    op.drop_index("ix_ticket_lead", table_name="ticket")
    op.drop_index("ix_ticket_followed_up_at", table_name="ticket")
    op.drop_index("ix_ticket_due_at", table_name="ticket")
    op.drop_index("ix_ticket_charged", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index("ix_notice_unread", table_name="notice", postgresql_where=sa.text("read_at IS NULL"))
    op.drop_table("notice")
    op.execute("DROP SEQUENCE ticket_id_seq")
