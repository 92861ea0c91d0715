"""The demo's processes: web, ringing desks, two workers, relay and scheduler under one supervisor, on a port that is free."""

from __future__ import annotations

import http.client
import os
import socket
import time
from typing import Final, Self

import click

from dispatch.kernel import services
from dispatch.kernel.config import Config
from dispatch.kernel.processes import ROLES, Supervisor

PORTS_TRIED: Final = 50
PATIENCE_SECONDS: Final = 120.0
_PAUSE_SECONDS: Final = 0.2
_WATCH_SECONDS: Final = 0.5
_BEHIND_THE_PAGE: Final = frozenset(name for name, _ in ROLES if name != "web")


class Town:
    """All roles, from entering to leaving. Raises ClickException in one clear line where one never comes up."""

    def __init__(self, config: Config, *, port: int | None) -> None:
        self.host = config.bind_host
        self.port = free_port(self.host, port or config.bind_port)
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"http://{shown}:{self.port}"
        ringing = f"{shown}:{free_port(self.host, self.port + 1)}"
        environment = {
            "HOTLINE_RINGING_BIND": ringing,
            "HOTLINE_RINGING_URL": f"http://{ringing}",
            # What the terminal shows is the demo's; who wants every line of the processes sets these.
            "HOTLINE_LOG_LEVEL": "WARNING",
            "HOTLINE_LOG_FORMAT": "console",
            **os.environ,
            "HOTLINE_BIND": f"{shown}:{self.port}",
        }
        self._supervisor = Supervisor(environment, held=_BEHIND_THE_PAGE, care=lambda: services.ensure(config))

    def __enter__(self) -> Self:
        self._supervisor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop()

    def wait_for_page(self) -> None:
        """Until the log-in page answers; then the other roles begin: they are hungry as they start, and people wait for the page."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            self.check()
            if time.monotonic() > patience:
                raise click.ClickException(f"网页在 {PATIENCE_SECONDS:.0f} 秒内没有应答：{self.url}")
            time.sleep(_PAUSE_SECONDS)
        self._supervisor.let_go()

    def check(self) -> None:
        """Raises where a role has been given up."""
        if self._supervisor.gave_up:
            raise click.ClickException(f"{self._supervisor.gave_up} 反复启动失败，已全部停止；原因见上面的日志。")

    def serve(self) -> None:
        """Until Ctrl-C."""
        while not self._supervisor.wait(_WATCH_SECONDS):
            self.check()
        self.check()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            connection.request("GET", "/login")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def free_port(host: str, wanted: int) -> int:
    """``wanted``, or the next port that nobody holds, said in one line."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        if _is_free(host, port):
            if port != wanted:
                click.echo(f"端口 {wanted} 已被占用，改用 {port}", err=True)
            return port
    raise click.ClickException(f"端口 {wanted} 及其后 {PORTS_TRIED} 个端口都被占用，请用 --port 另选。")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
