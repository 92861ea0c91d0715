"""``hotline intake F``: take in matters from JSON on the command line. stdout: one JSON line per ticket; faults go to stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

import click
from flask.cli import with_appcontext
from marshmallow import ValidationError

from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.problems import flatten
from dispatch.notices import consumers
from dispatch.tickets import representation
from dispatch.tickets.intake import Intake, accept
from dispatch.tickets.schemas import IntakeSchema

ACTOR = "system:console"
LISTENING = consumers.INBOX  # whoever takes in matters must have imported those who listen to their events
BAD_INPUT = 1
LONGEST_LINE = 1_000_000  # bytes, as over HTTP


class BadLine(Exception):
    """One line cannot be taken in, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@click.command("intake")
@click.argument("file", type=click.File("rb"))
@with_appcontext
def intake(file: IO[bytes]) -> None:
    """从 JSON 受理诉求：一个对象，或每行一个对象(JSON Lines);"-" 表示标准输入.

    每受理一件，在标准输出写一行 JSON。有误的行逐行说明，不影响其余各行，退出码为 1。
    """
    bad = 0
    for line, raw in _documents(file.read()):
        try:
            click.echo(json.dumps(_take_in(line, raw), ensure_ascii=False))
        except BadLine as error:
            bad += 1
            click.echo(f"第 {error.line} 行：{error.reason}", err=True)
    if bad:
        raise SystemExit(BAD_INPUT)


def _documents(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(line, JSON) of a file that is one object over several lines, or one object a line; blank lines are passed over."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        whole = isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        whole = False
    if whole:
        yield 1, content
        return
    for line, raw in enumerate(content.splitlines(), start=1):
        if raw.strip():
            yield line, raw


def _take_in(line: int, raw: bytes) -> dict[str, Any]:
    values = _read(line, raw)
    at = now()
    try:
        with transaction() as session:
            reference = reference_at(session, at)
            made = accept(session, Intake(**values), reference=reference, vault=runtime().vault, actor=ACTOR, at=at)
    except DomainError as error:
        field = error.details.get("field")
        raise BadLine(line, f"{field}:{error.message}" if field else error.message) from None
    return representation.accepted(made, reference)


def _read(line: int, raw: bytes) -> dict[str, Any]:
    if len(raw) > LONGEST_LINE:
        raise BadLine(line, f"超过 {LONGEST_LINE} 字节。")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadLine(line, "不是合法的 JSON。") from None
    try:
        values: dict[str, Any] = IntakeSchema().load(document)
    except ValidationError as error:
        faults = flatten(error.messages_dict)
        raise BadLine(line, ";".join(f"{path}:{''.join(words)}" for path, words in faults)) from None
    return values
