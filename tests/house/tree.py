"""The files that belong to the project, as git knows them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".gz", ".woff2", ".png", ".jpg", ".ico", ".mo", ".xlsx", ".docx"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file in git's index that is still in the tree, relative to the top folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = (Path(name) for name in listed.decode().split("\0") if name)
    return tuple(path for path in paths if (ROOT / path).is_file())


def texts(*suffixes: str, under: tuple[str, ...] = ()) -> list[Path]:
    """Tracked text files, those with one of ``suffixes`` and below one of ``under`` where given."""
    return [
        path
        for path in tracked()
        if path.suffix not in BINARY
        and (not suffixes or path.suffix in suffixes)
        and (not under or path.parts[0] in under)
    ]


def read(path: Path | str) -> str:
    """The text of a file given relative to the top folder."""
    return (ROOT / path).read_text(encoding="utf-8")


def lines_with(words: str, paths: list[Path]) -> list[str]:
    """``path:line: text`` wherever ``words`` occur."""
    return [
        f"{path}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(read(path).splitlines(), start=1)
        if words in line
    ]
