"""``python -m tests.faults.role worker|relay|scheduler``: the real loops over a bare application, with the sink listening."""

from __future__ import annotations

import os
import signal
import sys
from threading import Event

import dispatch.jobs
import dispatch.models  # noqa: F401  (every table)
from dispatch.kernel.application import create_app, runtime
from dispatch.kernel.config import Config
from dispatch.kernel.logging import configure_logging
from dispatch.kernel.queue import connect, effects_queue
from dispatch.kernel.relay import Relay
from dispatch.kernel.ticker import Ticker
from dispatch.kernel.worker import WorkerLoop
from tests.faults import sink


def main(role: str) -> None:
    config = Config.from_environment(os.environ)
    configure_logging(config)
    sink.listen()
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    with create_app(config).app_context():
        if role == "worker":
            WorkerLoop(str(config.redis_url)).run()
        elif role == "relay":
            Relay(effects_queue(connect(str(config.redis_url)))).run(stopping)
        else:
            here = runtime()
            Ticker(str(config.database_url), clock=here.clock, machine_clock=here.machine_clock).run(stopping)


if __name__ == "__main__":
    main(sys.argv[1])
