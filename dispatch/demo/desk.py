"""The edge of the replay: each verb in a transaction of its own, simulated time moved along in it, and written down when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import bindparam, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.kernel.clock_models import SimulatedClock
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError

T = TypeVar("T")
R = TypeVar("R")

# Someone else holds the row (lock_timeout), or two waited for each other: nothing was written, so try again.
_PASSING: Final = frozenset({"55P03", "40P01"})
_TRIES: Final = 5

# Made once: the clock moves with every step.
_MOVE: Final = update(SimulatedClock.__table__).values(instant=bindparam("instant"))  # type: ignore[arg-type]


class Recorder(Protocol):
    """Whoever wants to know of every service call that was made: verb, ticket (None: many), instant, actor."""

    def __call__(self, verb: str, ticket_id: int | None, at: datetime, actor: str) -> None:
        """Told after the transaction is over."""


@dataclass
class Desk:
    """Calls services as the edges do. ``refused``: what a rule said no to, by code (people act beside the replay)."""

    recorder: Recorder | None = None
    refused: dict[str, int] = field(default_factory=dict)
    _clock_at: datetime | None = None

    def do(
        self,
        verb: Callable[..., T],
        ticket_id: int | None,
        *,
        at: datetime,
        actor: str,
        read: Callable[[Session, T], R],
        **values: Any,
    ) -> R | None:
        """``verb(session[, ticket_id], actor=, at=, **values)``; the answer is what ``read`` makes of it in the same transaction.

        None: a rule refused.
        """
        arguments = () if ticket_id is None else (ticket_id,)

        def work(session: Session) -> tuple[int | None, R]:
            done = verb(session, *arguments, actor=actor, at=at, **values)
            return ticket_id or getattr(done, "ticket_id", None), read(session, done)

        try:
            found, answer = self._transact(work, at)
        except DomainError as refusal:
            self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1
            return None
        if self.recorder:
            self.recorder(verb.__name__, found, at, actor)
        return answer

    def look(self, question: Callable[[Session], T], *, at: datetime) -> T:
        """A read, or the sweep, at ``at``."""
        return self._transact(question, at)

    def _transact(self, work: Callable[[Session], T], at: datetime) -> T:
        for tries_left in range(_TRIES, 0, -1):
            try:
                with transaction() as session:
                    if at != self._clock_at:
                        session.connection().execute(_MOVE, {"instant": at})
                    answer = work(session)
                self._clock_at = at
                return answer
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in _PASSING or tries_left == 1:
                    raise
                time.sleep(0.05)
        raise AssertionError("unreachable")


def nothing(_session: Session, _done: object) -> bool:
    """Read nothing: only whether it was done."""
    return True
