"""``hotline archive``: archive tickets and write their archives to a folder; ``hotline archive verify FILE`` checks one."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from dispatch.archives import checking, queries, services
from dispatch.archives.models import TicketArchive
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.tickets.queries import ticket_id_of

ACTOR = "system:console"
FOUND = 1
UNSAVEABLE = re.compile(r"[^\w.-]")


class ExportFirst(click.Group):
    """``hotline archive NO…`` is ``hotline archive export NO…``: what is no command is a ticket."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put the command in where none is named."""
        if args and args[0] not in self.commands and args[0] not in context.help_option_names:
            args = ["export", *args]
        return super().parse_args(context, args)


@click.group("archive", cls=ExportFirst)
def archive() -> None:
    """工单归档：hotline archive 工单编号… --output 文件夹；hotline archive verify 文件."""


@archive.command("export")
@click.argument("tickets", nargs=-1, metavar="工单编号…")
@click.option(
    "--closed-before", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="此日之前结案的全部工单。"
)
@click.option("--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="写入这个文件夹。")
@with_appcontext
def export(tickets: tuple[str, ...], closed_before: datetime | None, output: Path) -> None:
    """归档已结案的工单，把电子档案（JSON 与 HTML）写入文件夹；每张工单在标准输出写一行：编号、SHA-256、文件."""
    if not tickets and closed_before is None:
        raise click.UsageError("请给出工单编号，或用 --closed-before 指定日期。")
    output.mkdir(parents=True, exist_ok=True)
    bad = 0
    for ticket_no in [*tickets, *_closed_before(closed_before)]:
        try:
            path = _written(_archived(ticket_no), ticket_no, output)
            click.echo(f"{ticket_no}\t{hashlib.sha256(path.read_bytes()).hexdigest()}\t{path}")
        except DomainError as error:
            bad += 1
            click.echo(f"{ticket_no}：{error.message}", err=True)
    if bad:
        raise SystemExit(FOUND)


@archive.command("verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify(files: tuple[Path, ...]) -> None:
    """核对电子档案：格式、摘要、事件链，以及与本系统记录的摘要；每行输出一处问题，有问题时退出码为 1."""
    found = 0
    for path in files:
        for code, where in _findings(path.read_bytes()):
            found += 1
            click.echo(f"{code}\t{path}\t{where}")
    click.echo(f"核对完成：{len(files)} 个文件，{found} 处问题", err=True)
    if found:
        raise SystemExit(FOUND)


def _closed_before(day: datetime | None) -> Iterable[str]:
    if day is None:
        return ()
    with transaction() as session:
        zone = reference_at(session, now()).calendar.zone
        return list(queries.closed_before(session, day.replace(tzinfo=zone)))


def _archived(ticket_no: str) -> TicketArchive:
    at = now()
    with transaction() as session:
        made = services.archive(
            session,
            ticket_id_of(session, ticket_no),
            vault=runtime().vault,
            reference=reference_at(session, at),
            actor=ACTOR,
            at=at,
        )
        session.flush()
        session.expunge(made)
        return made


def _written(made: TicketArchive, ticket_no: str, folder: Path) -> Path:
    """Both forms, each whole or not at all; the path of the document."""
    stem = UNSAVEABLE.sub("_", ticket_no)
    for ending in ("html", "json"):
        content = queries.content_of(made, ending)
        path, draft = folder / f"{stem}.{ending}", folder / f".{stem}.{ending}.{os.getpid()}"
        draft.write_bytes(content)
        draft.replace(path)
    return path


def _findings(content: bytes) -> list[tuple[str, str]]:
    """What the file itself betrays, and whether it is the one that was sealed here."""
    found = checking.findings(content)
    ticket_no = checking.ticket_no_of(content)
    if ticket_no is None:
        return found
    with transaction() as session:
        try:
            kept = queries.of_ticket(session, ticket_id_of(session, ticket_no))
        except NotFound:
            return found  # another city's archive: it can only be checked by itself
        is_ours = bytes(kept.digest) == hashlib.sha256(content).digest()
    return found if is_ours else [*found, (checking.CHANGED, "record")]
