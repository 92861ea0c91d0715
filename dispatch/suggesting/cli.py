"""``hotline suggest IN.csv --output OUT.csv``: category and unit for every text (design §9)."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Final

import click
from flask.cli import with_appcontext

from dispatch.directory.snapshot import reference as reference_at
from dispatch.exchange.csvfile import CsvFile, UnreadableFile
from dispatch.exchange.rejects import Reject
from dispatch.kernel.application import now
from dispatch.kernel.command import say
from dispatch.kernel.db import transaction
from dispatch.learning.suggesting import current_model
from dispatch.suggesting.batch import COLUMNS, Asked, Suggested, suggest_all
from dispatch.suggesting.judging import fallback_note

BAD_ROWS: Final = 1
SHOWN_REJECTS: Final = 5


@click.command("suggest")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="OUT.csv", help="写到这个文件。"
)
@with_appcontext
def suggest(file: Path, output: Path) -> None:
    """对每一行诉求(id,text,address)给出分类、单位、决定和理由，写入 CSV.

    要么写出全部各行，要么什么也不写；有误的行逐行说明，退出码为 1。
    """
    try:
        rejects, count = _run(file, output)
    except UnreadableFile as error:
        rejects, count = [error.reject], 0
    except OSError as error:
        raise click.ClickException(f"无法读写文件：{error.strerror}") from None
    for reject in rejects[:SHOWN_REJECTS]:
        column = f"({reject.column})" if reject.column else ""
        say(f"第 {reject.line} 行{column}:{reject.reason}")
    if rejects:
        say(f"{len(rejects)} 行有误，没有写出结果")
        raise SystemExit(BAD_ROWS)
    say(f"完成：{count} 行，写入 {output.name}")


def _run(file: Path, output: Path) -> tuple[list[Reject], int]:
    rejects: list[Reject] = []
    at = now()
    with file.open("rb") as stream, transaction() as session:
        city = reference_at(session, at)
        model, note = current_model(session), fallback_note(session)
        if note:
            say(note)
        rows = _rows(CsvFile(stream, required=("id", "text"), optional=("address",)), rejects)
        count = _write(output, suggest_all(rows, city, model, at, note=note), rejects)
    return rejects, count


def _rows(table: CsvFile, rejects: list[Reject]) -> Iterator[Asked]:
    for row in table:
        if isinstance(row, Reject):
            rejects.append(row)
        else:
            yield Asked(*row.cells)


def _write(output: Path, answers: Iterable[Suggested], rejects: list[Reject]) -> int:
    """Beside the file first, then in its place: a cut never leaves half an answer."""
    handle, name = tempfile.mkstemp(dir=output.absolute().parent, prefix=f".{output.name}.")
    count = 0
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(COLUMNS)
            for answer in answers:
                writer.writerow(astuple(answer))
                count += 1
        if not rejects:
            Path(name).chmod(0o644)
            Path(name).replace(output)
    finally:
        Path(name).unlink(missing_ok=True)
    return count
