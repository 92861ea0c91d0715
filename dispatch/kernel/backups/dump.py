"""Making a backup: every table by COPY from one snapshot. Needs no program beside the driver, so it works with any server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psycopg
from psycopg import sql

from dispatch.kernel.backups import archive, schema
from dispatch.kernel.backups.archive import BackupError, Manifest

SCHEMA = "public"


def backup(url: str, path: Path, *, at: datetime, say: Callable[[str], None] = lambda _: None) -> Manifest:
    """Write the database at ``url`` to the file ``path`` as it is at one instant, while it is in use; the manifest.

    The keys of the identity vault are not in it. Raises BackupError.
    """
    with _reading(url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        manifest = Manifest(
            version=_own_version(),
            made_at=at.isoformat(),
            server_version=connection.info.server_version,
            revisions=schema.revisions(connection, SCHEMA),
        )
        _write(connection, path, manifest, say)
    return manifest


def has_tables(url: str) -> bool:
    """Whether the database at ``url`` was ever set up. Raises BackupError where it cannot be asked."""
    with _reading(url) as connection:
        return bool(schema.tables(connection, SCHEMA))


@contextmanager
def _reading(url: str) -> Iterator[schema.Connection]:
    try:
        with schema.connect(url) as connection:
            yield connection
    except psycopg.Error as error:
        raise BackupError(f"读取数据库失败：{error.diag.message_primary or type(error).__name__}") from error


def _write(connection: schema.Connection, path: Path, manifest: Manifest, say: Callable[[str], None]) -> None:
    found = schema.tables(connection, SCHEMA)
    if not found:
        raise BackupError("数据库里还没有任何表，没有可备份的内容")
    with archive.writing(path, manifest) as writer, connection.cursor() as cursor:
        for name, columns in found.items():
            say(f"备份 {name}")
            # A query, since COPY of a partitioned table by its name is refused.
            query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(SCHEMA, name)
            )
            with cursor.copy(query) as rows:
                writer.add_table(name, columns, rows)
        # Sequences stand outside snapshots: read last, they are never behind the rows.
        manifest.sequences = schema.sequences(connection, SCHEMA)


def _own_version() -> str:
    try:
        return version("hotline12345")
    except PackageNotFoundError:  # a checkout that was never installed
        return "unknown"
