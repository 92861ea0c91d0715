"""``hotline policy``: which policies are on record, what one says, checking a file, putting it into force, taking it back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from dispatch.directory.models import BEGINNING
from dispatch.kernel.application import now, runtime
from dispatch.kernel.command import File, answer, faults, refusing, say
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.limits.parse import parse_instant
from dispatch.limits.policy import Policy
from dispatch.policies import queries, services
from dispatch.policies.checking import problems_of

ACTOR = "system:policy"


@click.group("policy", help="时限与程序政策：列出、查看、检查、发布与撤回。")
def policy() -> None:
    """The group; each command is a change or a look."""


@policy.command("list", help="各版政策：编号、状态、生效时间、版本、名称、谁、何时；制表符分隔，后生效的在前。")
@with_appcontext
@refusing
def list_versions() -> None:
    """One line per version on record."""
    with transaction() as session:
        rows = queries.listed(session, now())
    for row, state in rows:
        cells = (row.number, state, local(row.effective_from), row.version, row.name, row.actor, local(row.at))
        answer("\t".join(str(cell) for cell in cells) + "\n")


@policy.command("show", help="一版政策的文件原文。")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@with_appcontext
@refusing
def show(number: int) -> None:
    """The file, byte for byte as it was put."""
    with transaction() as session:
        answer(queries.version(session, number).body)


@policy.command("check", help="检查政策文件：每处错误一行，写到标准输出；没有错误时退出码为 0。")
@click.argument("file", type=File)
@refusing
def check(file: Path) -> None:
    """Every wrong key on stdout, exit code 1; a sound file says nothing there."""
    text = read(file)
    wrong = problems_of(text)
    faults(wrong)
    found = Policy.read(text)
    say(f"没有错误：{found.name}({found.version}),时限 {len(found.limits)} 行。")


@policy.command("put", help="发布政策文件，从某一时刻起生效；已经派出的单位仍按派单时的政策计时。")
@click.argument("file", type=File)
@click.option("--from", "since", required=True, metavar="INSTANT", help="生效时间，须带时区偏移，不得早于现在。")
@with_appcontext
@refusing
def put(file: Path, since: str) -> None:
    """Put on record; the number on stdout."""
    text = read(file)
    with transaction() as session:
        row = services.put(session, text, effective_from=parse_instant(since), actor=ACTOR, at=now())
        number, name, begins = row.number, row.name, local(row.effective_from)
    say(f"已发布：{name}，{begins} 起生效。")
    answer(f"{number}\n")


@policy.command("withdraw", help="撤回一版尚未生效的政策。")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@with_appcontext
@refusing
def withdraw(number: int) -> None:
    """Take it back."""
    with transaction() as session:
        name = services.withdraw(session, number, actor=ACTOR, at=now()).name
    say(f"已撤回：第 {number} 版，{name}。")


def read(file: Path) -> str:
    """The text of a policy file. Raises ``policy.unreadable`` where it is not UTF-8."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError("policy.unreadable", "政策文件须为 UTF-8 编码。") from None


def local(at: datetime) -> str:
    """In the business time zone; a dash for the beginning of time."""
    return "—" if at == BEGINNING else at.astimezone(runtime().config.time_zone).isoformat(timespec="seconds")
