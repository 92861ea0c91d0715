"""The ear of the process: one connection that LISTENs, opened anew whenever it is lost, and the desks that it wakes."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

import psycopg
from psycopg import sql

from dispatch.access.rings import CHANNEL
from dispatch.kernel.db import CONNECT_TIMEOUT_SECONDS
from dispatch.kernel.logging import get_logger
from dispatch.kernel.trouble import Trouble
from dispatch.ringing.streams import Streams

TURN_SECONDS: Final = 0.5
PAUSES_SECONDS: Final = (0.1, 0.5, 1.0, 2.0)
DEAF_SECONDS: Final = 4.0  # lost for longer: the desks are told, and ask by themselves again
APPLICATION_NAME: Final = "hotline-ringing"
_LISTEN: Final = sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL))

log = get_logger(__name__)


class Listener:
    """Wakes the desks of ``streams`` as the database at ``url`` tells, until :meth:`stop` or until ``is_over``."""

    def __init__(self, url: str, streams: Streams, *, is_over: Callable[[], bool] = lambda: False) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._streams, self._is_over = streams, is_over
        self._stopping, self._heard_at = Event(), time.monotonic()
        self._thread = Thread(target=self._live, name="ringing-listener", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End all streams, and return when nothing is heard any more."""
        self._stopping.set()
        self._thread.join()

    def _has_ended(self) -> bool:
        return self._stopping.is_set() or self._is_over()

    def _live(self) -> None:
        trouble, tries = Trouble(log, "ringing"), 0
        while not self._has_ended():
            try:
                self._listen(trouble)
            except psycopg.Error as error:
                trouble.met(error)
            except Exception:  # the ear outlives any error
                log.exception("ringing.stumbled")
            deaf_seconds = time.monotonic() - self._heard_at
            tries = 0 if deaf_seconds < TURN_SECONDS else tries + 1
            if deaf_seconds > DEAF_SECONDS:
                self._streams.hear_nothing()
            self._stopping.wait(PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS) - 1)])
        self._streams.hear_nothing()

    def _listen(self, trouble: Trouble) -> None:
        """Until the end or the loss of one connection. Raises psycopg.Error."""
        with self._connect() as connection:
            connection.execute(_LISTEN)
            trouble.over()
            self._streams.hear()
            while not self._has_ended():
                self._heard_at = time.monotonic()
                for notice in connection.notifies(timeout=TURN_SECONDS):
                    self._streams.wake(notice.payload)
                    self._heard_at = time.monotonic()
                    if self._has_ended():
                        break

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self._url,
            autocommit=True,  # a notice is passed on between transactions only
            application_name=APPLICATION_NAME,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            keepalives_idle=10,  # a server that fell silent is noticed within half a minute
            keepalives_interval=5,
            keepalives_count=3,
        )
