"""gunicorn's settings: ``gunicorn -c python:dispatch.kernel.web_server 'wsgi:create_app()'``, as ``hotline serve`` runs it."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

from dispatch.kernel.collector import COLLECT_AFTER
from dispatch.kernel.config import Config

METRICS_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_config = Config.from_environment(os.environ)
_memory = Path("/dev/shm")  # noqa: S108 # nosec B108 - the workers' heartbeat must not wait for a disk

bind = f"unix:{_config.socket}" if _config.socket else _config.bind
workers = _config.workers
worker_class = "sync"  # measured: threads and a third worker gained nothing on two cores
preload_app = True  # one import for all, and a broken release fails before the old workers go
timeout = 30
graceful_timeout = 30  # longer than any request may take, so a stop loses none
backlog = 512
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None
loglevel = _config.log_level.lower()
accesslog = None  # the application writes its own line per request, without addresses or query strings
errorlog = "-"
proc_name = "hotline"
control_socket_disable = True  # nothing may be left behind outside HOTLINE_HOME


def when_ready(server: Any) -> None:
    """Load what every worker needs before the fork: the first caller waits no longer than the next, and pages are shared."""
    from dispatch.kernel.db import db

    app = server.app.wsgi()
    with app.app_context():
        app.extensions.get("warm_up", lambda: None)()
        db.session.remove()
        db.engine.dispose()
    gc.collect()
    gc.freeze()  # what all share stays as it is: the collector would look at it for nothing and copy its pages


def post_fork(_server: Any, worker: Any) -> None:
    """A connection of the parent is not a child's to use."""
    from dispatch.kernel.db import db

    gc.set_threshold(*COLLECT_AFTER)
    app = worker.app.wsgi()
    with app.app_context():
        db.engine.dispose(close=False)


def child_exit(_server: Any, worker: Any) -> None:
    """A worker that ended leaves its counts, not its live gauges."""
    from prometheus_client.multiprocess import mark_process_dead

    if METRICS_FOLDER_VARIABLE in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
