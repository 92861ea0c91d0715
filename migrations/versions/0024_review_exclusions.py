"""Review exclusions and appeals: cases, their steps, their evidence; and find what was imported as excluded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _of_a_case(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    key = sa.ForeignKeyConstraint(["case_id"], ["exclusion_case.case_id"], name=op.f(f"fk_{table}_case_id"))
    return sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False), key


def upgrade() -> None:
    """Three tables, and the partial index on the ticket."""
    _create_cases()
    op.create_table(
        "exclusion_step",
        *_of_a_case("exclusion_step"),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        _text("state"),
        _text("actor"),
        sa.Column("at", INSTANT, nullable=False),
        _text("words_kind"),
        sa.Column("words_version", sa.SmallInteger(), nullable=False),
        _text("words_digest"),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_exclusion_step")),
    )
    op.create_table(
        "exclusion_evidence",
        *_of_a_case("exclusion_evidence"),
        _text("kind"),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "kind", "number", name=op.f("pk_exclusion_evidence")),
    )
    op.create_index("ix_ticket_excluded", "ticket", ["ticket_id"], postgresql_where=sa.text("is_excluded"))


def _create_cases() -> None:
    op.create_table(
        "exclusion_case",
        _number("case_id"),
        *(_text(name) for name in ("sort", "remedy", "ground", "state")),
        _number("ticket_id"),
        _number("unit_id"),
        _text("applicant"),
        _number("applicant_unit_id"),
        sa.Column("applied_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        _number("publication_id", nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        *(_text(name, nullable=True) for name in ("scheme", "period", "peer_group", "answer_reference")),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        *(_text(name, nullable=True) for name in ("solved", "satisfaction")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_exclusion_case_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_exclusion_case_unit_id")),
        sa.ForeignKeyConstraint(
            ["applicant_unit_id"], ["unit.unit_id"], name=op.f("fk_exclusion_case_applicant_unit_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_exclusion_case")),
    )
    op.create_index(
        "uq_exclusion_case_open",
        "exclusion_case",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('applied', 'first_passed')"),
    )
    op.create_index(
        "ix_exclusion_case_granted",
        "exclusion_case",
        ["ticket_id", "decided_at"],
        postgresql_where=sa.text("state = 'granted'"),
    )
    op.create_index("ix_exclusion_case_state", "exclusion_case", ["state", "case_id"])
    op.create_index("ix_exclusion_case_unit", "exclusion_case", ["unit_id", "case_id"])


def downgrade() -> None:
    """Cases go, and with them what they decided; imported exclusions stay with their tickets."""
    op.drop_index("ix_ticket_excluded", "ticket")
    for table in ("exclusion_evidence", "exclusion_step", "exclusion_case"):
        op.drop_table(table)
