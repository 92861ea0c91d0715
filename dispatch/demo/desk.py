"""The edge of the replay: each service call in a transaction of its own, as at every other edge, a few of them at a time.

While one waits for the database the next is prepared. Calls on one ticket follow each other; what is done with the answers
happens in the caller's thread in the order of the calls, so the same seed gives the same month.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, Self

from flask import Flask
from sqlalchemy import bindparam, event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.kernel.clock_models import SimulatedClock
from dispatch.kernel.db import db, transaction
from dispatch.kernel.errors import DomainError

AT_A_TIME: Final = 3
# So far apart in simulated time may calls be that are under way together; every limit is longer.
HORIZON: Final = timedelta(minutes=20)
CLOCK_SECONDS: Final = 0.1

# Someone else holds the row (lock_timeout), or two waited for each other: nothing was written, so try again.
_PASSING: Final = frozenset({"55P03", "40P01"})
_TRIES: Final = 5
_MOVE: Final = update(SimulatedClock.__table__).values(instant=bindparam("instant"))  # type: ignore[arg-type]

Work = Callable[[Session], Any]


class Recorder(Protocol):
    """Whoever wants to know of every service call that was made: verb, ticket (None: many), instant, actor."""

    def __call__(self, verb: str, ticket_id: int | None, at: datetime, actor: str) -> None:
        """Told after the transaction is over."""


@dataclass(frozen=True, slots=True)
class _Call:
    verb: str
    tickets: frozenset[int]
    at: datetime
    actor: str
    then: Callable[[Any], None] | None
    future: Future[Any]


class Desk:
    """Calls services. ``refused``: what a rule said no to, by code (people act beside the replay)."""

    def __init__(self, app: Flask, recorder: Recorder | None = None) -> None:
        self.refused: dict[str, int] = {}
        self._app, self._recorder = app, recorder
        self._under_way: deque[_Call] = deque()
        self._clock_moved = 0.0
        self._pool = ThreadPoolExecutor(AT_A_TIME, "desk", initializer=lambda: app.app_context().push())

    def __enter__(self) -> Self:
        with self._app.app_context():
            event.listen(db.engine, "do_connect", _commit_unhurried)
            db.engine.dispose()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        with self._app.app_context():
            event.remove(db.engine, "do_connect", _commit_unhurried)
            db.engine.dispose()

    def do(
        self,
        verb: Callable[..., Any],
        ticket_id: int | None,
        *,
        at: datetime,
        actor: str,
        read: Callable[[Session, Any], Any] | None = None,
        then: Callable[[Any], None] | None = None,
        **values: Any,
    ) -> None:
        """``verb(session[, ticket_id], actor=, at=, **values)``.

        ``then`` gets what ``read`` made of the answer in the same transaction; it is not called where a rule refused.
        """
        arguments = () if ticket_id is None else (ticket_id,)

        def work(session: Session) -> Any:
            done = verb(session, *arguments, actor=actor, at=at, **values)
            return read(session, done) if read else True

        tickets = frozenset() if ticket_id is None else frozenset({ticket_id})
        self.submit(verb.__name__, tickets, work, at=at, actor=actor, then=then)

    def submit(
        self,
        verb: str,
        tickets: frozenset[int],
        work: Work,
        *,
        at: datetime,
        actor: str,
        then: Callable[[Any], None] | None = None,
    ) -> None:
        """Begin ``work``; see :meth:`must_wait` for when."""
        self._move_clock(at)
        future = self._pool.submit(_transact, work)
        self._under_way.append(_Call(verb, tickets, at, actor, then, future))

    def look(self, question: Work) -> Any:
        """Ask once nothing is under way any more, and wait for the answer."""
        self.drain()
        return _transact(question)

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way)

    def must_wait(self, at: datetime, tickets: frozenset[int]) -> bool:
        """Whether a call at ``at`` on ``tickets`` may not begin before another has ended."""
        calls = self._under_way
        return bool(calls) and (
            len(calls) >= AT_A_TIME
            or at > calls[0].at + HORIZON
            or any(not call.tickets.isdisjoint(tickets) for call in calls)
        )

    def drain(self) -> None:
        """Finish all that is under way."""
        while self._under_way:
            self.finish_oldest()

    def finish_oldest(self) -> None:
        """Wait for the call that began first, and do what follows from it."""
        call = self._under_way.popleft()
        try:
            answer = call.future.result()
        except DomainError as refusal:
            self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1
            return
        if self._recorder:
            found = next(iter(call.tickets), None) if call.verb != SWEEP else None
            self._recorder(call.verb, found or getattr(answer, "ticket_id", None), call.at, call.actor)
        if call.then:
            call.then(answer)

    def _move_clock(self, at: datetime) -> None:
        """All processes see simulated time; a tenth of a second behind is near enough, and never ahead of what was done."""
        if time.monotonic() - self._clock_moved > CLOCK_SECONDS:
            first = min((call.at for call in self._under_way), default=at)
            _transact(lambda session: session.connection().execute(_MOVE, {"instant": min(first, at)}))
            self._clock_moved = time.monotonic()


SWEEP: Final = "sweep"


def _commit_unhurried(_dialect: object, _record: object, _given: object, parameters: dict[str, Any]) -> None:
    """A commit of the replay need not be on the disk before the next call: a replay that is cut begins anew, and its last
    commit, which says that it is whole, waits for all before it. Whoever works beside it has connections that wait.
    """
    parameters["options"] = f"{parameters.get('options', '')} -c synchronous_commit=off".strip()


def _transact(work: Work) -> Any:
    for tries_left in range(_TRIES, 0, -1):
        try:
            with transaction() as session:
                return work(session)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _PASSING or tries_left == 1:
                raise
            time.sleep(0.05)
    raise AssertionError("unreachable")
