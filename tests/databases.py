"""Copies of a template database, made and dropped in the background while the tests go on."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

from sqlalchemy import URL, Engine, create_engine, event, make_url, text

EMPTY = "template_hotline"  # migrated, no rows but those of the migrations
TOWN = "template_town"  # the small town in it
AHEAD = 3  # short tests come in rows; each copy is 11 MB in the page cache


class Shelf:
    """A few copies at hand. One thread makes and drops them, one after the other, on a connection of its own."""

    def __init__(self, url: URL, template: str) -> None:
        self._url, self._template = url, template
        self._server = create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        self._hands = ThreadPoolExecutor(1, "shelf")
        self._copies: deque[Future[URL]] = deque()

    def __enter__(self) -> Self:
        self._copies.extend(self._hands.submit(self._copy) for _ in range(AHEAD))
        return self

    def __exit__(self, *_error: object) -> None:
        """What is left goes with its server."""
        self._hands.shutdown(cancel_futures=True)
        self._server.dispose()

    def take(self) -> URL:
        """A copy that nobody else has."""
        self._copies.append(self._hands.submit(self._copy))
        return self._copies.popleft().result()

    def give_back(self, url: URL) -> None:
        """Drop it, whoever may still be connected."""
        self._hands.submit(self._run, f'DROP DATABASE "{url.database}" WITH (FORCE)')

    def _copy(self) -> URL:
        name = f"test_{os.urandom(6).hex()}"
        # Copying the files costs a third of what writing them into the log does, where nothing is synchronised.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY')
        return self._url.set(database=name)

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))


_lent: dict[str, tuple[Engine, dict[str, str]]] = {}


def lend_engine(purpose: str, url: str, **options: Any) -> Engine:
    """The process's one engine for ``purpose``, turned to the database of one test after another.

    What was compiled for the tests before is compiled already: statements belong to an engine's dialect.
    """
    if purpose not in _lent:
        target: dict[str, str] = {}
        engine = create_engine(url, **options)
        event.listen(engine, "do_connect", lambda _dialect, _record, _given, parameters: parameters.update(target))
        _lent[purpose] = engine, target
    engine, target = _lent[purpose]
    engine.dispose()
    engine.url = make_url(url)
    target["dbname"] = str(engine.url.database)
    return engine


def run_sql(url: object, *statements: str) -> None:
    """Run statements outside a transaction (CREATE DATABASE)."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")  # type: ignore[arg-type]
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
