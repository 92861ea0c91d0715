"""``hotline demo``: one command from nothing to a city at work. URL and log-ins go to stdout, everything else to stderr."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from dispatch.demo.town import Town

if TYPE_CHECKING:
    from dispatch.demo.stage import Options, Stage
    from dispatch.kernel.config import Config

_EXAMPLE_GROUPS: Final = ("township", "district", "department", "enterprise")


@dataclass(frozen=True)
class _Wish:
    port: int | None
    is_served: bool
    is_fresh: bool


@click.command("demo")
@click.option(
    "--tickets", type=click.IntRange(1, 1_000_000), default=3_000, show_default=True, help="这个月的诉求件数。"
)
@click.option(
    "--complaints",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="改用真实文本：含 title,body 两列的 CSV 或 CSV.gz。",
)
@click.option("--seed", type=int, default=12345, show_default=True, help="随机种子；相同的种子得到相同的城市。")
@click.option("--port", type=click.IntRange(1, 65_535), help="网页端口；被占用时用下一个空闲端口。")
@click.option("--no-serve", is_flag=True, help="只重放，不启动网页和后台进程。")
@click.option("--fresh", is_flag=True, help="清除此前的演示数据，重新重放。")
@click.pass_context
def demo(
    context: click.Context,
    *,
    tickets: int,
    complaints: Path | None,
    seed: int,
    port: int | None,
    no_serve: bool,
    fresh: bool,
) -> None:
    """一条命令看到全部：示例城市、一个月的诉求、网页。"""
    from flask.cli import ScriptInfo

    from dispatch.demo.stage import Options, only_one
    from dispatch.kernel import bootstrap, services
    from dispatch.kernel.config import Config, ConfigError
    from dispatch.kernel.errors import DomainError

    os.environ["HOTLINE_CLOCK"] = "database"  # all processes of the demo share one simulated time
    wish = _Wish(port, not no_serve, fresh)
    try:
        config = Config.from_environment(os.environ)
        with _stoppable() as asked, only_one(config.home):
            _say("准备数据库与 Redis …")
            config = bootstrap.prepare(config)
            with context.ensure_object(ScriptInfo).load_app().app_context():
                _run(config, Options(tickets, seed, complaints), wish, asked)
    except (ConfigError, services.ServiceError) as error:
        raise click.ClickException(str(error)) from None
    except DomainError as error:
        raise click.ClickException(error.message) from None
    except KeyboardInterrupt:
        _say(
            "\n已停止。再次运行 hotline demo：重放完的数据直接使用，没有重放完的从头重放。停止内置数据库用 hotline stop"
        )


def _run(config: Config, options: Options, wish: _Wish, asked: Event) -> None:
    from dispatch.demo import stage
    from dispatch.kernel.clock import SystemClock

    finished = stage.finished_demo(is_fresh=wish.is_fresh)
    is_new = finished is None
    if is_new and stage.holds_remains():
        _say("清除此前的演示数据 …")
        assert config.database_url
        stage.clear(config.database_url)
    with Town(config, port=wish.port) if wish.is_served else nullcontext() as town:
        _say("载入示例城市与账号 …" if is_new else "演示数据已在，不再重放（要重新开始：hotline demo --fresh）")
        scene = stage.set_stage(options, home=config.home, zone_now=SystemClock().now(), is_new=is_new)
        if town:
            town.wait_for_page()
        _welcome(scene, town)
        if is_new:
            _replay(scene, town)
        period = finished.period if finished else scene.window.period
        _how_to_go_on(period, town)
        if (
            town and not asked.is_set()
        ):  # an interrupt that falls into the interpreter's own callbacks is printed and lost
            town.serve()


def _replay(scene: Stage, town: Town | None) -> None:
    from flask import current_app
    from tqdm import tqdm

    from dispatch.demo import stage
    from dispatch.demo.desk import Desk
    from dispatch.demo.replay import replay
    from dispatch.demo.window import tail_count
    from dispatch.kernel.application import runtime
    from dispatch.kernel.clock import SystemClock

    options, zone = scene.options, scene.reference.calendar.zone
    total = options.tickets + tail_count(options.tickets)
    pause = 0.2 if sys.stderr.isatty() else 5
    with (
        Desk(current_app._get_current_object()) as desk,  # type: ignore[attr-defined] # noqa: SLF001 - for its threads
        tqdm(total=total, desc="重放", unit="件", mininterval=pause, file=sys.stderr) as bar,
    ):
        world, calls = stage.set_world(scene, desk, vault=runtime().vault)

        def progress(done: int, at: datetime) -> None:
            if done != bar.n:
                bar.set_postfix_str(f"{at.astimezone(zone):%m-%d %H:%M}", refresh=False)
                bar.update(done - bar.n)
            if town:
                town.check()

        outcome = replay(world, calls, targets=scene.city.targets, progress=progress)
    stage.end_simulation()
    _say(f"重放完成：{outcome.tickets} 件。现在起是真实时间。")
    for sentence in stage.end_month(scene, at=SystemClock().now()):
        _say(sentence)
    for code, count in sorted(outcome.refused.items()):
        _say(f"  被规则拒绝的操作：{code} × {count}")


def _welcome(scene: Stage, town: Town | None) -> None:
    from dispatch.access.permissions import ROLE_NAMES

    if town:
        click.echo(f"\n网页：{town.url}")
    click.echo(f"以下账号的口令都是：{scene.password}")
    for person in scene.people:
        click.echo(f"  {person.login:<13}{ROLE_NAMES[person.role]}  {person.name}")
    click.echo("  其他街道和部门的经办人：u 加单位编码的小写，例如 u110105002（有工单后可用）\n")


def _how_to_go_on(period: str, town: Town | None) -> None:
    if town:
        _say(f"用 evaluator1 登录 {town.url} 查看 {period} 的排名，或运行：")
    for group in _EXAMPLE_GROUPS:
        _say(f"  hotline rank --scheme beijing --period {period} --group {group} --format table")
    if town:
        _say("按 Ctrl-C 结束。")


@contextmanager
def _stoppable() -> Iterator[Event]:
    """Ctrl-C, SIGTERM and SIGHUP end the demo alike; whether one of them came."""
    asked = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.set()
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # a shell may have left the first ignored
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(line: str) -> None:
    click.echo(line, err=True)
