"""``hotline worker | relay | scheduler``: one role each; ``hotline run``: all of them, for a small town."""

from __future__ import annotations

import os
import signal
from importlib import import_module
from threading import Event
from types import FrameType

import click
from flask.cli import with_appcontext

from dispatch.kernel.application import runtime

# Consumers and periodic jobs, by name, since the kernel imports no domain.
JOBS = "dispatch.jobs"


@click.command("worker")
@click.option("--burst", is_flag=True, help="队列空了就结束。")
@with_appcontext
def worker(*, burst: bool) -> None:
    """执行后台任务；可同时运行多个。"""
    from dispatch.kernel.worker import WorkerLoop

    import_module(JOBS)
    WorkerLoop(_redis_url(), is_burst=burst).run()


@click.command("relay")
@with_appcontext
def relay() -> None:
    """把数据库里的待发事项送入队列；可同时运行多个。"""
    from dispatch.kernel.queue import connect, effects_queue
    from dispatch.kernel.relay import Relay

    Relay(effects_queue(connect(_redis_url())), batch=runtime().config.effects_at_once).run(_stop_event())


@click.command("scheduler")
@with_appcontext
def scheduler() -> None:
    """按时触发周期任务；可同时运行多个，只有一个带头。"""
    from dispatch.kernel.ticker import Ticker

    import_module(JOBS)
    here = runtime()
    assert here.config.database_url
    Ticker(here.config.database_url, clock=here.clock, machine_clock=here.machine_clock).run(_stop_event())


@click.command("run")
def run() -> None:
    """一条命令运行全部角色：网页、来电振铃、两个 worker、relay、scheduler;Ctrl-C 结束。"""
    from dispatch.kernel import bootstrap, services
    from dispatch.kernel.config import Config, ConfigError, environment_with_ringing
    from dispatch.kernel.logging import configure_logging
    from dispatch.kernel.processes import Supervisor

    try:
        config = Config.from_environment(os.environ)
        configure_logging(config)
        bootstrap.prepare(config)
    except (ConfigError, services.ServiceError) as error:
        raise click.ClickException(str(error)) from None
    stopping = _stop_event()
    with Supervisor(environment_with_ringing(os.environ, config), care=lambda: services.ensure(config)) as town:
        while not stopping.wait(0.5) and not town.wait(0):
            pass
    if town.gave_up:
        raise click.ClickException(f"{town.gave_up} 反复启动失败，已全部停止；原因见上面的日志。")


def _redis_url() -> str:
    url = runtime().config.redis_url
    assert url
    return url


def _stop_event() -> Event:
    """An event that SIGTERM and SIGINT set."""
    stopping = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping
