"""The queue between relay and workers: Redis carries numbers of outbox rows and nothing else, and may lose them all."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry as RedisRetry
from rq import Queue, Retry
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

QUEUE = "effects"
EFFECTS = "dispatch.kernel.worker.run_effects"
OUTWARD_QUEUE = "outward"
FUNCTIONS = {EFFECTS}
"""What a job may call. A part adds its own when it is imported; every process that works imports all parts."""

REDIS_TIMEOUT_SECONDS = 2
JOB_TIMEOUT_SECONDS = 120
FAILURE_SECONDS = 3600  # a failed job is looked at by nobody: its rows are offered again and carry the error
JOB_TRIES = 3


class EffectsJob(Job):
    """A job that runs one of ``FUNCTIONS``; any other is treated as gone, so that writing to Redis does not mean running code here."""

    def restore(self, raw_data: Any) -> Any:
        """Read the stored job. Raises NoSuchJobError, which RQ passes over, for whatever the relay never writes."""
        super().restore(raw_data)
        callbacks = (self._success_callback_name, self._failure_callback_name, self._stopped_callback_name)
        try:
            is_ours = self.func_name in FUNCTIONS and self.instance is None
        except DeserializationError:
            is_ours = False
        # RQ leaves a callback that was never set as None or as its own mark for "not read yet": neither is a name.
        if not is_ours or self.webhooks or any(isinstance(name, str) for name in callbacks):
            raise NoSuchJobError("not a job of ours")


def connect(redis_url: str) -> Redis:
    """A client that fails within two seconds instead of retrying in silence for thirty; connects when first used."""
    return Redis.from_url(
        redis_url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=RedisRetry(NoBackoff(), 0),
    )


def effects_queue(connection: Redis) -> Queue:
    """The queue of effects, in JSON: unpickling would run whatever was written into Redis."""
    return _queue(QUEUE, connection)


def outward_queue(connection: Redis) -> Queue:
    """The queue of what waits for machines of others (gateways), so slow that effects come first."""
    return _queue(OUTWARD_QUEUE, connection)


def _queue(name: str, connection: Redis) -> Queue:
    return Queue(
        name,
        connection=connection,
        serializer=JSONSerializer,
        job_class=EffectsJob,
        default_timeout=JOB_TIMEOUT_SECONDS,
    )


def put(queue: Queue, batches: Iterable[Sequence[Any]], *, function: str = EFFECTS) -> None:
    """Enqueue one job per batch of rows, all in one round trip. Raises redis.RedisError where Redis is away."""
    queue.enqueue_many(
        Queue.prepare_data(
            function,
            args=[list(batch)],
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_SECONDS,
            description=f"{len(batch)} rows",
            # The same rows may be offered again while the first job still waits: the id must not repeat.
            job_id=f"{queue.name}_{len(batch)}_{secrets.token_hex(8)}",
            retry=Retry(max=JOB_TRIES),
        )
        for batch in batches
    )
