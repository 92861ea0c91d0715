"""``hotline ringing``: prepare everything, then become the process of the ringing desks."""

from __future__ import annotations

import os
import sys

import click

from dispatch.kernel.serve_cli import configured, prepare, refuse_taken_port

SETTINGS = "python:dispatch.ringing.server"
APPLICATION = "wsgi:create_ringing_app()"


@click.command("ringing")
def ringing() -> None:
    """运行来电振铃推送；监听地址由 HOTLINE_RINGING_BIND 决定。"""
    config = configured()
    refuse_taken_port(config.ringing_bind, "HOTLINE_RINGING_BIND")
    prepare(config)
    click.echo(f"来电振铃:http://{config.ringing_bind}", err=True)
    command = [sys.executable, "-m", "gunicorn", "-c", SETTINGS, APPLICATION]
    os.execve(sys.executable, command, dict(os.environ))  # noqa: S606 - no shell
