"""``hotline import units F``: the edge of the directory on the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import click
from flask.cli import with_appcontext

from dispatch.directory.checks import COLUMNS
from dispatch.directory.services import UnitImport, import_units
from dispatch.exchange.csvfile import CsvFile, UnreadableFile
from dispatch.exchange.rejects import Reject, RejectsFile, rejects_path
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.limits.parse import parse_instant

BAD_ROWS: Final = 1
SHOWN_REJECTS: Final = 5


def _instant(ctx: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    try:
        return parse_instant(text) if text else None
    except DomainError as error:
        raise click.BadParameter(error.message, ctx, parameter) from None


@click.command("units")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-bad", is_flag=True, help="跳过有误的行，导入其余各行(退出码仍为 1)。")
@click.option(
    "--from",
    "effective_from",
    callback=_instant,
    metavar="INSTANT",
    help="生效时间。不写时：新单位自始有效，变更自现在起生效。",
)
@with_appcontext
def import_units_command(file: Path, skip_bad: bool, effective_from: datetime | None) -> None:
    """导入单位目录 units.csv:编码、名称、类别、上级、人口。"""
    say(f"正在导入 {file.name} …")
    try:
        rejects = _import(file, skip_bad=skip_bad, effective_from=effective_from)
    except OSError as error:
        raise click.ClickException(f"无法读写文件：{error.strerror}") from None
    if rejects:
        raise SystemExit(BAD_ROWS)


def _import(file: Path, *, skip_bad: bool, effective_from: datetime | None) -> int:
    """Run the import as one transaction; returns how many faults were written to the rejects file."""
    with RejectsFile(file) as rejects, file.open("rb") as stream:
        try:
            rows = CsvFile(stream, required=COLUMNS)
            with transaction() as session:
                done = import_units(session, rows, at=now(), effective_from=effective_from, skip_bad=skip_bad)
                is_loaded = skip_bad or not done.rejects
        except UnreadableFile as error:
            done, is_loaded = UnitImport(0, 0, 0, [error.reject]), False
        for reject in done.rejects:
            rejects.add(reject)
    _tell(done, file, is_loaded=is_loaded)
    return rejects.count


def _tell(done: UnitImport, file: Path, *, is_loaded: bool) -> None:
    for reject in done.rejects[:SHOWN_REJECTS]:
        say(_line(reject))
    if done.rejects:
        bad = len({reject.line for reject in done.rejects})
        say(f"{bad} 行有误，详见 {rejects_path(file).name}")
    if is_loaded:
        say(f"完成：新增 {done.added} 个单位，变更 {done.changed} 个，未变 {done.unchanged} 个")
    else:
        say("没有导入任何一行。改正后重试，或用 --skip-bad 跳过有误的行")


def _line(reject: Reject) -> str:
    column = f"({reject.column})" if reject.column else ""
    return f"第 {reject.line} 行{column}:{reject.reason}"


def say(words: str) -> None:
    """Progress and messages go to stderr: stdout is for answers."""
    click.echo(words, err=True)
