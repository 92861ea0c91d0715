"""Places with their names, the words that find them, and the territories of units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IN_EFFECT = sa.text("valid_to = '9999-12-31 00:00:00+00'::timestamptz")


def upgrade() -> None:
    """Places and territories as versions; words sorted by code point for one range per prefix."""
    op.create_table(
        "place",
        sa.Column("place_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("road_from", sa.BigInteger(), nullable=True),
        sa.Column("road_to", sa.BigInteger(), nullable=True),
        sa.Column("parity", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("datum", sa.Text(), nullable=True),
        *_version_columns(),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_place_unit_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_place")),
    )
    op.create_index("ux_place_code", "place", ["code"], unique=True, postgresql_where=IN_EFFECT)
    op.create_index("ix_place_folded", "place", ["folded"], unique=False)
    op.create_index(op.f("ix_place_unit_id"), "place", ["unit_id"], unique=False)
    op.create_table(
        "place_alias",
        sa.Column("place_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.place_id"], name=op.f("fk_place_alias_place_id")),
        sa.PrimaryKeyConstraint("place_id", "alias", name=op.f("pk_place_alias")),
    )
    _words()
    op.create_table(
        "territory",
        sa.Column("territory_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("given", postgresql.JSONB(astext_type=sa.Text(), none_as_null=True), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        *_version_columns(),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_territory_unit_id")),
        sa.PrimaryKeyConstraint("territory_id", name=op.f("pk_territory")),
    )
    op.create_index("ux_territory_unit_id", "territory", ["unit_id"], unique=True, postgresql_where=IN_EFFECT)
    op.create_index(op.f("ix_territory_unit_id"), "territory", ["unit_id"], unique=False)


def downgrade() -> None:
    """Places and territories go; units stay."""
    for table in ("territory", "place_word", "place_alias", "place"):
        op.drop_table(table)


def _words() -> None:
    op.create_table(
        "place_word",
        sa.Column("place_word_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("district_id", sa.BigInteger(), nullable=True),
        sa.Column("township_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_place_word_unit_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.place_id"], name=op.f("fk_place_word_place_id")),
        sa.PrimaryKeyConstraint("place_word_id", name=op.f("pk_place_word")),
    )
    op.create_index("ix_place_word_level_word", "place_word", ["level", "word"], unique=False)
    op.create_index(
        "ix_place_word_district_id_level_word", "place_word", ["district_id", "level", "word"], unique=False
    )
    op.create_index(op.f("ix_place_word_unit_id"), "place_word", ["unit_id"], unique=False)
    op.create_index(op.f("ix_place_word_place_id"), "place_word", ["place_id"], unique=False)


def _version_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
    )
