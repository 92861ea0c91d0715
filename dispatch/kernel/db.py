"""The database: the declarative base, one transaction per edge, migrations. The only module that commits."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import psycopg
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import BigInteger, Connection, Date, DateTime, Engine, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, registry

from dispatch.kernel.cursors import LazyCursor

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Big tables are partitioned by ticket_id from the first migration, with one default partition to begin with.
BY_TICKET = {"postgresql_partition_by": "RANGE (ticket_id)"}

CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_SECONDS = 30
LOCK_TIMEOUT_SECONDS = 5
IDLE_TRANSACTION_TIMEOUT_SECONDS = 60


class Base(DeclarativeBase):
    """What every table is mapped from."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            date: Date(),
            int: BigInteger(),
            str: Text(),
            bytes: LargeBinary(),
            dict[str, Any]: JSONB(none_as_null=True),
        },
    )


class OneDatabase(FlaskSession):
    """A session of the one database: it need not look for the engine of each table at each statement."""

    _engine: Engine | None = None

    def get_bind(self, *_args: Any, bind: Any = None, **_kwargs: Any) -> Engine | Connection:
        """The connection that was asked for, else the application's engine."""
        if bind is not None:
            return cast(Connection, bind)
        if self._engine is None:
            self._engine = self._db.engine
        return self._engine


# A session ends with its transaction, so there is nothing to read anew after the commit.
db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False, "class_": OneDatabase}
)


def engine_options(*, pool_size: int = 5, statement_timeout_seconds: int = STATEMENT_TIMEOUT_SECONDS) -> dict[str, Any]:
    """Options of every engine: bounded waits, UTC, and a look at each connection that survives a restarted server."""
    settings = {
        "TimeZone": "UTC",
        "statement_timeout": f"{statement_timeout_seconds}s",
        "lock_timeout": f"{LOCK_TIMEOUT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_TIMEOUT_SECONDS}s",
        "jit": "off",
    }
    return {
        "pool_events": [(_refuse_lost, "checkout")],
        "pool_size": pool_size,
        "max_overflow": pool_size,
        "pool_timeout": CONNECT_TIMEOUT_SECONDS,
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "cursor_factory": LazyCursor,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    }


def _refuse_lost(connection: psycopg.Connection, _record: object, _proxy: object) -> None:
    """Let the pool open another connection where the server has ended this one.

    A connection at rest has nothing to say: only one that has (a farewell, or a harmless notice) is asked, so that a
    transaction need not begin with a question of its own as it would under ``pool_pre_ping``.
    """
    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):
            connection.execute("SELECT 1")
            connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def current_session() -> Session:
    """The session of the running edge."""
    return cast(Session, db.session())


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction per edge: returning commits, raising rolls back, and nothing below commits."""
    session = current_session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        db.session.remove()


def migrations_folder() -> Path:
    """Where the migrations lie, in a checkout and in an installed wheel alike."""
    import migrations

    return Path(migrations.__file__).parent


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``; safe when several processes start at once (advisory lock)."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["url"] = url
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
