"""Fence the worklist: which transaction touched an assignment last, so that a desk can ask what changed since its snapshot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# A number of the transaction, never of the clock: simulated time holds. A trigger, because rows are also moved by plain SQL.
FUNCTION = """
CREATE FUNCTION assignment_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.touched_by := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER assignment_touched BEFORE INSERT OR UPDATE ON assignment
FOR EACH ROW WHEN (NEW.role = 'lead') EXECUTE FUNCTION assignment_touched()
"""


def upgrade() -> None:
    """A column, the trigger that fills it, and the index that answers the desks."""
    op.add_column("assignment", sa.Column("touched_by", sa.BigInteger(), nullable=True))
    op.execute(FUNCTION)
    op.execute(TRIGGER)
    op.create_index(
        "ix_assignment_touched", "assignment", ["unit_id", "touched_by"], postgresql_where=sa.text("role = 'lead'")
    )


def downgrade() -> None:
    """Desks fall back to asking for everything."""
    op.drop_index("ix_assignment_touched", "assignment")
    op.execute("DROP TRIGGER assignment_touched ON assignment")
    op.execute("DROP FUNCTION assignment_touched()")
    op.drop_column("assignment", "touched_by")
