"""``hotline taxonomy`` and ``hotline catalogue``: the same five commands for either document."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from dispatch.catalogue import queries, services
from dispatch.catalogue.checking import faults_of, notes_of
from dispatch.catalogue.documents import Document
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import now
from dispatch.kernel.command import File, answer, faults, refusing, say
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.limits.parse import parse_instant
from dispatch.policies.cli import local
from dispatch.routing.sheet import LONGEST, version_of

Number = click.IntRange(1, 2**31 - 1)


def _group(document: Document) -> click.Group:
    word, actor = document.word, f"system:{document}"

    @click.group(document.value, help=f"{word}：列出、查看、检查、发布与撤回。")
    def group() -> None:
        """The group; each command is a change or a look."""

    @group.command("list", help="各版：编号、状态、生效时间、版本、名称、谁、何时；制表符分隔，后生效的在前。")
    @with_appcontext
    @refusing
    def list_versions() -> None:
        """One line per version on record."""
        with transaction() as session:
            rows = queries.listed(session, document, now())
        for row, state in rows:
            cells = (row.number, state, local(row.effective_from), row.version, row.name, row.actor, local(row.at))
            answer("\t".join(str(cell) for cell in cells) + "\n")

    @group.command("show", help="一版的文件原文；不写编号则为生效中的一版。")
    @click.argument("number", type=Number, required=False)
    @with_appcontext
    @refusing
    def show(number: int | None) -> None:
        """The file, byte for byte as it was put."""
        with transaction() as session:
            row = queries.version(session, document, number) if number else queries.in_force(session, document, now())
            answer(row.body if row else "")

    @group.command("check", help="检查文件：每处错误一行，写到标准输出；没有错误时退出码为 0。")
    @click.argument("file", type=File)
    @with_appcontext
    @refusing
    def check(file: Path) -> None:
        """Every fault with line and column on stdout, exit code 1; a sound file says nothing there."""
        text, at = _read(document, file), now()
        with transaction() as session:
            city = reference(session, at)
            found = faults_of(document, text, city)
            notes = [] if found else notes_of(document, text, city)
        faults([fault.sentence for fault in found])
        for note in notes:
            say(f"提示：{note}")
        say(f"没有错误：{version_of(document, text)}")

    @group.command("put", help="发布文件，从某一时刻起生效；已经派出的工单不受影响。")
    @click.argument("file", type=File)
    @click.option("--from", "since", required=True, metavar="INSTANT", help="生效时间，须带时区偏移，不得早于现在。")
    @click.option("--name", help="这一版的名称；不写则为文件名。")
    @with_appcontext
    @refusing
    def put(file: Path, since: str, name: str | None) -> None:
        """Put on record; the number on stdout."""
        text, begins, at = _read(document, file), parse_instant(since), now()
        with transaction() as session:
            row = services.put(
                session, document, text, name=name or file.stem, effective_from=begins, actor=actor, at=at
            )
            number, said = row.number, f"{row.name}，{local(row.effective_from)}"
        say(f"已发布：{said} 起生效。")
        answer(f"{number}\n")

    @group.command("withdraw", help="撤回尚未生效的一版。")
    @click.argument("number", type=Number)
    @with_appcontext
    @refusing
    def withdraw(number: int) -> None:
        """Take it back."""
        with transaction() as session:
            name = services.withdraw(session, document, number, actor=actor, at=now()).name
        say(f"已撤回：第 {number} 版，{name}。")

    return group


def _read(document: Document, file: Path) -> str:
    """The text of a file. Raises ``<document>.unreadable`` where it is not UTF-8, ``<document>.too_large``."""
    with file.open("rb") as opened:
        content = opened.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise DomainError(f"{document}.too_large", "文件过大。")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError(f"{document}.unreadable", f"{document.word}文件须为 UTF-8 编码。") from None


taxonomy = _group(Document.TAXONOMY)
catalogue = _group(Document.CATALOGUE)
