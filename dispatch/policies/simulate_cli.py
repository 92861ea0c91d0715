"""``hotline limits simulate``: history replayed under another policy; the counts on stdout, progress and notes on stderr."""

from __future__ import annotations

import sys
from datetime import date, datetime, time
from pathlib import Path

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from dispatch.directory.snapshot import reference
from dispatch.kernel.application import now, runtime
from dispatch.kernel.command import File, answer, refusing, say
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.limits.parse import parse_instant
from dispatch.limits.policy import Policy
from dispatch.policies import replay, report
from dispatch.policies.cli import read
from dispatch.policies.replay import Span
from dispatch.policies.report import Format, Line
from dispatch.policies.simulation import Tally


@click.group("limits", help="时限：用另一份政策重算历史。")
def limits() -> None:
    """The group."""


@limits.command("simulate", help="若当时就用这份政策：这段时间派出的工单，各单位会多超期、少超期多少；不改动任何数据。")
@click.option("--policy", "file", type=File, required=True, help="要试算的政策文件。")
@click.option("--from", "since", required=True, metavar="D", help="派单时间起(含):日期，或带时区偏移的时间。")
@click.option("--to", "until", required=True, metavar="D", help="派单时间止(不含):日期，或带时区偏移的时间。")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="写入此 CSV，标准输出为空。")
@click.option(
    "--format", "form", type=click.Choice([one.value for one in Format]), default="table", help="格式，默认 table。"
)
@with_appcontext
@refusing
def simulate(file: Path, since: str, until: str, output: Path | None, form: str) -> None:
    """Replay and count."""
    policy, span = Policy.read(read(file)), Span(_instant(since), _instant(until))
    replay.require_forward(span)
    found, rows = _walk(policy, span)
    say(f"{policy.name}({policy.version}):{found.tickets} 张工单，截至 {found.at.isoformat(timespec='seconds')}。")
    if found.over_cap:
        say(f"注意：{found.over_cap} 张工单已批的延期超过这份政策的上限，仍按已批的计算。")
    if unknown := found.total.unknown:
        say(f"注意：{unknown} 张导入的工单没有原时限或办结时间，只计件数，不判是否超期。")
    if output is None:
        answer(report.render(rows, form))
    else:
        output.write_bytes(report.render(rows, Format.CSV).encode())
        say(f"已写入 {output.name}")


def _walk(policy: Policy, span: Span) -> tuple[Tally, list[Line]]:
    """One transaction per batch, so that a million tickets hold neither memory nor a snapshot."""
    at = now()
    with transaction() as session:
        total, found = replay.count(session, span), replay.tally(policy, reference(session, at), at)
    after: int | None = 0
    with tqdm(total=total, desc="重算", unit="张", file=sys.stderr, mininterval=1) as bar:
        while after is not None:
            with transaction() as session:
                city = reference(session, at)
                after, seen = replay.step(session, found, span, reference=city, after=after)
            bar.update(seen)
    return found, report.lines(found, city.by_id)


def _instant(text: str) -> datetime:
    """A date is its local midnight."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return parse_instant(text)
    if text != day.isoformat():
        raise DomainError("limit.instant_unreadable", f"日期“{text[:40]}”无法识别，应形如 2026-10-01。")
    return datetime.combine(day, time(), runtime().config.time_zone)
