"""The layer before the application: 204 to a desk of which it can prove that nothing changed; all else goes on as it came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from dispatch.unchanged.proving import PATH, PROVER, SECONDS, Prover, Question
from dispatch.unchanged.remembered import EXTENSION, Desks
from dispatch.unchanged.standing import LOOKS_SECONDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Unchanged:
    """A WSGI application around another one."""

    def __init__(self, inner: WSGIApplication, prover: Prover) -> None:
        self._inner, self._prover = inner, prover

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """204, or whatever the application answers."""
        if environ["PATH_INFO"] == PATH and not environ.get("SCRIPT_NAME") and self._is_unchanged(environ):
            start_response("204 NO CONTENT", list(self._prover.headers))
            return ()
        return self._inner(environ, start_response)

    def _is_unchanged(self, environ: WSGIEnvironment) -> bool:
        """Whether it is proven; anything unusual about the question is not."""
        asking = self._prover.asking(
            Question(
                method=environ["REQUEST_METHOD"],
                query=environ.get("QUERY_STRING", ""),
                cookies=environ.get("HTTP_COOKIE", ""),
                is_htmx=environ.get("HTTP_HX_REQUEST") == "true",
                is_bearer="HTTP_AUTHORIZATION" in environ,
            )
        )
        if asking is None:
            return False
        try:
            return self._prover.is_unchanged(asking, self._prover.standing())
        except SQLAlchemyError:
            return False  # the application says it in its own words


def install(app: Flask) -> None:
    """Put the layer before ``app``."""
    app.config.setdefault(SECONDS, LOOKS_SECONDS)
    app.extensions[EXTENSION] = desks = Desks()
    app.extensions[PROVER] = prover = Prover(app, desks)
    app.wsgi_app = Unchanged(app.wsgi_app, prover)  # type: ignore[method-assign]
