"""gunicorn's settings of the ringing desks: ``gunicorn -c python:dispatch.ringing.server 'wsgi:create_ringing_app()'``."""

from __future__ import annotations

import os
from typing import Any

from dispatch.kernel import web_server
from dispatch.kernel.config import Config

SPARE_THREADS = 16  # for answers that end: health, refusals, and streams whose page has gone meanwhile

_config = Config.from_environment(os.environ)

bind = _config.ringing_bind
workers = 1  # one ear; streams are threads that sleep
worker_class = "gthread"
threads = _config.ringing_streams + SPARE_THREADS
worker_connections = threads + SPARE_THREADS
keepalive = 0
timeout = web_server.timeout
graceful_timeout = 10  # streams end by themselves within a second
backlog = web_server.backlog
worker_tmp_dir = web_server.worker_tmp_dir
loglevel = web_server.loglevel
accesslog = None
errorlog = "-"
proc_name = "hotline-ringing"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """The ear begins in the process that has the streams, and ends them when that is told to stop."""
    from dispatch.ringing.listener import Listener
    from dispatch.ringing.views import EXTENSION

    app = worker.app.wsgi()
    streams = app.extensions[EXTENSION]
    Listener(str(app.config["SQLALCHEMY_DATABASE_URI"]), streams, is_over=lambda: not worker.alive).start()
