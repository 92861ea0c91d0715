"""How a name is typed on a keyboard: its pinyin without tones, and its initials."""

from __future__ import annotations

import csv
import io
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Final

# A name of many polyphones has the readings that come first: nobody types the sixteenth.
_MOST: Final = 4
_UMLAUT: Final = {"ü": "v"}


def spellings(key: str) -> tuple[list[str], list[str]]:
    """(pinyin, initials) of a folded name, polyphones in each of their readings: 长乐 → changle, zhangle, …; cl, zl, ….

    What is no Chinese character stands for itself. Both lists are empty where there is no Chinese character at all.
    """
    parts = [readings(char) for char in key]
    if all(part == (char,) for part, char in zip(parts, key, strict=True)):
        return [], []
    chosen = list(islice(product(*parts), _MOST))
    whole = dict.fromkeys("".join(choice) for choice in chosen)
    first = dict.fromkeys("".join(syllable[0] for syllable in choice) for choice in chosen)
    return list(whole), list(first)


@cache
def readings(char: str) -> tuple[str, ...]:
    """The syllables of a character as typed, the likeliest first; the character itself where it has none."""
    if char in _polyphones():
        return _polyphones()[char]
    # The dictionary is big and only writers of words need it.
    from pypinyin.constants import PINYIN_DICT

    known = PINYIN_DICT.get(ord(char), "")
    return (_toneless(known.split(",")[0]),) if known else (char,)


def _toneless(syllable: str) -> str:
    """zhāng → zhang, lǜ → lv."""
    bare = "".join(
        char
        for char in unicodedata.normalize("NFD", syllable)
        if unicodedata.category(char) != "Mn" or char == "\u0308"
    )
    return "".join(_UMLAUT.get(char, char) for char in unicodedata.normalize("NFC", bare))


@cache
def _polyphones() -> dict[str, tuple[str, ...]]:
    content = (files("dispatch.places") / "data" / "polyphones.csv").read_text("utf-8")
    return {row["char"]: tuple(row["readings"].split()) for row in csv.DictReader(io.StringIO(content))}
