"""DuckDB, an optional extra: CSV from PostgreSQL in, Parquet out, and the counting statement over Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Select, Table, Text
from sqlalchemy.dialects import postgresql

from assessment.fact_files.layout import TYPES
from assessment.publications.frozen_facts import COLUMNS
from dispatch.kernel.errors import DomainError

_SQL_TYPES: dict[str, Any] = {
    "BIGINT": BigInteger,
    "INTEGER": Integer,
    "VARCHAR": Text,
    "BOOLEAN": Boolean,
    "TIMESTAMPTZ": DateTime(timezone=True),
}
POSTGRESQL: Any = postgresql.dialect
FACT = Table("fact", MetaData(), *(Column(name, _SQL_TYPES[TYPES[name]]) for name in COLUMNS))


def connect() -> Any:
    """A connection that lives in memory. Raises ``DomainError`` ``facts.no_engine`` where the extra is not installed."""
    try:
        import duckdb
    except ImportError:
        raise DomainError("facts.no_engine", '没有安装 DuckDB:pip install "hotline12345[duckdb]"。') from None
    return duckdb.connect()


def to_parquet(source: Path, target: Path) -> int:
    """The CSV of ``COLUMNS`` without a header as Parquet, in its order; how many rows."""
    columns = {name: TYPES[name] for name in COLUMNS}
    with connect() as engine:
        # A quoted empty field is a text without letters; only an unquoted one is unknown.
        rows = engine.read_csv(
            str(source),
            header=False,
            columns=columns,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            allow_quoted_nulls=False,
        )
        rows.write_parquet(str(target), compression="zstd")
        found = engine.from_parquet(str(target)).query("fact", "SELECT count(*) FROM fact").fetchall()
    return int(found[0][0])


def run(rows: Path, statement: Select[Any]) -> list[dict[str, Any]]:
    """A statement over ``FACT``, as PostgreSQL would be asked, over the rows of a Parquet file."""
    asked = str(statement.compile(dialect=POSTGRESQL(), compile_kwargs={"literal_binds": True}))
    with connect() as engine:
        found = engine.from_parquet(str(rows)).query("fact", asked)
        names = list(found.columns)
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
