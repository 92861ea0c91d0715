"""``hotline serve``: prepare everything, then become gunicorn."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

import click

from dispatch.kernel.config import Config, ConfigError
from dispatch.kernel.config_values import next_port

SETTINGS = "python:dispatch.kernel.web_server"
APPLICATION = "wsgi:create_app()"
METRICS_FOLDER = "metrics"
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@click.command("serve")
def serve() -> None:
    """运行网页与接口(gunicorn);监听地址由 HOTLINE_BIND 决定。"""
    try:
        config = Config.from_environment(os.environ)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    refuse_taken_port(config.bind, "HOTLINE_BIND")
    prepare(config)
    environment = {**os.environ, METRICS_VARIABLE: str(_empty_metrics_folder(config))}
    click.echo(f"网页与接口:http://{config.bind}", err=True)
    os.execve(  # noqa: S606 - no shell
        sys.executable, [sys.executable, "-m", "gunicorn", "-c", SETTINGS, APPLICATION], environment
    )


def prepare(config: Config) -> None:
    """Embedded services and the newest migration. Raises ClickException in one clear line."""
    from dispatch.kernel import bootstrap
    from dispatch.kernel.services import ServiceError

    try:
        bootstrap.prepare(config)
    except ServiceError as error:
        raise click.ClickException(str(error)) from None


def refuse_taken_port(bind: str, variable: str) -> None:
    """Raises ClickException where nobody could listen at ``bind``, the value of ``variable``."""
    named, _, port = bind.rpartition(":")
    host = named.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise click.ClickException(
                f"无法监听 {bind}:{error.strerror}。请用 {variable} 换一个地址，例如 {variable}={next_port(bind)}"
            ) from None


def _empty_metrics_folder(config: Config) -> Path:
    """The counts of an earlier run are not this run's."""
    folder = config.home / METRICS_FOLDER / str(config.bind_port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
