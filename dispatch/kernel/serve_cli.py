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
PROBE_SECONDS = 2.0
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@click.command("serve")
def serve() -> None:
    """运行网页与接口(gunicorn);监听地址由 HOTLINE_BIND 决定，HOTLINE_SOCKET 则改为监听本机代理所用的套接字。"""
    config = configured()
    if config.socket:
        refuse_taken_socket(config.socket)
    else:
        refuse_taken_port(config.bind, "HOTLINE_BIND")
    prepare(config)
    environment = {**os.environ, METRICS_VARIABLE: str(_empty_metrics_folder(config))}
    click.echo(f"网页与接口:{config.socket or f'http://{config.bind}'}", err=True)
    os.execve(  # noqa: S606 - no shell
        sys.executable, [sys.executable, "-m", "gunicorn", "-c", SETTINGS, APPLICATION], environment
    )


def configured() -> Config:
    """From the environment. Raises ClickException in one clear line."""
    try:
        return Config.from_environment(os.environ)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


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


def refuse_taken_socket(path: Path) -> None:
    """Raises ClickException where nobody could listen at ``path``; a socket that a killed server left behind is no hindrance."""
    if not path.parent.is_dir():
        raise click.ClickException(
            f"无法监听 {path}:没有文件夹 {path.parent}。请先建立它，或用 HOTLINE_SOCKET 换一个路径"
        )
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise click.ClickException(
            f"无法监听 {path}:在文件夹 {path.parent} 中没有写入权限。请改正权限，或用 HOTLINE_SOCKET 换一个路径"
        )
    if path.exists() and not path.is_socket():
        raise click.ClickException(f"无法监听 {path}:那里已有别的文件，不会覆盖。请用 HOTLINE_SOCKET 换一个路径")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PROBE_SECONDS)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return
        except OSError:  # too busy to answer, or another's: somebody listens all the same
            pass
    raise click.ClickException(f"无法监听 {path}:已有进程在此监听。请先停止它，或用 HOTLINE_SOCKET 换一个路径")


def _empty_metrics_folder(config: Config) -> Path:
    """The counts of an earlier run are not this run's."""
    folder = config.home / METRICS_FOLDER / str(config.bind_port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
