"""``hotline import tickets F``: the edge of the history import on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

import click
import psycopg
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import CsvFile, UnreadableFile
from dispatch.exchange.rejects import Reject, RejectsFile
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.tickets.import_copy import TicketImport, import_tickets
from dispatch.tickets.import_reading import Chunk, ReadHere, read_beside
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED

BAD_ROWS: Final = 1
SHOWN_REJECTS: Final = 5
NOTHING: Final = "没有导入任何一行。改正后重试，或用 --skip-bad 跳过有误的行"


class _Refused(Exception):
    """Rolls the transaction back: not every row was sound."""

    def __init__(self, done: TicketImport) -> None:
        super().__init__()
        self.done = done


@click.command("tickets")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-bad", is_flag=True, help="跳过有误的行，导入其余各行(退出码仍为 1)。")
@with_appcontext
def import_tickets_command(file: Path, skip_bad: bool) -> None:
    """导入历史工单 tickets.csv。同一文件导入两次不会重复；编号相同而内容不同的行视为有误。"""
    say(f"正在导入 {file.name} …")
    try:
        with RejectsFile(file) as rejects, file.open("rb") as stream:
            told = _import(stream, rejects, size=file.stat().st_size, skip_bad=skip_bad)
    except OSError as error:
        raise click.ClickException(f"无法读写文件：{error.strerror}") from None
    except DomainError as error:
        raise click.ClickException(error.message) from None
    except (psycopg.Error, SQLAlchemyError) as error:  # its text may quote the row
        raise click.ClickException(f"数据库出错({type(error).__name__}),没有导入任何一行。") from None
    if rejects.count:
        say(f"有误的行详见 {rejects.path.name}")
    say(told)
    if rejects.count:
        raise SystemExit(BAD_ROWS)


def _import(stream: BinaryIO, rejects: RejectsFile, *, size: int, skip_bad: bool) -> str:
    """Run the import as one transaction; returns the last word on it."""
    try:
        rows = CsvFile(stream, required=REQUIRED, optional=OPTIONAL)
        with transaction() as session:
            at = now()
            reader = ReadHere(rows, reference(session), at=at)
            with read_beside(reader) as chunks, _bar(size) as bar:

                def progress(done: TicketImport, chunk: Chunk) -> None:
                    bar.set_postfix_str(f"{done.added} 张工单", refresh=False)
                    bar.update(chunk.position - bar.n)

                done = import_tickets(session, chunks, at=at, refuse=_refusing(rejects), progress=progress)
            _require_sound(done, skip_bad=skip_bad)
    except UnreadableFile as error:
        _refusing(rejects)(error.reject)
        return NOTHING
    except _Refused as error:
        return f"{error.done.bad} 行有误。{NOTHING}"
    skipped = f",跳过 {done.bad} 行" if done.bad else ""
    return f"完成：新增 {done.added} 张工单，{done.unchanged} 张已存在且内容相同{skipped}"


def _bar(size: int) -> tqdm[NoReturn]:
    """Progress on stderr with rate and time left, where a person looks at it."""
    return tqdm(total=size, unit="B", unit_scale=True, disable=None, leave=False)


def _refusing(rejects: RejectsFile) -> Callable[[Reject], None]:
    """Every fault to the file, the first few to the screen too."""

    def refuse(reject: Reject) -> None:
        rejects.add(reject)
        if rejects.count <= SHOWN_REJECTS:
            say(_line(reject))

    return refuse


def _require_sound(done: TicketImport, *, skip_bad: bool) -> None:
    if done.bad and not skip_bad:
        raise _Refused(done)


def _line(reject: Reject) -> str:
    column = f"({reject.column})" if reject.column else ""
    return f"第 {reject.line} 行{column}:{reject.reason}"


def say(words: str) -> None:
    """Progress and messages go to stderr: stdout is for answers."""
    click.echo(words, err=True)
