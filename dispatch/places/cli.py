"""``hotline import places F`` and ``hotline import territory F``: the edge of places on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from dispatch.exchange.csvfile import CsvFile, UnreadableFile
from dispatch.exchange.rejects import Reject, RejectsFile, rejects_path
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.places.checks import OPTIONAL, REQUIRED
from dispatch.places.datum import DATUMS
from dispatch.places.services import PlaceImport, import_places
from dispatch.places.territories import import_territory

ACTOR: Final = "system:import"
BAD_ROWS: Final = 1
SHOWN_REJECTS: Final = 5
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_SKIP_HELP: Final = "跳过有误的行，导入其余各行(退出码仍为 1)。"


class Done(Protocol):
    """What both imports say of themselves."""

    @property
    def added(self) -> int:
        """How many are new."""

    @property
    def changed(self) -> int:
        """How many have other facts now."""

    @property
    def unchanged(self) -> int:
        """How many were known so."""

    @property
    def rejects(self) -> list[Reject]:
        """What is wrong with the others."""


@click.command("places")
@click.argument("file", type=_FILE)
@click.option("--skip-bad", is_flag=True, help=_SKIP_HELP)
@with_appcontext
def import_places_command(file: Path, skip_bad: bool) -> None:
    """导入地名 places.csv:小区、道路门牌、地标，及其别名、坐标。"""

    def load(session: Session) -> PlaceImport:
        with file.open("rb") as stream:
            rows = CsvFile(stream, required=REQUIRED, optional=OPTIONAL)
            return import_places(session, rows, source=file.name, actor=ACTOR, at=now(), skip_bad=skip_bad)

    _run(file, load, skip_bad=skip_bad, what="个地点")


@click.command("territory")
@click.argument("file", type=_FILE)
@click.option("--datum", required=True, type=click.Choice(DATUMS), help="文件中坐标的坐标系。")
@click.option("--skip-bad", is_flag=True, help=_SKIP_HELP)
@with_appcontext
def import_territory_command(file: Path, datum: str, skip_bad: bool) -> None:
    """导入辖区范围 GeoJSON:每个要素的 code 或 name 属性写明单位。"""

    def load(session: Session) -> Done:
        content = file.read_bytes()
        return import_territory(
            session, content, datum=datum, source=file.name, actor=ACTOR, at=now(), skip_bad=skip_bad
        )

    _run(file, load, skip_bad=skip_bad, what="个辖区")


def _run(file: Path, load: Callable[[Session], Done], *, skip_bad: bool, what: str) -> None:
    """One transaction; every fault goes to the rejects file; exit code 1 where there is one."""
    say(f"正在导入 {file.name} …")
    try:
        with RejectsFile(file) as rejects:
            try:
                with transaction() as session:
                    done = load(session)
                    is_loaded = skip_bad or not done.rejects
            except UnreadableFile as error:
                done, is_loaded = PlaceImport(0, 0, 0, [error.reject]), False
            for reject in done.rejects:
                rejects.add(reject)
    except OSError as error:
        raise click.ClickException(f"无法读写文件：{error.strerror}") from None
    _tell(done, file, is_loaded=is_loaded, what=what)
    if done.rejects:
        raise SystemExit(BAD_ROWS)


def _tell(done: Done, file: Path, *, is_loaded: bool, what: str) -> None:
    for reject in done.rejects[:SHOWN_REJECTS]:
        column = f"({reject.column})" if reject.column else ""
        say(f"第 {reject.line} 行{column}:{reject.reason}")
    if done.rejects:
        say(f"{len({reject.line for reject in done.rejects})} 行有误，详见 {rejects_path(file).name}")
    if is_loaded:
        say(f"完成：新增 {done.added} {what}，变更 {done.changed} 个，未变 {done.unchanged} 个")
    else:
        say("没有导入任何一行。改正后重试，或用 --skip-bad 跳过有误的行")


def say(words: str) -> None:
    """Progress and messages go to stderr: stdout is for answers."""
    click.echo(words, err=True)
