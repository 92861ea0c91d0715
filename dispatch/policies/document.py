"""A policy file in parts that a form can edit, and written back with everything else, comments too, where it stood."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from dispatch.kernel.errors import DomainError

Row = dict[str, Any]


class Parts(NamedTuple):
    """What changes often, as plain values; ``rows`` by the key of the file, see :data:`ROWS`."""

    name: str
    cards: Row
    approver: str
    rows: dict[str, list[Row]]


# Each table of rows with its columns in the order in which they are written.
ROWS: dict[str, tuple[str, ...]] = {
    "limit": ("category", "urgency", "kind", "unit_kind", "limit", "acknowledge", "first_contact", "basis"),
    "ladder": ("at", "tell"),
    "dispute.window": ("unit", "amount_to", "window", "ruling", "consultation"),
    "extension.cap": ("unit", "amount_to", "count", "longest"),
}
CARDS = ("long_hours", "ahead_hours", "share_left")


def parts(text: str) -> Parts:
    """Read the parts. Raises ``policy.no_form`` where the text is no TOML or the parts are no tables and rows."""
    data = _document(text).unwrap()
    try:
        return Parts(
            name=str(data.get("name", "")),
            cards={key: data.get("cards", {}).get(key, "") for key in CARDS},
            approver=str(data.get("extension", {}).get("approver", "")),
            rows={key: [dict(row) for row in _at(data, key) or []] for key in ROWS},
        )
    except (AttributeError, TypeError, ValueError):
        raise _no_form() from None


def with_parts(text: str, wanted: Parts) -> str:
    """The file with these parts; what is as it was keeps its very words. Raises ``policy.no_form``."""
    document = _document(text)
    have = parts(text)
    try:
        if wanted.name != have.name:
            document["name"] = wanted.name
        for key, value in wanted.cards.items():
            _set(document["cards"], key, value)
        if wanted.approver != have.approver:
            _set(document["extension"], "approver", wanted.approver)
        for key, rows in wanted.rows.items():
            if rows != have.rows[key]:
                _write_rows(document, key, have.rows[key], rows)
    except (TOMLKitError, AttributeError, TypeError, KeyError):
        raise _no_form() from None
    return tomlkit.dumps(document)


def with_direct_confidence(text: str, threshold: int) -> str:
    """The file with another threshold of direct dispatch, 0–100. Raises ``policy.no_form``."""
    document = _document(text)
    try:
        _set(document["routing"], "direct_confidence", threshold)
    except (TOMLKitError, AttributeError, TypeError, KeyError):
        raise _no_form() from None
    return tomlkit.dumps(document)


def _write_rows(document: Any, key: str, have: Sequence[Row], rows: Sequence[Row]) -> None:
    """Row by row: those that stay are not touched, so that their comments stay with them."""
    section, _, name = key.rpartition(".")
    above = document[section] if section else document
    if not rows:
        above[name] = tomlkit.array()
        return
    if not have:
        above[name] = _rows_anew(rows)
        return
    items = above[name]
    matcher = difflib.SequenceMatcher(None, [repr(row) for row in have], [repr(row) for row in rows], autojunk=False)
    # From the end, so that the places before stay what they are.
    for what, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
        if what != "equal":
            _replace(items, (i1, i2), rows[j1:j2])


def _replace(items: Any, place: tuple[int, int], rows: Sequence[Row]) -> None:
    first, last = place
    both = min(last - first, len(rows))
    for number in range(last - 1, first + both - 1, -1):
        del items[number]
    for number, row in enumerate(rows[both:], start=first + both):
        items.insert(number, _table(row) if isinstance(items, AoT) else _inline(row))
    for number, row in enumerate(rows[:both], start=first):
        table = items[number]
        for gone in [one for one in table if one not in row]:
            del table[gone]
        for name, value in row.items():
            _set(table, name, value)


def _set(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """Write what differs; an empty field of a form is a key that is not there."""
    if value in ("", None):
        if key in table:
            del table[key]
    elif key not in table or _plain(table[key]) != value:
        table[key] = value


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _table(row: Row) -> Any:
    table = tomlkit.table()
    table.update(row)
    table.add(tomlkit.nl())
    return table


def _inline(row: Row) -> Any:
    table = tomlkit.inline_table()
    table.update(row)
    return table


def _rows_anew(rows: Sequence[Row]) -> Any:
    array = tomlkit.array()
    for row in rows:
        array.append(_inline(row))
    return array.multiline(True)


def _document(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError):
        raise _no_form() from None


def _at(data: Mapping[str, Any], key: str) -> Any:
    for name in key.split("."):
        data = cast(Mapping[str, Any], data.get(name, {}))
    return data


def _no_form() -> DomainError:
    return DomainError("policy.no_form", "这份文件不能用表单修改，请改用全文修改。")
