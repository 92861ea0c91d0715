"""The six grounds on which a matter is not dispatched (art 11), each with what to say and what must be recorded."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class DeclineGround(NamedTuple):
    """``required``: what must be said with it (``agency``, ``legal_path``, ``related_ticket``, ``text``), empty = nothing."""

    code: str
    name: str
    required: str
    script: str
    basis: str


@cache
def _content() -> bytes:
    return (files("dispatch.outcomes") / "data" / "decline_grounds.csv").read_bytes()


@cache
def decline_grounds() -> Mapping[str, DeclineGround]:
    """The grounds by code, in the order of the article."""
    rows = csv.DictReader(io.StringIO(_content().decode("utf-8"), newline=""))
    return {row["code"]: DeclineGround(**row) for row in rows}


@cache
def grounds_version() -> str:
    """``decline_grounds@<12 hex digits>``: which table a ticket was declined under."""
    return f"decline_grounds@{hashlib.sha256(_content()).hexdigest()[:12]}"
