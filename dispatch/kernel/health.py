"""Is the process alive, can it write, which version is it: for load balancers, containers and people on call."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dispatch.kernel.application import runtime
from dispatch.kernel.bootstrap import head_revision
from dispatch.kernel.db import transaction
from dispatch.kernel.route_rules import public

DISTRIBUTION = "hotline12345"
REDIS_TIMEOUT_SECONDS = 2
CHECK_TIMEOUT = "2s"
NEEDED = "needed"  # in an application's extensions: further checks by name, each answering ``ok`` or what is wrong

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public("a process supervisor has no account; says nothing but alive", is_anonymous=True)
def healthz() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public("a load balancer has no account; says only which part is away", is_anonymous=True)
def readyz() -> Any:
    """200 ``ok`` or ``degraded`` (Redis away: only late), 503 ``unready`` (no write possible, not migrated, or the process lacks
    what it needs besides).
    """
    needed = {"database": check_database} | current_app.extensions.get(NEEDED, {})
    checks = {name: check() for name, check in needed.items()}
    is_ready = set(checks.values()) == {"ok"}
    checks["redis"] = check_redis()
    if not is_ready:
        return jsonify(status="unready", checks=checks), 503
    return jsonify(status="ok" if checks["redis"] == "ok" else "degraded", checks=checks)


@blueprint.get("/version")
@public("names the release, nothing else", is_anonymous=True)
def version() -> Any:
    """Version of the distribution and the commit it was built from."""
    return jsonify(version=_version(), commit=runtime().config.commit)


@cache
def _version() -> str:
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"


@cache
def _head() -> str:
    return head_revision()


def check_database() -> str:
    """``ok``, ``away``, ``read_only`` (a standby, or out of disk), ``not_migrated``: by a real commit that changes no row."""
    try:
        with transaction() as session:
            session.execute(text(f"SET LOCAL statement_timeout = '{CHECK_TIMEOUT}'"))
            revision = session.scalar(text("SELECT version_num FROM alembic_version"))
            if session.scalar(text("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")):
                return "read_only"
            if revision != _head():
                return "not_migrated"
            # A transaction id and a commit record: this is what fails when the disk of the log is full.
            session.execute(text("SELECT pg_current_xact_id()"))
            session.execute(text("SELECT pg_logical_emit_message(true, 'readyz', '')"))
    except SQLAlchemyError as error:
        return "not_migrated" if "UndefinedTable" in type(getattr(error, "orig", error)).__name__ else "away"
    return "ok"


def check_redis() -> str:
    """``ok`` or ``away``, within two seconds and without retries."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    url = runtime().config.redis_url
    if not url:
        return "away"
    client = redis.Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return "ok" if client.ping() else "away"
    except redis.RedisError:
        return "away"
    finally:
        client.close()


def install(app: Flask) -> None:
    """The routes of health."""
    app.register_blueprint(blueprint)
