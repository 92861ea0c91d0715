"""What one policy file says otherwise than another, row by row. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dispatch.limits.policy import parsed

# By which fields the rows of a table are the same row; other lists are compared whole.
SAME_ROW: dict[str, tuple[str, ...]] = {
    "limit": ("category", "urgency", "kind", "unit_kind"),
    "ladder": ("at",),
    "dispute.window": ("unit", "amount_to"),
    "extension.cap": ("unit", "amount_to"),
    "support.limit": ("unit", "amount_to"),
    "follow_up.sampling": ("kind", "urgency", "redo"),
}


class Difference(NamedTuple):
    """``key`` of the file; ``row``: which row of a table it is; a row or value that is not there is None."""

    key: str
    row: tuple[tuple[str, Any], ...]
    before: Any
    after: Any


def differences(before: str, after: str) -> list[Difference]:
    """In the order of the newer file. Raises ``policy.unreadable`` where either is no TOML."""
    have, want = dict(_flat(parsed(before))), dict(_flat(parsed(after)))
    return [
        Difference(*key, have.get(key), want.get(key))
        for key in [*want, *(key for key in have if key not in want)]
        if have.get(key) != want.get(key)
    ]


def _flat(data: Mapping[str, Any], path: str = "") -> Iterator[tuple[tuple[str, Any], Any]]:
    for name, value in data.items():
        key = f"{path}.{name}" if path else name
        if key in SAME_ROW and isinstance(value, list):
            yield from _rows(key, value)
        elif isinstance(value, Mapping):
            yield from _flat(value, key)
        else:
            yield (key, ()), value


def _rows(key: str, rows: list[Any]) -> Iterator[tuple[tuple[str, Any], Any]]:
    """Of two rows for one thing the later is told apart by its number."""
    seen: dict[Any, int] = {}
    for row in rows:
        named = tuple((name, row[name]) for name in SAME_ROW[key] if row.get(name) not in ("", None))
        seen[named] = seen.get(named, 0) + 1
        told = named if seen[named] == 1 else (*named, ("#", seen[named]))
        yield (key, told), {name: value for name, value in row.items() if name not in SAME_ROW[key]}
