"""``hotline due``: one due instant on stdout, needing no database (design §9)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from dispatch.kernel.errors import DomainError
from dispatch.limits import shipped
from dispatch.limits.calendar import Calendar
from dispatch.limits.parse import parse_instant, parse_pause
from dispatch.limits.rules import due_at
from dispatch.limits.values import Due, Limit, Mode, out_of_range

BAD_INPUT = 2


@click.command("due", help="计算到期时间：从某一时刻起、按某一时限。标准输出只有一行 ISO 8601 时间。")
@click.option("--from", "start", metavar="INSTANT", help="起算时间，须带时区偏移，如 2026-09-30T09:00:00+08:00。")
@click.option("--limit", "limit", metavar="LIMIT", help="时限:2h 小时、7nd 自然日、5wd 工作日、8wh 工作小时。")
@click.option("--rolling", is_flag=True, help="自然日按 24 小时滚动计算(默认)。")
@click.option("--end-of-day", "end_of_day", is_flag=True, help="自然日到当日 24:00 为止。")
@click.option("--extend", "extensions", multiple=True, metavar="LIMIT", help="延期，可重复，按给出的先后计算。")
@click.option("--pause", "pauses", multiple=True, metavar="A/B", help="暂停时段“开始/结束”，可重复。")
def due(
    start: str | None,
    limit: str | None,
    rolling: bool,
    end_of_day: bool,
    extensions: Sequence[str],
    pauses: Sequence[str],
) -> None:
    """Print the due instant in the business time zone; warnings and errors go to stderr, bad input exits 2."""
    try:
        calendar = Calendar.shipped(_zone())
        answer = _answer(start, limit, _mode(rolling, end_of_day), extensions, pauses, calendar)
        line = _local(answer.at, calendar)
    except DomainError as error:
        click.echo(f"错误({error.code}):{error.message}", err=True)
        raise SystemExit(BAD_INPUT) from None
    if answer.provisional:
        click.echo("注意(provisional):涉及尚未公布放假安排的年份，按普通周一至周五推算，结果为暂定。", err=True)
    click.echo(line)


def _answer(
    start: str | None,
    limit: str | None,
    mode: Mode,
    extensions: Sequence[str],
    pauses: Sequence[str],
    calendar: Calendar,
) -> Due:
    if start is None or limit is None:
        raise DomainError("limit.option_missing", "必须给出 --from 和 --limit。")
    return due_at(
        parse_instant(start),
        Limit.parse(limit, mode),
        calendar,
        [Limit.parse(extension, mode) for extension in extensions],
        [parse_pause(pause) for pause in pauses],
    )


def _local(instant: datetime, calendar: Calendar) -> str:
    try:
        return instant.astimezone(calendar.zone).isoformat()
    except OverflowError:
        raise out_of_range() from None


def _mode(rolling: bool, end_of_day: bool) -> Mode:
    if rolling and end_of_day:
        raise DomainError("limit.mode_contradicts", "--rolling 与 --end-of-day 只能选一个。")
    return Mode.END_OF_DAY if end_of_day else Mode.ROLLING


def _zone() -> str:
    name = os.environ.get("HOTLINE_TIME_ZONE") or str(shipped.defaults()["time_zone"])
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DomainError("config.time_zone_unknown", f"HOTLINE_TIME_ZONE 的值“{name}”不是已知时区。") from None
    return name
