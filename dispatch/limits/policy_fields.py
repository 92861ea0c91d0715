"""The kinds of values in a policy file, each with the sentence that refuses a wrong one."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from dispatch.kernel.errors import DomainError
from dispatch.limits.values import Limit

_MINUTES = re.compile(r"[1-9][0-9]{0,4}min")
UNIT_KINDS = ("city", "district", "township", "department", "enterprise", "community", "grid")
URGENCIES = ("", "ordinary", "urgent", "critical")
MATTERS = ("", "consultation", "help", "complaint", "report", "suggestion", "praise")
WORDS: dict[str, Any] = {
    "required": "缺少此项。",
    "null": "不能为空。",
    "unknown": "没有这一项。",
    "type": "须为一组设置。",
}


class Part(Schema):
    """A table of the file: every key it does not know is refused."""

    error_messages = {"unknown": "没有这一项。", "type": "须为一组设置。"}

    class Meta:
        """Nothing unknown passes."""

        unknown = RAISE


class Text(fields.String):
    """Words."""

    default_error_messages = WORDS | {"invalid": "须为文字。"}


class LimitText(Text):
    """``7nd``."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        refusing(lambda: Limit.parse(text))
        return text


class Span(LimitText):
    """``20min``, or any limit."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and _MINUTES.fullmatch(value):
            return value
        return super()._deserialize(value, attr, data, **kwargs)


def whole(least: int, most: int, **kwargs: Any) -> fields.Integer:
    """A whole number within bounds."""
    bounds = validate.Range(least, most, error=f"须在 {least} 与 {most} 之间。")
    return fields.Integer(
        strict=True, validate=bounds, error_messages=WORDS | {"invalid": "须为整数。"}, **({"required": True} | kwargs)
    )


def one_of(choices: tuple[str, ...], **kwargs: Any) -> Text:
    """One word of a fixed list; an empty one may stand in it."""
    named = "、".join(choice for choice in choices if choice)
    return Text(validate=validate.OneOf(choices, error=f"须为 {named} 之一。"), **kwargs)


def table(part: type[Schema], **kwargs: Any) -> fields.Nested:
    """A section of its own."""
    return fields.Nested(part, error_messages=WORDS, **({"required": True} | kwargs))


def rows(part: type[Schema]) -> fields.List[Any]:
    """At least one row."""
    some = validate.Length(min=1, error="至少要有一行。")
    return fields.List(table(part), required=True, validate=some, error_messages=WORDS | {"invalid": "须为一组行。"})


def several(inner: fields.Field[Any], **kwargs: Any) -> fields.List[Any]:
    """At least one value."""
    some = validate.Length(min=1, error="至少要有一项。")
    wrong = WORDS | {"invalid": "须为一组值。"}
    return fields.List(inner, validate=some, error_messages=wrong, **({"required": True} | kwargs))


def refusing(read: Any) -> None:
    """Let ``read`` refuse; its sentence becomes the field's."""
    try:
        read()
    except DomainError as error:
        raise ValidationError(error.message) from None
