"""``hotline duty import F``: the edge of the rota on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
from flask.cli import with_appcontext

from dispatch.directory.snapshot import reference
from dispatch.duty.importing import OPTIONAL, REQUIRED, DutyImport, import_shifts
from dispatch.exchange.csvfile import CsvFile, UnreadableFile
from dispatch.exchange.rejects import Reject, RejectsFile, rejects_path
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction

ACTOR: Final = "system:duty"
BAD_ROWS: Final = 1
SHOWN_REJECTS: Final = 5


@click.group("duty", help="值班表：导入班次。")
def duty() -> None:
    """The group."""


@duty.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_command(file: Path) -> None:
    """导入值班表:unit_code,starts_at,ends_at,login,backup_login。要么全部导入，要么一行不导。"""
    say(f"正在导入 {file.name} …")
    try:
        rejects = _import(file)
    except OSError as error:
        raise click.ClickException(f"无法读写文件：{error.strerror}") from None
    if rejects:
        raise SystemExit(BAD_ROWS)


def _import(file: Path) -> int:
    """Run the import as one transaction; returns how many faults were written to the rejects file."""
    with RejectsFile(file) as rejects, file.open("rb") as stream:
        try:
            rows = CsvFile(stream, required=REQUIRED, optional=OPTIONAL)
            with transaction() as session:
                at = now()
                done = import_shifts(session, rows, reference=reference(session, at), actor=ACTOR, at=at)
        except UnreadableFile as error:
            done = DutyImport(0, [error.reject])
        for reject in done.rejects:
            rejects.add(reject)
    _tell(done, file)
    return rejects.count


def _tell(done: DutyImport, file: Path) -> None:
    for reject in done.rejects[:SHOWN_REJECTS]:
        say(_line(reject))
    if done.rejects:
        bad = len({reject.line for reject in done.rejects})
        say(f"{bad} 行有误，详见 {rejects_path(file).name}")
        say("没有导入任何一行。改正后重试")
    else:
        say(f"完成：登记 {done.entered} 个班次")


def _line(reject: Reject) -> str:
    column = f"({reject.column})" if reject.column else ""
    return f"第 {reject.line} 行{column}:{reject.reason}"


def say(words: str) -> None:
    """Progress and messages go to stderr: stdout is for answers."""
    click.echo(words, err=True)
