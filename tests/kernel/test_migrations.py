"""Migrations go up, down and up again, number without gaps, and end in what the models say."""

from __future__ import annotations

import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

import assessment.models  # noqa: F401  (every table registers itself)
import dispatch.models  # noqa: F401  (every table registers itself)
from dispatch.kernel.config import Config
from dispatch.kernel.db import Base, migrate, migrations_folder

PARTITION = "_default"


def differences(url: str) -> list[str]:
    """Where the database is not what the models say, its default partitions (whose keys PostgreSQL copies) aside."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    engine.dispose()
    return [said for said in map(str, found) if PARTITION not in said]


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_migrate_up_down_and_up_again_ends_in_the_models(config: Config) -> None:
    url = str(config.database_url)
    before = tables(url)
    assert differences(url) == []
    migrate(url, "base")
    assert tables(url) == {"alembic_version"}
    migrate(url)
    assert tables(url) == before
    assert differences(url) == []


def test_files_number_without_gaps_and_name_verb_and_object() -> None:
    names = sorted(path.name for path in (migrations_folder() / "versions").glob("*.py") if path.name != "__init__.py")
    assert all(re.fullmatch(r"\d{4}_[a-z]+(_[a-z]+)+\.py", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_no_column_takes_its_time_from_the_database(config: Config) -> None:
    engine = create_engine(str(config.database_url))
    query = text(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_default ~* '(now|current_|clock_|timestamp)'"
    )
    with engine.connect() as connection:
        assert connection.execute(query).all() == []
        assert connection.scalar(text("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")) == 0
    engine.dispose()
