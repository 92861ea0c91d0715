"""The form of a draft: what changes often, to and from the text, whose other words and comments stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from assessment.schemes.model import Indicator

TEXTS: Final = ("name", "title", "note", "placed_by")
NUMBERS: Final = ("minimum", "settle_days", "period.first_day", "credits.basically", "credits.partly")
WEIGHTS: Final = tuple(f"weights.{indicator.value}" for indicator in Indicator)
FIELDS: Final = (*TEXTS, *NUMBERS, *WEIGHTS)


def values_of(body: str) -> dict[str, str] | None:
    """What stands in each field; None where the text is no TOML, so that only the text can be changed."""
    try:
        document = tomlkit.parse(body).unwrap()
    except (TOMLKitError, ValueError):
        return None
    return {name: _text(_at(document, name)) for name in FIELDS}


def written(body: str, form: Mapping[str, str]) -> str:
    """The text with the fields of the form in it. What is no number is written as typed: the check names it. An empty weight goes."""
    document = tomlkit.parse(body)
    known = values_of(body) or {}
    for name in FIELDS:
        typed = form.get(name, known.get(name, "")).strip()
        if typed != known.get(name, ""):
            _put(document, name, typed)
    return tomlkit.dumps(document)


def _put(document: Any, name: str, typed: str) -> None:
    *path, key = name.split(".")
    table = document
    for part in path:
        if part not in table:
            table[part] = tomlkit.table()
        table = table[part]
    if not isinstance(table, dict):
        return
    if not typed and name in WEIGHTS:
        table.pop(key, None)
    else:
        table[key] = typed if name in TEXTS else _number(typed)


def _number(typed: str) -> Any:
    try:
        is_number = Decimal(typed).is_finite() and "_" not in typed and typed.isascii()
    except InvalidOperation:
        is_number = False
    if not is_number:
        return typed
    try:
        return tomlkit.value(typed)
    except (TOMLKitError, ValueError):
        return typed


def _at(document: Mapping[str, Any], name: str) -> Any:
    found: Any = document
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value)
