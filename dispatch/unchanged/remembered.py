"""Desks whose question the application has just answered: by the very cookie that it accepted, in this process alone."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, cast

from flask import current_app, request
from flask import session as cookie_session

from dispatch.access.guard import LOGIN_KEY
from dispatch.access.queries import SessionNow
from dispatch.access.services import digest
from dispatch.access.tokens import bearer
from dispatch.kernel.person import Person

MOST: Final = 10_000
FORGOTTEN_AFTER_SECONDS: Final = 60.0  # a desk that asks no more is looked after no more
EXTENSION: Final = "unchanged_desks"


@dataclass(slots=True)
class Desk:
    """A session that may ask for its list: whose it is, and when it asked last (monotonic seconds)."""

    token_digest: bytes
    person: Person
    asked_at: float


@dataclass
class Desks:
    """The desks of this process, by the raw value of their signed cookie."""

    by_cookie: OrderedDict[str, Desk] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def keep(self, cookie: str, desk: Desk) -> None:
        """Know this desk from now on, as the application has just seen it."""
        with self.lock:
            self.by_cookie[cookie] = desk
            self.by_cookie.move_to_end(cookie)
            while len(self.by_cookie) > MOST:
                self.by_cookie.popitem(last=False)

    def retain(self, good: Mapping[bytes, SessionNow], asked: list[tuple[str, Desk]], at: float) -> None:
        """Of those ``asked`` about, forget whose session has ended or may see something else now, and who is silent."""
        with self.lock:
            for cookie, desk in asked:
                now, is_heard = good.get(desk.token_digest), at - desk.asked_at < FORGOTTEN_AFTER_SECONDS
                is_same = now is not None and (now.unit_id, now.roles) == (desk.person.unit_id, desk.person.roles)
                if not (is_same and is_heard) and self.by_cookie.get(cookie) is desk:
                    del self.by_cookie[cookie]

    def all(self) -> list[tuple[str, Desk]]:
        """Every desk as it is known now."""
        with self.lock:
            return list(self.by_cookie.items())


def remember(person: Person) -> None:
    """To be called by the view, behind the gate: this session may ask. Bearers and people without a unit are not remembered."""
    cookie, token = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]), cookie_session.get(LOGIN_KEY)
    if cookie and token and person.unit_id is not None and bearer() is None:
        desks = cast(Desks, current_app.extensions[EXTENSION])
        desks.keep(cookie, Desk(digest(token), person, time.monotonic()))
