"""Whether a question of an open worklist can be answered with "nothing", proven without the application."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Final, NamedTuple
from urllib.parse import parse_qs

from flask import Flask
from prometheus_client import Counter

from dispatch.kernel.edge import HEADERS, HSTS_SECONDS
from dispatch.tickets.changes import Since, read_cursor
from dispatch.unchanged.remembered import Desk, Desks
from dispatch.unchanged.standing import Looker, Standing

PATH: Final = "/work"
QUESTIONS: Final = 4_000  # remembered by their words; each desk has one at a time
PROVER: Final = "unchanged_prover"  # in an application's extensions
SECONDS: Final = "UNCHANGED_LOOKS_SECONDS"
ANSWERS = Counter("hotline_unchanged_answers", "Open worklists told that nothing has changed, without the application.")


class Question(NamedTuple):
    """What was asked at ``PATH``, as it came: raw words of headers, "" where there are none."""

    method: str
    query: str
    cookies: str
    is_htmx: bool
    is_bearer: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """A plain question of a desk that is known here: what its page says it knows."""

    cookie: str
    desk: Desk
    since: Since
    words: str


class Prover:
    """Knows the desks of this process and how everything stands; an edge asks it before it asks the application."""

    def __init__(self, app: Flask, desks: Desks) -> None:
        self._app, self._desks = app, desks
        self._looker, self._lock = Looker(desks), Lock()
        self._cookie = f"{app.config['SESSION_COOKIE_NAME']}="
        is_secure = bool(app.config["SESSION_COOKIE_SECURE"])
        self.headers = [*HEADERS.items(), ("Cache-Control", "no-store"), ("Vary", "Cookie")]
        self.headers += [("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")] if is_secure else []

    def asking(self, question: Question) -> Asking | None:
        """None where it is not a plain question of a known desk: the application's."""
        if question.method != "GET" or not question.is_htmx or question.is_bearer:
            return None
        cookie = self._session_cookie(question.cookies)
        desk = self._desks.by_cookie.get(cookie) if cookie else None
        if cookie is None or desk is None:
            return None
        desk.asked_at = time.monotonic()
        given = _given(question.query)
        return None if given is None else Asking(cookie, desk, *given)

    def last(self) -> Standing | None:
        """The last look while it is young enough."""
        return self._looker.last(every_seconds=self._app.config[SECONDS])

    def standing(self) -> Standing:
        """The last look while it is young enough, else a new one: then some milliseconds of the database's. Raises SQLAlchemyError."""
        with self._lock:
            last = self.last()
            if last is not None:
                return last
            with self._app.app_context():
                return self._looker.look(every_seconds=self._app.config[SECONDS])

    def is_unchanged(self, asking: Asking, standing: Standing) -> bool:
        """Whether it is proven that the application would say "nothing" (204)."""
        if self._desks.by_cookie.get(asking.cookie) is not asking.desk:
            return False  # the look has just found the session ended
        mark = standing.mark_of(asking.desk)
        # A cursor of another cluster, or newer than this look, tells nothing here.
        if mark is None or asking.since.last > standing.watched.marks.ahead or not mark.holds_since(asking.since):
            return False
        if standing.words_of(asking.desk, mark) != asking.words:
            return False
        ANSWERS.inc()
        return True

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
