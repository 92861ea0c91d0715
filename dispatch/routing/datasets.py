"""The shipped tables of routing and their versions: a version is the digest of the file's bytes."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_SUFFIX: Final = ".csv"
_PACKAGE: Final = "dispatch.routing"


@cache
def _content(name: str) -> bytes:
    return (files(_PACKAGE) / "data" / f"{name}{_SUFFIX}").read_bytes()


def dataset_version(name: str) -> str:
    """``<name>@<first 12 hex digits of SHA-256>`` of a shipped table (``categories``, ``catalogue``, …).

    A ticket stores it beside each decision (design §2.4). Raises ``FileNotFoundError`` for an unknown name.
    """
    return f"{name}@{hashlib.sha256(_content(name)).hexdigest()[:12]}"


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a shipped table in file order, each a mapping of column to text (empty = unknown)."""
    text = _content(name).decode("utf-8")
    return tuple(csv.DictReader(io.StringIO(text, newline="")))
