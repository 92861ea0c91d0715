"""The canonical form that is hashed: sorted keys, UTC microseconds, UTF-8, no floats. ``jsonb`` reorders keys, so never hash its text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes

SHA_256 = 1
SM3 = 2


def instant(at: datetime) -> str:
    """An aware instant as UTC with microseconds, e.g. ``2026-11-22T04:00:00.000000Z``."""
    if at.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def dumps(value: Any) -> bytes:
    """``value`` (str, int, bool, None, lists, dicts with str keys) in the one form that is hashed; floats are refused."""
    return _ENCODER.encode(value).encode()


def refuse_floats(value: Any) -> None:
    """Raise TypeError where a float hides in ``value``."""
    if isinstance(value, float):
        raise TypeError("events hold no floats")
    if isinstance(value, dict):
        for inner in value.values():
            refuse_floats(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            refuse_floats(inner)


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} has no canonical form")


# Made once: ``json.dumps`` with these settings would make one for every event.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_refuse)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


DIGESTS: dict[int, Callable[[bytes], bytes]] = {SHA_256: _sha256, SM3: _sm3}
