"""The embedded PostgreSQL and Redis below HOTLINE_HOME: started on demand, shared, outliving their starter."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dispatch.kernel.services import postgres, redis_server
from dispatch.kernel.services.folders import exclusive
from dispatch.kernel.services.processes import ServiceError

__all__ = ["Endpoints", "ServiceError", "ensure", "ensure_database", "stop"]


class Settings(Protocol):
    """What the services need of the configuration."""

    @property
    def home(self) -> Path: ...
    @property
    def database_url(self) -> str | None: ...
    @property
    def redis_url(self) -> str | None: ...
    @property
    def shared_buffers(self) -> str: ...


@dataclass(frozen=True)
class Endpoints:
    """Where the database (SQLAlchemy's form) and Redis (redis-py's form) answer; may hold passwords, so not in the repr."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)


def ensure(config: Settings) -> Endpoints:
    """The addresses of both services, each started first where it is embedded and does not answer.

    Any number of processes may call this at once. Raises ServiceError with a Chinese sentence.
    """
    return Endpoints(
        database_url=ensure_database(config),
        redis_url=config.redis_url or _embedded_redis(config.home),
    )


def ensure_database(config: Settings) -> str:
    """The database's address alone, for commands that need no Redis; else as ``ensure``."""
    address = config.database_url or postgres.running(config.home)
    if address is None:
        with exclusive(config.home):
            address = postgres.running(config.home) or postgres.start(config.home, config.shared_buffers)
    return address


def stop(home: Path) -> list[str]:
    """Stop what runs below ``home``; the names of what was stopped (none when nothing ran)."""
    if not home.is_dir():
        return []
    with exclusive(home):
        return [
            *(["Redis"] if redis_server.stop(home) else []),
            *(["PostgreSQL"] if postgres.stop(home) else []),
        ]


def _embedded_redis(home: Path) -> str:
    address = redis_server.running(home)
    if address is None:
        with exclusive(home):
            address = redis_server.running(home) or redis_server.start(home)
    return address
