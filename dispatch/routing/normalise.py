"""Folding of text before matching: one character in, one character out, so that spans stay true."""

from __future__ import annotations

from typing import Final

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES: Final = {0x3000: 0x20, 0x00A0: 0x20, 0x2002: 0x20, 0x2003: 0x20}
_LOWER: Final = {code: code + 0x20 for code in range(0x41, 0x5B)}
_FULL_LOWER: Final = {code: code - 0xFEE0 + 0x20 for code in range(0xFF21, 0xFF3B)}
_TABLE: Final = {**_FULL_WIDTH, **_SPACES, **_LOWER, **_FULL_LOWER}


def fold(text: str) -> str:
    """Full-width forms become half-width, Latin letters lower case; the length never changes.

    Chinese punctuation beyond U+FF01–U+FF5E, emoji and everything else stay as they are.
    """
    return text.translate(_TABLE)


# What people leave out or put in as they like when they write a name.
_LEFT_OUT: Final = {ord(char): None for char in " \t\n·•・﹒.,、，。'’-—_()（）"}


def search_key(text: str) -> str:
    """A name as it is compared while somebody types: folded, without blanks and marks; shorter than the text."""
    return fold(text).translate(_LEFT_OUT)


def is_han(char: str) -> bool:
    """True for a Chinese character (URO and extension A), the only ones that can continue a place name."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"
