"""What the database's own catalogue says: tables, columns, sequences, foreign keys, triggers of one schema."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

Connection = psycopg.Connection[tuple[Any, ...]]
REVISIONS = "alembic_version"
CONNECT_SECONDS = 5

TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> %s
    GROUP BY c.relname ORDER BY c.relname
"""
FOREIGN_KEYS = """
    SELECT t.relname, k.conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
    WHERE k.contype = 'f' AND k.conparentid = 0 AND t.relnamespace = %s::regnamespace ORDER BY t.relname, k.conname
"""


def connect(url: str) -> Connection:
    """A plain psycopg connection to SQLAlchemy's ``url``, in autocommit: transactions are stated where they are meant."""
    parts = make_url(url)
    given = parts.translate_connect_args(username="user", database="dbname")
    return psycopg.connect(
        **{"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8", **parts.query, **given}, autocommit=True
    )


def with_search_path(url: str, schema: str) -> str:
    """``url`` whose sessions see and make tables in ``schema`` alone."""
    parts = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    return parts.render_as_string(hide_password=False)


def tables(connection: Connection, schema: str) -> dict[str, list[str]]:
    """Name → stored columns of each table; a partitioned table counts once, Alembic's own not at all."""
    return dict(connection.execute(TABLES, (schema, REVISIONS)).fetchall())


def sequences(connection: Connection, schema: str) -> dict[str, tuple[int, bool]]:
    """Name → (last value, whether it was handed out) of each sequence."""
    names = connection.execute(
        "SELECT sequencename FROM pg_sequences WHERE schemaname = %s ORDER BY 1", (schema,)
    ).fetchall()
    found = {}
    for (name,) in names:
        query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(schema, name))
        [(value, called)] = connection.execute(query).fetchall()
        found[name] = (value, called)
    return found


def revisions(connection: Connection, schema: str) -> list[str]:
    """The migrations that the schema stands at; none where Alembic was never there."""
    [(known,)] = connection.execute("SELECT to_regclass(%s)", (f"{schema}.{REVISIONS}",)).fetchall()
    if known is None:
        return []
    query = sql.SQL("SELECT version_num FROM {} ORDER BY 1").format(sql.Identifier(schema, REVISIONS))
    return [revision for (revision,) in connection.execute(query)]


def foreign_keys(connection: Connection, schema: str) -> list[tuple[str, str, str]]:
    """(table, name, definition) of each foreign key, those of partitions under their parent's."""
    return [(table, name, definition) for table, name, definition in connection.execute(FOREIGN_KEYS, (schema,))]


def has_rows(connection: Connection, schema: str) -> bool:
    """Whether any table holds a row."""
    return any(
        connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(schema, name))).rowcount
        for name in tables(connection, schema)
    )
