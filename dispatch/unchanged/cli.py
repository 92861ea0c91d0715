"""``hotline desks``: prepare everything, then serve open worklists to a proxy until told to stop."""

from __future__ import annotations

import signal
import sys
from typing import Final

import click

from dispatch.kernel.config import Config
from dispatch.kernel.serve_cli import configured, prepare, refuse_taken_port

APPLICATION: Final = "wsgi:create_desks_app"
KEPT_SECONDS: Final = 75  # longer than proxies keep a silent connection, so that it is they who end it
STOP_SECONDS: Final = 10
BACKLOG: Final = 2_048


@click.command("desks")
def desks() -> None:
    """为代理应答工作台的轮询(可选);监听地址由 HOTLINE_DESKS_BIND 决定。"""
    config = configured()
    refuse_taken_port(config.desks_bind, "HOTLINE_DESKS_BIND")
    prepare(config)
    click.echo(f"工作台轮询:http://{config.desks_bind}", err=True)
    serve(config, APPLICATION)


def serve(config: Config, application: str) -> None:
    """Until told to stop; ``application``: ``module:name`` of what makes it."""
    import uvicorn

    host, _, port = config.desks_bind.rpartition(":")
    # uvicorn ends what is under way and then raises the signal again: who was told to stop and did so has not failed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    uvicorn.run(
        application,
        factory=True,
        host=host.strip("[]"),
        port=int(port),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # the application writes its own line per request, without addresses or query strings
        proxy_headers=False,  # who the client is decides the application (HOTLINE_TRUSTED_PROXIES)
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
