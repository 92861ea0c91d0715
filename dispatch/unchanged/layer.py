"""The layer before the application: 204 to a desk of which it can prove that nothing changed; all else goes on as it came."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from flask import Flask
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from dispatch.kernel.edge import HEADERS, HSTS_SECONDS
from dispatch.tickets.changes import Since, read_cursor
from dispatch.unchanged.remembered import EXTENSION, Desk, Desks
from dispatch.unchanged.standing import LOOKS_SECONDS, Looker, Standing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH: Final = "/work"
QUESTIONS: Final = 4_000  # remembered by their words; each desk has one at a time
SECONDS: Final = "UNCHANGED_LOOKS_SECONDS"
ANSWERS = Counter("hotline_unchanged_answers", "Open worklists told that nothing has changed, without the application.")


class Unchanged:
    """A WSGI application around another one."""

    def __init__(self, inner: WSGIApplication, app: Flask, desks: Desks) -> None:
        self._inner, self._app, self._desks = inner, app, desks
        self._looker, self._lock = Looker(desks), Lock()
        is_secure = bool(app.config["SESSION_COOKIE_SECURE"])
        self._cookie = f"{app.config['SESSION_COOKIE_NAME']}="
        self._headers = [*HEADERS.items(), ("Cache-Control", "no-store"), ("Vary", "Cookie")]
        self._headers += [("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")] if is_secure else []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """204, or whatever the application answers."""
        if environ["PATH_INFO"] == PATH and self._is_unchanged(environ):
            ANSWERS.inc()
            start_response("204 NO CONTENT", list(self._headers))
            return ()
        return self._inner(environ, start_response)

    def _is_unchanged(self, environ: WSGIEnvironment) -> bool:
        """Whether it is proven; anything unusual about the question is not."""
        is_plain = environ["REQUEST_METHOD"] == "GET" and environ.get("HTTP_HX_REQUEST") == "true"
        if not is_plain or environ.get("SCRIPT_NAME") or "HTTP_AUTHORIZATION" in environ:
            return False
        cookie = self._session_cookie(environ.get("HTTP_COOKIE", ""))
        desk = self._desks.by_cookie.get(cookie) if cookie else None
        if cookie is None or desk is None:
            return False
        desk.asked_at = time.monotonic()
        given = _given(environ.get("QUERY_STRING", ""))
        return given is not None and self._is_as_given(cookie, desk, *given)

    def _is_as_given(self, cookie: str, desk: Desk, since: Since, words: str) -> bool:
        try:
            standing = self._standing()
        except SQLAlchemyError:
            return False  # the application says it in its own words
        if self._desks.by_cookie.get(cookie) is not desk:
            return False  # the look has just found the session ended
        mark = standing.mark_of(desk)
        # A cursor of another cluster, or newer than this look, tells nothing here.
        if mark is None or since.last > standing.watched.marks.ahead or not mark.holds_since(since):
            return False
        return standing.words_of(desk, mark) == words

    def _standing(self) -> Standing:
        """The last look while it is young enough, else a new one."""
        with self._lock:
            every_seconds = self._app.config[SECONDS]
            last = self._looker.last(every_seconds=every_seconds)
            if last is not None:
                return last
            with self._app.app_context():
                return self._looker.look(every_seconds=every_seconds)

    def _session_cookie(self, header: str) -> str | None:
        """The raw value of the session's cookie, where there is exactly one."""
        found = [part[len(self._cookie) :] for part in header.split("; ") if part.startswith(self._cookie)]
        return found[0] if len(found) == 1 and header.count(self._cookie) == 1 else None


@lru_cache(maxsize=QUESTIONS)
def _given(query: str) -> tuple[Since, str] | None:
    """The cursor and the mark of a question; None where either is unreadable or said twice. An open desk asks the same again and
    again, until something changes."""
    given = parse_qs(query, keep_blank_values=True)
    since_given, mark_given = given.get("since", []), given.get("mark", [])
    since = read_cursor(since_given[0]) if len(since_given) == len(mark_given) == 1 else None
    return None if since is None else (since, mark_given[0])


def install(app: Flask) -> None:
    """Put the layer before ``app``."""
    app.config.setdefault(SECONDS, LOOKS_SECONDS)
    app.extensions[EXTENSION] = desks = Desks()
    app.wsgi_app = Unchanged(app.wsgi_app, app, desks)  # type: ignore[method-assign]
