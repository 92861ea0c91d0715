"""Number frozen facts: what each counts as, made by the database, so that an index alone says how many of each there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COUNTED_AS = (
    "(is_excluded)::int * 1 + (is_withdrawn)::int * 2 + (is_pending)::int * 4 + (reached)::int * 8"
    " + (is_on_time)::int * 16 + (is_explained)::int * 32"
    " + (first_contact_at IS NOT NULL)::int * 64 + (completed_at IS NOT NULL)::int * 128"
    " + (returns > 0)::int * 256 + (redos > 0)::int * 512"
    " + (CASE WHEN contacted THEN 1 WHEN NOT contacted THEN 2 ELSE 0 END) * 1024"
    " + (CASE WHEN solved IS NULL THEN 0 WHEN solved = 'yes' THEN 1 WHEN solved = 'partly' THEN 2"
    " WHEN solved = 'no' THEN 3 ELSE 7 END) * 4096"
    " + (CASE WHEN satisfaction IS NULL THEN 0 WHEN satisfaction = 'satisfied' THEN 1"
    " WHEN satisfaction = 'basically' THEN 2 WHEN satisfaction = 'dissatisfied' THEN 3 ELSE 7 END) * 32768"
)


def upgrade() -> None:
    """Facts already frozen are written anew, 5 µs each.

    An index answers alone where a page is known to be visible to all: autovacuum sees to it after each freezing, however many
    publications lie there already (it would else wait until a fifth of them is new).
    """
    made = sa.Column("counted_as", sa.Integer(), sa.Computed(COUNTED_AS, persisted=True), nullable=False)
    op.add_column("publication_fact", made)
    columns = ["publication_id", "unit_id", "counted_as"]
    op.create_index("ix_publication_fact_counted_as", "publication_fact", columns)
    op.execute(
        "ALTER TABLE publication_fact_default"
        " SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000)"
    )


def downgrade() -> None:
    """Facts are counted from their columns again."""
    op.execute(
        "ALTER TABLE publication_fact_default"
        " RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_insert_threshold)"
    )
    op.drop_index("ix_publication_fact_counted_as", table_name="publication_fact")
    op.drop_column("publication_fact", "counted_as")
