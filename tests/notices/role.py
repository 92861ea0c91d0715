"""``python -m tests.notices.role worker|relay|scheduler``: the real loops, on a Monday morning; may die right after a send."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Event

import dispatch.jobs
import dispatch.models  # noqa: F401  (every table)
from dispatch.access.vault import Vault
from dispatch.kernel.application import create_app, runtime
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.logging import configure_logging
from dispatch.kernel.queue import connect, effects_queue
from dispatch.kernel.relay import Relay
from dispatch.kernel.ticker import Ticker
from dispatch.kernel.worker import WorkerLoop
from dispatch.notices.sms import SmsChannel
from tests.town import MONDAY

DIES = "TEST_DIES_AFTER_SENDING"


def die_once_after_sending() -> None:
    """kill -9 by ourselves between the gateway's answer and the mark; the file says that it was done."""
    done, send = Path(os.environ[DIES]), SmsChannel.send

    def send_and_die(channel: SmsChannel, *, to: str, text: str, key: str) -> str | None:
        provider_id = send(channel, to=to, text=text, key=key)
        if not done.exists():
            done.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return provider_id

    SmsChannel.send = send_and_die  # type: ignore[method-assign]


def main(role: str) -> None:
    config = Config.from_environment(os.environ)
    configure_logging(config)
    if os.environ.get(DIES):
        die_once_after_sending()
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    vault = Vault(config.vault_keys, config.blind_index_keys)
    with create_app(config, vault=vault, clock=FixedClock(MONDAY)).app_context():
        if role == "worker":
            WorkerLoop(str(config.redis_url)).run()
        elif role == "relay":
            Relay(effects_queue(connect(str(config.redis_url)))).run(stopping)
        else:
            here = runtime()
            Ticker(str(config.database_url), clock=here.clock, machine_clock=here.machine_clock).run(stopping)


if __name__ == "__main__":
    main(sys.argv[1])
