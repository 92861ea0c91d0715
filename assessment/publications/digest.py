"""The digests of a publication: what is hashed, in which form and order. Pure.

Each unit and each fact has a digest of its own, so that a changed one can be named; the publication's is over all of them in order.
Facts are hashed where they lie (``facts.py``), in the same form: a JSON array of their columns, instants in UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dispatch.kernel.canonical import dumps, instant

FORM = "publication/1"  # goes up when the form of anything hashed changes; old ones keep theirs
HEADER = (
    "scheme_name",
    "scheme_version",
    "scheme_body",
    "period",
    "starts_at",
    "ends_at",
    "time_zone",
    "peer_group",
    "cut_off",
    "version",
    "corrects",
    "reason",
    "unit_count",
    "fact_count",
)
UNIT = (
    "unit_id",
    "code",
    "name",
    "population",
    "is_listed",
    "red_cards",
    "lost_disputes",
    "previous_score",
)


def header_digest(values: Mapping[str, Any]) -> bytes:
    """SHA-256 of the form's name and the fields of ``HEADER`` in canonical JSON."""
    return hashlib.sha256(dumps({"form": FORM, **{name: _plain(values[name]) for name in HEADER}})).digest()


def unit_digest(values: Mapping[str, Any]) -> bytes:
    """SHA-256 of the columns ``UNIT`` of one unit, and of ``more`` where it has any."""
    more = [values["more"]] if values.get("more") else []
    return hashlib.sha256(dumps([*(values[name] for name in UNIT), *more])).digest()


def whole_digest(
    header: bytes, units: Iterable[bytes], facts: Iterable[bytes], result: bytes, bands: Mapping[str, str] | None
) -> bytes:
    """SHA-256 over the header's digest, those of the units and of the facts in their order, and those of the result and of the
    bands (canonical JSON; without bands nothing)."""
    whole = hashlib.sha256(header)
    for parts in (units, facts):
        for digest in parts:
            whole.update(digest)
    whole.update(hashlib.sha256(result).digest())
    if bands is not None:
        whole.update(hashlib.sha256(dumps(dict(bands))).digest())
    return whole.digest()


def _plain(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value
