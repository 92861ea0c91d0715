"""The form of a policy draft: fields named by the keys of the file (``limit[3].acknowledge``), to and from its parts.

What is typed wrongly goes into the file as it was typed: the file's own check names it, and nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from werkzeug.datastructures import MultiDict

from dispatch.policies.document import CARDS, ROWS, Parts, Row

# What each column of the rows is: plain words, a whole number, an amount with its unit, a step, or boxes.
SPANS = frozenset({"limit", "acknowledge", "first_contact", "window", "ruling", "consultation", "longest"})
NUMBERS = frozenset({"amount_to", "count", "long_hours", "ahead_hours"})
# Rows that are offered empty, to be filled in.
EMPTY_ROWS = {"limit": 3, "ladder": 1, "dispute.window": 1, "extension.cap": 1}
MOST_ROWS = 2_000

_SPAN = re.compile(r"(.*?)(min|nd|wd|wh|h)?", re.DOTALL)


def read(form: MultiDict[str, str]) -> Parts:
    """The parts as the form says; rows marked for removal and rows left empty are none."""
    return Parts(
        name=form.get("name", "").strip(),
        cards={key: _card(key, form.get(f"cards.{key}", "").strip()) for key in CARDS},
        approver=form.get("extension.approver", ""),
        rows={key: [row for row in _rows(form, key) if row] for key in ROWS},
    )


def amount_and_unit(value: Any, column: str) -> tuple[str, str]:
    """How a value stands in its two fields; what cannot be taken apart stands in the first as it is."""
    text = str(value or "")
    if column == "at":
        return _step_parts(text)
    found = _SPAN.fullmatch(text)
    return (found[1], found[2] or "") if found else (text, "")


def _rows(form: MultiDict[str, str], key: str) -> Iterator[Row]:
    numbers = {
        int(found[1]) for name in form if (found := re.fullmatch(rf"{re.escape(key)}\[([0-9]{{1,4}})\]\..*", name))
    }
    for number in sorted(numbers)[:MOST_ROWS]:
        prefix = f"{key}[{number}]"
        if not form.get(f"{prefix}.remove"):
            yield _row(form, key, prefix)


def _row(form: MultiDict[str, str], key: str, prefix: str) -> Row:
    """Empty where nothing was typed: what is chosen from a list beside it does not count."""
    row: Row = {}
    for column in ROWS[key]:
        field = f"{prefix}.{column}"
        typed = form.get(field, "").strip()
        if column == "tell":
            value: Any = form.getlist(field)
        elif column == "at":
            value = _step(typed, form.get(f"{field}.unit", ""))
        elif column in SPANS:
            value = typed and typed + form.get(f"{field}.unit", "")
        else:
            value = _number(typed) if column in NUMBERS else typed
        if value not in ("", []):
            row[column] = value
    return row if _is_filled(row, key) else {}


def _is_filled(row: Row, key: str) -> bool:
    chosen = {"unit"} if key in ("dispute.window", "extension.cap") else set()
    return bool(row.keys() - chosen)


def _card(key: str, typed: str) -> Any:
    if key in NUMBERS:
        return _number(typed)
    try:
        return float(typed)
    except ValueError:
        return typed


def _number(typed: str) -> int | str:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else typed


def _step(typed: str, unit: str) -> str:
    """``50`` and ``%`` → ``50%``; ``due``; ``1`` and ``+wd`` → ``+1wd``."""
    if unit == "due":
        return unit
    if not typed:
        return ""
    return f"{unit[0]}{typed}{unit[1:]}" if unit.startswith("+") else f"{typed}{unit}"


def _step_parts(text: str) -> tuple[str, str]:
    if text == "due":
        return "", text
    if text.endswith("%"):
        return text[:-1], "%"
    found = _SPAN.fullmatch(text.removeprefix("+"))
    return (found[1], f"+{found[2]}") if text.startswith("+") and found and found[2] else (text, "")
