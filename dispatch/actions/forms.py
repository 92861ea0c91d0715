"""A verb's form: its fields as the page shows them, and what was typed as the API would have got it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from marshmallow import ValidationError, validate
from marshmallow.fields import Boolean, Date, DateTime, Field, Integer, List
from werkzeug.datastructures import MultiDict

from dispatch.kernel.http import Schema
from dispatch.kernel.problems import Problem, flatten, plain_problem

BETWEEN = re.compile(r"[\s,，、;；]+")  # how people part the members of a list
YES_OR_NO = (("true", "同意"), ("false", "不同意"))
LIMIT_UNITS = (("nd", "自然日"), ("wd", "工作日"), ("h", "小时"), ("wh", "工作小时"))  # rules.md §1
OWN_OPTIONS = {"decide": YES_OR_NO, "limit": LIMIT_UNITS}
LINE = 200  # what is longer than this needs a box of several lines


@dataclass(frozen=True, slots=True)
class FormField:
    """One control. ``widget``: text, textarea, select, check, decide (yes or no must be said), checks (several of a
    few), list (parted by commas), number, limit (so many hours or days), datetime, unit, category."""

    name: str
    label: str
    widget: str
    is_required: bool
    hint: str
    options: tuple[tuple[str, str], ...]
    longest: int | None


def fields_of(schema: type[Schema]) -> list[FormField]:
    """The controls of a schema, in its order."""
    return [_control(name, field) for name, field in schema().fields.items()]


def _control(name: str, field: Field[Any]) -> FormField:
    meta = field.metadata
    words: Mapping[str, str] = meta.get("words", {})
    options = tuple((str(value), words.get(value, str(value))) for value in _choices(field))
    longest = meta.get("maxLength")
    widget = meta.get("widget") or _widget(field, options, longest)
    return FormField(
        name=name,
        label=meta.get("label", name),
        widget=widget,
        is_required=field.required,
        hint=meta.get("hint", ""),
        options=OWN_OPTIONS.get(widget, options),
        longest=longest,
    )


def _choices(field: Field[Any]) -> tuple[Any, ...]:
    if isinstance(field, List):
        return _choices(field.inner)
    found = [rule for rule in field.validators if isinstance(rule, validate.OneOf)]
    return tuple(found[0].choices) if found else ()


def _widget(field: Field[Any], options: tuple[Any, ...], longest: int | None) -> str:
    if options:
        return "checks" if isinstance(field, List) else "select"
    if isinstance(field, Boolean):
        return "decide" if field.required else "check"  # an empty box must not decide anything
    if isinstance(field, Integer):
        return "number"
    if isinstance(field, Date):
        return "date"
    if _is_instant(field):
        return "datetime"
    return "textarea" if longest is not None and longest > LINE else "text"


def read(schema: type[Schema], typed: MultiDict[str, str], zone: tzinfo) -> dict[str, Any]:
    """What was typed, loaded by the schema. Empty controls are left out. Raises ``marshmallow.ValidationError``."""
    made = schema()
    raw: dict[str, Any] = {}
    for name, field in made.fields.items():
        value = typed.get(name, "").strip()
        if isinstance(field, Boolean):
            raw |= {name: value == "true"} if value or not field.required else {}
        elif isinstance(field, List):
            raw[name] = [one for each in typed.getlist(name) for one in _members(each, field) if one]
        elif value and field.metadata.get("widget") == "limit":
            raw[name] = value + (typed.get(f"{name}.unit", "") if value.isdecimal() else "")
        elif value:
            raw[name] = _local(value, zone) if _is_instant(field) else value
    loaded: dict[str, Any] = made.load(raw)
    return loaded


def _is_instant(field: Field[Any]) -> bool:
    return isinstance(field, DateTime) and not isinstance(field, Date)  # to marshmallow a date is one, too


def _members(typed: str, field: Field[Any]) -> list[str]:
    """The members of what was typed into one control: several where the control is one line for all of them."""
    return BETWEEN.split(typed) if field.metadata.get("widget") == "list" else [typed.strip()]


def _local(value: str, zone: tzinfo) -> str:
    """A browser's ``2026-11-23T10:00`` is meant in the city's time; what is none is left for the schema to refuse."""
    try:
        typed = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (typed if typed.tzinfo else typed.replace(tzinfo=zone)).isoformat()


def problem_of(error: ValidationError) -> Problem:
    """What the form says where the schema refused: each sentence at its field."""
    messages = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
    return plain_problem(422, fields=dict(flatten(messages)))
