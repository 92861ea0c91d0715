"""The worker: performs each effect once, whoever else tries, whatever becomes of its neighbours; survives restarts of all around."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import suppress
from threading import Event
from types import FrameType
from typing import Any

from redis import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import SQLAlchemyError

from dispatch.kernel import outbox
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.logging import get_logger
from dispatch.kernel.privacy import describe_error
from dispatch.kernel.queue import EffectsJob, connect, effects_queue, outward_queue
from dispatch.kernel.trouble import Trouble

AWAY_SECONDS = 1.0

log = get_logger(__name__)


class DatabaseAway(Exception):
    """No effect can be performed now; RQ tries again, the relay after it. Says nothing else: RQ writes it into Redis."""


def run_effects(ids: list[int]) -> None:
    """The job: perform the outbox rows ``ids``, together where that goes. One that fails is noted and stays due; the others go on.

    Raises DatabaseAway where not even the failure can be noted, and RQ's timeout where the whole batch took too long.
    """
    for outbox_id in _together(ids) if len(ids) > 1 else ids:
        try:
            with transaction() as session:
                outbox.perform(session, outbox_id, at=now())
        except BaseTimeoutException:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises concerns its own row alone
            _note(outbox_id, error)


def _together(ids: list[int]) -> list[int]:
    """Perform in one transaction what can be; the rows that are left to be done one by one: all of them, where one fails."""
    try:
        with transaction() as session:
            return outbox.perform_together(session, ids, at=now())
    except BaseTimeoutException:
        raise
    except Exception as error:  # noqa: BLE001 - which row it was will show
        log.warning("effects.apart", rows=len(ids), reason=describe_error(error))
        return ids


def _note(outbox_id: int, error: Exception) -> None:
    try:
        with transaction() as session:
            outbox.note_failure(session, outbox_id, describe_error(error))
    except SQLAlchemyError:
        # Else the jobs that wait would burn their tries within the outage.
        time.sleep(AWAY_SECONDS)
        raise DatabaseAway from None
    log.warning("effect.failed", outbox_id=outbox_id, exc_info=error)


class EffectsWorker(SimpleWorker):
    """RQ's worker without a fork per job (5× faster), without commands from Redis, deaf to Redis while it stops."""

    max_connection_wait_time = 4.0

    def subscribe(self) -> None:
        """Take no commands (stop, kill) from Redis: processes are stopped by signals."""

    def unsubscribe(self) -> None:
        """Nothing to leave."""

    def _install_signal_handlers(self) -> None:
        """The loop around this worker has its own."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """One line instead of a traceback, whose text may repeat what a citizen said."""
        log.warning("job.failed", job_id=job.id, reason=describe_error(exc_info[1]))

    def _shutdown(self) -> None:
        self._stop_requested = True  # also where the exception is lost in RQ's handling of a job
        super()._shutdown()  # type: ignore[no-untyped-call]

    def set_shutdown_requested_date(self) -> None:
        """Only for display; without Redis the stop goes on."""
        with suppress(RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]

    def register_death(self) -> None:
        """Without Redis the registration ends by itself."""
        with suppress(RedisError):
            super().register_death()  # type: ignore[no-untyped-call]


class WorkerLoop:
    """Works until told to stop; makes RQ's worker anew whenever it gives up. For the main thread: RQ times jobs by SIGALRM."""

    def __init__(self, redis_url: str, *, is_burst: bool = False) -> None:
        self._redis_url = redis_url
        self._is_burst = is_burst
        self._stopping = Event()
        self._worker: EffectsWorker | None = None

    def run(self) -> None:
        """Work; with ``is_burst`` only until the queue is empty (raises RedisError where it cannot be read)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        for name in ("rq.worker", "rq.job", "rq.queue"):
            logging.getLogger(name).setLevel(logging.WARNING)  # INFO says four lines per job
        trouble = Trouble(log, "worker")
        with suppress(StopRequested):  # a signal between two workers
            while not self._stopping.is_set():
                try:
                    self._work(trouble)
                except RedisError as error:
                    if self._is_burst:
                        raise
                    trouble.met(error)
                if self._is_burst:
                    return
                self._stopping.wait(AWAY_SECONDS)

    def stop(self, number: int, frame: FrameType | None = None) -> None:
        """The signals' handler: finish the running job, take no other."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.request_stop(number, frame)  # type: ignore[no-untyped-call]

    def _work(self, trouble: Trouble) -> None:
        self._worker = None
        self._worker = make_worker(self._redis_url)
        trouble.over()
        self._worker.work(burst=self._is_burst, logging_level=None)


def make_worker(redis_url: str) -> EffectsWorker:
    """A worker with the settings of ``quality.md``: a killed one is noticed in seconds, not in 12 minutes."""
    connection = connect(redis_url)
    return EffectsWorker(
        [effects_queue(connection), outward_queue(connection)],  # in this order
        connection=connection,
        serializer=JSONSerializer,
        job_class=EffectsJob,
        worker_ttl=30,
        job_monitoring_interval=5,
        maintenance_interval=15,
        log_job_description=False,
    )
