"""``hotline calendar``: what is on record, what a new notice would move, and putting it into force."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session
from tqdm import tqdm

from dispatch.calendars import recount, services, walkers
from dispatch.calendars.notice import Notice, read
from dispatch.calendars.package import from_package
from dispatch.calendars.recount import Batch, Moved
from dispatch.calendars.walking import ACTOR, BATCH
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.supervision.moving import move_orders

SHOWN = 20
# The same file once more finishes what was cut, wherever that was: every open ticket is looked at, those that stand right stay.
EVER = [date(2000, 1, 1)]
COLUMNS = ("ticket_no", "unit_code", "part", "due_before", "due_after")

File = click.Path(exists=True, dir_okay=False, path_type=Path)
Change = Callable[[Session, datetime], list[date]]


@click.group("calendar", help="放假安排：查看、预览影响、导入，本市增补。")
def calendar() -> None:
    """The group; each command is a change or a look."""


@calendar.command("show")
@click.argument("year", type=int)
@with_appcontext
def show(year: int) -> None:
    """一年的放假安排，CSV:date,name,is_off。"""
    with transaction() as session:
        days = services.days_of(session, year)
    if not days:
        raise click.ClickException(f"没有 {year} 年的放假安排：该年按普通周一至周五推算，时限为暂定。")
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("date", "name", "is_off"))
    rows.writerows((day.day.isoformat(), day.name, int(day.is_off)) for day in days)


@calendar.command("history")
@with_appcontext
def history() -> None:
    """历次变更：版本、时间、种类、年份、来源。"""
    with transaction() as session:
        for one in services.versions(session):
            click.echo(f"{one.version}\t{one.at.isoformat()}\t{one.kind}\t{one.year or ''}\t{one.source}\t{one.actor}")


@calendar.command("preview")
@click.argument("file", type=File, required=False)
@click.option("--year", type=int, help="文件所属年份；与 --package 同用时为要取的年份。")
@click.option("--package", "is_package", is_flag=True, help="取自已安装的 chinesecalendar。")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="把全部变动写入此 CSV。")
@with_appcontext
def preview(file: Path | None, year: int | None, is_package: bool, output: Path | None) -> None:
    """导入后哪些在办工单的时限会变；不改动任何数据。"""
    _refusing(lambda: _preview(_noticed(_notice(file, year, is_package)), output))


@calendar.command("import")
@click.argument("file", type=File, required=False)
@click.option("--year", type=int, help="文件所属年份；与 --package 同用时为要取的年份。")
@click.option("--package", "is_package", is_flag=True, help="取自已安装的 chinesecalendar。")
@with_appcontext
def import_notice(file: Path | None, year: int | None, is_package: bool) -> None:
    """导入一年的放假安排，并重新计算在办工单的时限；中断后再次运行即可继续。"""
    _refusing(lambda: _import(_noticed(_notice(file, year, is_package))))


@calendar.command("local")
@click.argument("file", type=File)
@click.option("--preview", "is_preview", is_flag=True, help="只看影响，不改动任何数据。")
@with_appcontext
def local(file: Path, is_preview: bool) -> None:
    """本市增补，CSV:date,name,kind(off 放假、worked 上班、half 半天);整份替换此前的增补。"""
    _refusing(lambda: _local(file, is_preview))


def _notice(file: Path | None, year: int | None, is_package: bool) -> tuple[Notice, str]:
    if is_package:
        if year is None or file is not None:
            raise click.UsageError("--package 须与 --year 同用，且不再给出文件。")
        return from_package(year), "chinesecalendar"
    if file is None:
        raise click.UsageError("请给出文件，或用 --package --year。")
    return read(file.read_bytes(), year), file.name


def _noticed(found: tuple[Notice, str]) -> Change:
    notice, source = found

    def change(session: Session, at: datetime) -> list[date]:
        changed = services.replace_notice(session, notice, source=source, actor=ACTOR, at=at)
        _say(f"{notice.year} 年：{len(notice.days)} 天，{len(changed)} 天有变化")
        return changed or EVER

    return change


def _local(file: Path, is_preview: bool) -> None:
    days = services.read_local(file.read_bytes())

    def change(session: Session, at: datetime) -> list[date]:
        changed = services.replace_local(session, days, source=file.name, actor=ACTOR, at=at)
        _say(f"增补 {len(days)} 天，{len(changed)} 天有变化")
        return changed or EVER

    _preview(change, None) if is_preview else _import(change)


def _preview(change: Change, output: Path | None) -> None:
    """The change itself, the walk under it, and everything taken back."""
    moved: list[Moved] = []
    with transaction() as session:
        changed = change(session, now())
        city = reference(session, now())
        since = recount.since(changed, city.calendar)
        for batch in _walk(lambda after: recount.preview(session, city, since, after=after, limit=BATCH)):
            moved += batch.moved
        codes = {unit.unit_id: unit.code for unit in city.by_id.values()}
        session.rollback()
    _tell(moved)
    if moved:
        _list(moved, codes, output)


def _import(change: Change) -> None:
    with transaction() as session:
        changed = change(session, now())
        since = recount.since(changed, reference(session, now()).calendar)
    work = walkers.batches(since)
    count = 0
    with _bar(total=sum(map(len, work))) as bar:
        for done in walkers.walk(work):
            bar.update(done.seen)
            count += done.moved
    with transaction() as session:
        orders = move_orders(session, reference(session, at := now()), since, actor=ACTOR, at=at)
    _say(f"完成：{count} 张在办工单、{orders} 张督办单的时限已重新计算")


def _walk(step: Callable[[int], Batch]) -> Iterator[Batch]:
    after: int | None = 0
    with _bar() as bar:
        while after is not None:
            batch = step(after)
            bar.update(batch.seen)
            yield batch
            after = batch.after


def _bar(total: int | None = None) -> Any:
    return tqdm(desc="在办工单", unit="张", file=sys.stderr, mininterval=1, total=total)


def _tell(moved: list[Moved]) -> None:
    promises = sum(one.part == 0 for one in moved)
    _say(f"将变动：{promises} 张工单对诉求人的承诺时限，{len(moved) - promises} 个单位时限；数据没有改动")


def _list(moved: list[Moved], codes: dict[int, str], output: Path | None) -> None:
    if output is None:
        _write(sys.stdout, moved[:SHOWN], codes)
        if len(moved) > SHOWN:
            _say(f"只列出前 {SHOWN} 行；全部写入文件请用 --output")
        return
    with output.open("w", encoding="utf-8", newline="") as stream:
        _write(stream, moved, codes)
    _say(f"已写入 {output.name}")


def _write(stream: Any, moved: list[Moved], codes: dict[int, str]) -> None:
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in moved:
        before, after = (at.isoformat() if at else "" for at in (one.before, one.after))
        rows.writerow((one.ticket_no, codes.get(one.unit_id or 0, ""), one.part or "", before, after))


def _refusing(act: Callable[[], None]) -> None:
    try:
        act()
    except DomainError as error:
        raise click.ClickException(f"{error.message}({error.code})") from None
    except BrokenProcessPool:
        raise click.ClickException(
            "一个计算进程意外结束，部分工单还没有重新计算；请再次运行同一条命令，会接着做完。"
        ) from None


def _say(words: str) -> None:
    click.echo(words, err=True)
