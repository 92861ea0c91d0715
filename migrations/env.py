"""How Alembic runs here: online, one at a time (advisory lock), with bounded waits for locks."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

import assessment.models  # noqa: F401  (every table registers itself)
import dispatch.models  # noqa: F401
from dispatch.kernel.db import Base

MIGRATION_LOCK = 12345001


def database_url() -> str:
    """The address given by the caller, else that of the running application."""
    url = context.config.attributes.get("url")
    if url:
        return str(url)
    from flask import current_app

    return str(current_app.config["SQLALCHEMY_DATABASE_URI"])


def run() -> None:
    """Migrate under the lock, in one transaction."""
    engine = create_engine(database_url(), connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
