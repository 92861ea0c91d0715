"""What every command does alike: refusals as sentences with an exit code, answers on stdout to the byte, the rest on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from dispatch.kernel.errors import DomainError

BAD_INPUT = 2

File = click.Path(exists=True, dir_okay=False, path_type=Path)


def refusing(work: Callable[..., None]) -> Callable[..., None]:
    """What the domain refuses becomes a sentence on stderr and exit code 2."""

    @wraps(work)
    def run(**options: Any) -> None:
        try:
            work(**options)
        except DomainError as error:
            say(f"错误({error.code}):{error.message}")
            raise SystemExit(BAD_INPUT) from None

    return run


def answer(text: str) -> None:
    """To stdout as UTF-8, byte for byte, whatever the terminal's own encoding."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def say(words: str) -> None:
    """To stderr: stdout is for answers."""
    click.echo(words, err=True)


def faults(problems: list[str]) -> None:
    """Each fault a line on stdout and exit code 1, where there are any."""
    if problems:
        answer("".join(f"{one}\n" for one in problems))
        say(f"共 {len(problems)} 处错误。")
        raise SystemExit(1)
