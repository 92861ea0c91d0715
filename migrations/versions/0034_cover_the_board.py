"""Cover the board: the worklist's index carries state and round, so that figures are counted from it alone; today's ladder by time.

State is in the index's own condition already and a part's round never changes: no write becomes dearer by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_assignment_worklist", ["unit_id", "due_at", "ticket_id"]
OPEN = sa.text("role = 'lead' AND state IN ('sent', 'acknowledged', 'disputed')")


def upgrade() -> None:
    """The same index with two columns beside, and one of a few pages."""
    op.drop_index(NAME, table_name="assignment")
    op.create_index(NAME, "assignment", COLUMNS, postgresql_where=OPEN, postgresql_include=["state", "round"])
    op.create_index("ix_ladder_step_told_at", "ladder_step", ["told_at"], postgresql_using="brin")


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_ladder_step_told_at", table_name="ladder_step")
    op.drop_index(NAME, table_name="assignment")
    op.create_index(NAME, "assignment", COLUMNS, postgresql_where=OPEN)
