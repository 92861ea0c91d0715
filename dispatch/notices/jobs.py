"""The edge that sends: a periodic job offers what is due, the workers' job sends it between two short transactions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from redis import RedisError
from rq.timeouts import BaseTimeoutException
from sqlalchemy.orm import Session

from dispatch.kernel import queue
from dispatch.kernel.application import machine_now, now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.logging import get_logger
from dispatch.kernel.periodic import periodic
from dispatch.kernel.privacy import describe_error
from dispatch.kernel.trouble import Trouble
from dispatch.notices import sending
from dispatch.notices.channels import Channel, Never, NotNow, configured
from dispatch.notices.sending import Letter

SEND = "dispatch.notices.jobs.send_messages"
OFFERED = 200
BATCH = 10
QUEUE_LIMIT = 60  # jobs: what lies here longer than an offer lasts would be offered again
JOB_SECONDS = 20.0  # then the rest is left to the next offer, so that effects need not wait for a slow gateway

log = get_logger(__name__)
trouble = Trouble(log, "messages")
queue.FUNCTIONS.add(SEND)


@periodic("notices.send", every_seconds=3, batch=OFFERED)
def offer_messages(session: Session, at: datetime) -> int:
    """Hand what is due to the workers. Redis away or full: all of it stays due."""
    config = runtime().config
    if not configured(config):
        return sending.settle_on_page(session, at=at, machine_at=machine_now(), limit=OFFERED)
    with session.begin_nested() as offering:
        offered = sending.offer(session, at=at, machine_at=machine_now(), limit=OFFERED)
        try:
            # Before the commit: a worker that is quicker waits for the row's lock.
            is_taken = not offered or _enqueue(str(config.redis_url), offered)
        except RedisError as error:
            is_taken = False
            trouble.met(error)
        if not is_taken:
            offering.rollback()
            return 0
    return len(offered)


def _enqueue(redis_url: str, offered: Sequence[tuple[int, int]]) -> bool:
    """Whether the queue had room. Raises RedisError."""
    jobs = queue.outward_queue(queue.connect(redis_url))
    if jobs.count >= QUEUE_LIMIT:
        return False
    batches = [[list(one) for one in offered[start : start + BATCH]] for start in range(0, len(offered), BATCH)]
    queue.put(jobs, batches, function=SEND)
    trouble.over()
    return True


def send_messages(offered: list[list[int]]) -> None:
    """The job: send messages, each given as [id, tries so far]. One that fails is marked; the others go on."""
    available = configured(runtime().config)
    began = time.monotonic()
    for message_id, attempts in offered:
        if time.monotonic() - began > JOB_SECONDS:
            return
        try:
            send_one(message_id, attempts, available)
        except BaseTimeoutException:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong concerns this message alone
            _failed(message_id, attempts + 1, describe_error(error), is_final=False)


def send_one(message_id: int, attempts: int, available: Mapping[str, Channel]) -> None:
    """Claim, send outside any transaction, mark."""
    here = runtime()
    with transaction() as session:
        letter = sending.claim(
            session,
            message_id,
            attempts,
            vault=here.vault,
            available=available,
            public_url=here.config.public_url,
            at=now(),
            machine_at=machine_now(),
        )
    if letter is not None:
        _send(letter, available[letter.channel])


def _send(letter: Letter, channel: Channel) -> None:
    try:
        provider_id = channel.send(to=letter.to, text=letter.text, key=letter.key)
    except (NotNow, Never) as error:
        _failed(letter.message_id, letter.attempt, str(error), is_final=isinstance(error, Never))
        return
    with transaction() as session:
        sending.mark_sent(session, letter.message_id, provider_id, at=now())


def _failed(message_id: int, attempt: int, error: str, *, is_final: bool) -> None:
    with transaction() as session:
        sending.mark_failed(session, message_id, attempt, error, is_final=is_final, machine_at=machine_now())
    log.warning("message.failed", message_id=message_id, attempt=attempt, reason=error)
