"""Restoring a backup: built whole in a schema of its own beside the old one, then swapped in by one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from dispatch.kernel.backups import archive, schema
from dispatch.kernel.backups.archive import BackupError, Manifest, Reader
from dispatch.kernel.backups.dump import SCHEMA

Migrate = Callable[[str, str], None]
Say = Callable[[str], None]

DRAFT, REPLACED = "hotline_restoring", "hotline_replaced"
LOCK = 12345002
SWAP_LOCK_SECONDS = 30


def restore(
    url: str, path: Path, *, migrate: Migrate, is_replacing: bool = False, say: Say = lambda _: None
) -> Manifest:
    """Put the backup ``path`` into the database at ``url``; until the last instant nothing of it is seen.

    ``migrate(url, revision)`` makes the tables of a revision. Partitions made since by hand are not made again: their
    rows come to lie in the default one. A database that holds rows is refused unless ``is_replacing``.
    Raises BackupError, the database then being as before.
    """
    with archive.reading(path) as reader:
        try:
            with schema.connect(url) as connection:
                _lock(connection)
                if not is_replacing and schema.has_rows(connection, SCHEMA):
                    raise BackupError("数据库里已有数据；要以备份取代它，请加 --replace(现有数据将全部消失)")
                _build(connection, url, reader, migrate, say)
                _swap(connection)
        except psycopg.errors.LockNotAvailable as error:
            raise BackupError("数据库正在被使用，未能切换；请先停止网站与后台进程") from error
        except psycopg.Error as error:
            raise BackupError(
                f"恢复失败，数据库未改动：{error.diag.message_primary or type(error).__name__}"
            ) from error
        return reader.manifest


def _lock(connection: schema.Connection) -> None:
    [(got,)] = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchall()
    if not got:
        raise BackupError("另一个恢复正在进行")


def _build(connection: schema.Connection, url: str, reader: Reader, migrate: Migrate, say: Say) -> None:
    """The tables as they were, their rows, then the newest structure; a draft left by a kill is dropped first."""
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(DRAFT)))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(DRAFT)))
    try:
        draft_url = schema.with_search_path(url, DRAFT)
        for revision in reader.manifest.revisions:
            _migrate(migrate, draft_url, revision)
        with schema.connect(draft_url) as draft, draft.transaction():
            _load(draft, reader, say)
        if reader.manifest.revisions:
            _migrate(migrate, draft_url, "head")
    except BaseException:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(DRAFT)))
        raise


def _migrate(migrate: Migrate, url: str, revision: str) -> None:
    try:
        migrate(url, revision)
    except Exception as error:  # whatever a migration may raise ends the restore, with the old data untouched
        raise BackupError(f"无法建立版本 {revision} 的表结构(备份可能来自更新的程序):{type(error).__name__}") from error


def _load(draft: schema.Connection, reader: Reader, say: Say) -> None:
    """All rows, without the foreign keys and triggers that would look at them in between."""
    found = schema.tables(draft, DRAFT)
    if missing := [table.name for table in reader.manifest.tables if table.name not in found]:
        raise BackupError(f"备份中的表在此版本里不存在：{'、'.join(missing)}")
    keys = schema.foreign_keys(draft, DRAFT)
    for table, name, _ in keys:
        _alter(draft, table, sql.SQL("DROP CONSTRAINT {}").format(sql.Identifier(name)))
    for table in found:
        _alter(draft, table, sql.SQL("DISABLE TRIGGER USER"))
    for stored in reader.manifest.tables:
        say(f"恢复 {stored.name}")
        _copy(draft, reader, stored)
    for table in found:
        _alter(draft, table, sql.SQL("ENABLE TRIGGER USER"))
    for table, name, definition in keys:
        _alter(draft, table, sql.SQL("ADD CONSTRAINT {} {}").format(sql.Identifier(name), sql.SQL(definition)))
    for name, (value, called) in reader.manifest.sequences.items():
        draft.execute("SELECT setval(%s::regclass, %s, %s)", (f'"{name}"', value, called))


def _alter(draft: schema.Connection, table: str, change: sql.Composable) -> None:
    draft.execute(sql.SQL("ALTER TABLE {} {}").format(sql.Identifier(DRAFT, table), change))


def _copy(draft: schema.Connection, reader: Reader, stored: archive.Table) -> None:
    """A table that migrations fill by themselves is emptied: the backup says what was in it."""
    target = sql.Identifier(DRAFT, stored.name)
    draft.execute(sql.SQL("DELETE FROM {}").format(target))
    columns = sql.SQL(", ").join(map(sql.Identifier, stored.columns))
    with draft.cursor() as cursor, cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(target, columns)) as rows:
        for block in reader.blocks(stored):
            rows.write(block)


def _swap(connection: schema.Connection) -> None:
    """The one instant at which the old database becomes the restored one."""
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{SWAP_LOCK_SECONDS}s'")
        for change in (
            f"ALTER SCHEMA {SCHEMA} RENAME TO {REPLACED}",
            f"ALTER SCHEMA {DRAFT} RENAME TO {SCHEMA}",
            f"DROP SCHEMA {REPLACED} CASCADE",
        ):
            connection.execute(change)
    connection.execute("ANALYZE")
