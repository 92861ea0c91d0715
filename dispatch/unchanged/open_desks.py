"""The same answers from an event loop, which keeps the connections of a proxy: the application of ``hotline desks`` (ADR 15)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

from a2wsgi import WSGIMiddleware
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from dispatch.unchanged.proving import PATH, PROVER, Prover, Question
from dispatch.unchanged.standing import Standing

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import Receive, Scope, Send

THREADS: Final = 4  # lists drawn at once; what is asked beyond waits for its turn

Headers = Iterable[tuple[bytes, bytes]]


class OpenDesks:
    """An ASGI application around a Flask application with the layer: "nothing" from the loop, all else from a few threads."""

    def __init__(self, app: Flask) -> None:
        self._prover: Prover = app.extensions[PROVER]
        self._application: Any = WSGIMiddleware(cast(Any, app.wsgi_app), workers=THREADS)
        told = [(name.lower().encode(), value.encode()) for name, value in self._prover.headers]
        self._start: Any = {"type": "http.response.start", "status": 204, "headers": told}
        self._look: asyncio.Task[Standing] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """204, or whatever the application answers."""
        if scope["type"] == "http" and scope["path"] == PATH and await self._is_unchanged(scope):
            await send(self._start)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self._application(_plain(scope), receive, send)

    async def _is_unchanged(self, scope: Any) -> bool:
        asking = self._prover.asking(_question(scope))
        if asking is None:
            return False
        try:
            return self._prover.is_unchanged(asking, await self._standing())
        except SQLAlchemyError:
            return False  # the application says it in its own words

    async def _standing(self) -> Standing:
        """The last look, or one for everybody who waits: it asks the database, so that a thread takes it."""
        last = self._prover.last()
        if last is not None:
            return last
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(asyncio.to_thread(self._prover.standing))
        return await asyncio.shield(self._look)  # who hangs up takes it from nobody


def _question(scope: Any) -> Question:
    cookies, is_htmx, is_bearer = b"", False, False
    for name, value in cast(Headers, scope["headers"]):
        if name == b"cookie":
            cookies = cookies + b"; " + value if cookies else value
        elif name == b"hx-request":
            is_htmx = value == b"true"
        elif name == b"authorization":
            is_bearer = True
    query = scope["query_string"].decode("latin-1")
    return Question(scope["method"], query, cookies.decode("latin-1"), is_htmx, is_bearer)


def _plain(scope: Any) -> Any:
    """Without headers that have ``_`` in their name: WSGI would take ``X_Forwarded_For`` for what the proxy says."""
    if scope["type"] != "http":
        return scope
    return {**scope, "headers": [(name, value) for name, value in cast(Headers, scope["headers"]) if b"_" not in name]}
