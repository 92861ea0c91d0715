"""Keep bulletins: the Excel and Word files of a publication, asked for on its page and written by a worker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One row per file; the file itself lies beside the database."""
    op.create_table(
        "publication_file",
        sa.Column("file_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.publication_id"], name=op.f("fk_publication_file_publication_id")
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_publication_file")),
    )
    op.create_index("uq_publication_file_shape", "publication_file", ["publication_id", "shape"], unique=True)
    waiting = sa.text("finished_at IS NULL")
    op.create_index("ix_publication_file_waiting", "publication_file", ["file_id"], postgresql_where=waiting)


def downgrade() -> None:
    """The rows go; files can be written again."""
    op.drop_table("publication_file")
