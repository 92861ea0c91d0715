"""Reads one TOML table key by key; every refusal names the key by its full path."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar, cast

from dispatch.kernel.errors import DomainError

Word = TypeVar("Word", bound=StrEnum)


class Section:
    """A TOML table and the path to it. Keys that nobody asked for are an error: see ``done``."""

    def __init__(self, values: Mapping[str, object], path: str = "") -> None:
        self._values = values
        self._path = path
        self._asked: set[str] = set()

    def refuse(self, code: str, key: str, why: str) -> DomainError:
        """The error to raise about ``key``; ``details["key"]`` is its full path."""
        full = f"{self._path}.{key}".strip(".")
        return DomainError(f"scheme.{code}", f"考核办法中的“{full}”{why}", key=full)

    def has(self, key: str) -> bool:
        """Whether the table holds ``key`` (asking does not use it up)."""
        return key in self._values

    def names(self) -> tuple[str, ...]:
        """The keys as written, in order."""
        return tuple(self._values)

    def text(self, key: str, default: str | None = None) -> str:
        """A string; without ``default`` it is required and not blank."""
        value = self._take(key, default)
        if not isinstance(value, str):
            raise self.refuse("wrong_type", key, "应为文字。")
        if default is None and not value.strip():
            raise self.refuse("out_of_range", key, "不能为空。")
        return value

    def flag(self, key: str) -> bool:
        """``true`` or ``false``; required."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.refuse("wrong_type", key, "应为 true 或 false。")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refuse("wrong_type", key, "应为整数。")
        if not low <= value <= high:
            raise self.refuse("out_of_range", key, f"应在 {low} 到 {high} 之间。")
        return value

    def number(self, key: str, low: int, high: int) -> Fraction:
        """An exact number from ``low`` to ``high``, both included; written as an integer or a decimal."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise self.refuse("wrong_type", key, "应为数字。")
        # inf and nan are TOML numbers, and a huge exponent would make a huge Fraction: compare before converting.
        if (isinstance(value, Decimal) and not value.is_finite()) or not low <= value <= high:
            raise self.refuse("out_of_range", key, f"应在 {low} 到 {high} 之间。")
        if isinstance(value, Decimal) and cast(int, value.as_tuple().exponent) < -12:
            raise self.refuse("out_of_range", key, "小数位数过多（最多 12 位）。")
        return Fraction(value)

    def word(self, key: str, allowed: type[Word], default: Word | None = None) -> Word:
        """One word of an enumeration."""
        return self._as_word(key, self._take(key, default), allowed)

    def words(self, key: str, allowed: type[Word], *, may_be_empty: bool = False) -> tuple[Word, ...]:
        """A list of different words of an enumeration, in the order written."""
        value = self._take(key)
        if not isinstance(value, list):
            raise self.refuse("wrong_type", key, "应为列表。")
        found = tuple(self._as_word(key, one, allowed) for one in value)
        if len(set(found)) != len(found):
            raise self.refuse("repeated", key, "有重复的项。")
        if not found and not may_be_empty:
            raise self.refuse("out_of_range", key, "不能为空。")
        return found

    def section(self, key: str) -> Section:
        """A table within this one; required."""
        return self._as_section(key, self._take(key), key)

    def sections(self, key: str) -> list[Section]:
        """The tables of an array; none when the key is absent."""
        value = self._take(key, ())
        if not isinstance(value, (list, tuple)):
            raise self.refuse("wrong_type", key, f"应为若干 [[{key}]] 表。")
        return [self._as_section(key, one, f"{key}[{number}]") for number, one in enumerate(value, 1)]

    def done(self) -> None:
        """Refuses the first key that was never asked for: a misspelt key must not pass as its default."""
        for key in self._values:
            if key not in self._asked:
                raise self.refuse("unknown_key", key, "不是已知的键。")

    def _take(self, key: str, default: object = None) -> object:
        self._asked.add(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.refuse("missing_key", key, "缺失。")
        return value

    def _as_word(self, key: str, value: object, allowed: type[Word]) -> Word:
        if not isinstance(value, str):
            raise self.refuse("wrong_type", key, "应为文字。")
        if value not in {word.value for word in allowed}:
            raise self.refuse("unknown_word", key, f"不认识“{value}”，可用：{'、'.join(allowed)}。")
        return allowed(value)

    def _as_section(self, key: str, value: object, path: str) -> Section:
        if not isinstance(value, dict):
            raise self.refuse("wrong_type", key, "应为表。")
        return Section(value, f"{self._path}.{path}".strip("."))
