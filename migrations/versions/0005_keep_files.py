"""Create files of tickets and their archives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Keyed by ticket_id and range-partitioned by it from the start; one default partition to begin with.
PARTITIONED = ("ticket_file", "file_content", "ticket_archive")
# Pictures and packed documents do not pack any further: kept out of line as they are.
PACKED = (("file_content", "body"),)


def upgrade() -> None:
    op.create_table(
        "ticket_file",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("source_digest", sa.LargeBinary(), nullable=False),
        sa.Column("has_thumbnail", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_ticket_file_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_ticket_file_unit_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_ticket_file")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_index(
        "ux_ticket_file_sent",
        "ticket_file",
        ["ticket_id", "purpose", "source_digest"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "file_content",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id", "number"],
            ["ticket_file.ticket_id", "ticket_file.number"],
            name=op.f("fk_file_content_ticket_id_number"),
        ),
        sa.PrimaryKeyConstraint("ticket_id", "number", "part", name=op.f("pk_file_content")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_table(
        "ticket_archive",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("page_digest", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("page", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_ticket_archive_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_archive")),
        postgresql_partition_by="RANGE (ticket_id)",
    )
    op.create_index(
        "ix_ticket_closed",
        "ticket",
        ["closed_at", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("state = 'closed' AND NOT is_imported"),
    )
    for name in PARTITIONED:
        op.execute(f"CREATE TABLE {name}_default PARTITION OF {name} DEFAULT")
    for name, column in PACKED:
        for table in (name, f"{name}_default"):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_index(
        "ix_ticket_closed", table_name="ticket", postgresql_where=sa.text("state = 'closed' AND NOT is_imported")
    )
    op.drop_table("ticket_archive")
    op.drop_table("file_content")
    op.drop_index("ux_ticket_file_sent", table_name="ticket_file", postgresql_where=sa.text("removed_at IS NULL"))
    op.drop_table("ticket_file")
