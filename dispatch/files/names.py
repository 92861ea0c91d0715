"""A file's name as it may be shown and saved: no path, nothing invisible, and an ending that says what the content is. Pure."""

from __future__ import annotations

import re
import unicodedata

from dispatch.files.inspection import EXTENSIONS

NAMELESS = "文件"
_ENDINGS = "|".join(
    [*(ending[1:] for ending in EXTENSIONS.values()), "jpeg", "webp", "text", "log", "csv", "md", "wave"]
)
_ENDING = re.compile(rf"\.(?:{_ENDINGS})$", re.IGNORECASE)
_UNSAVEABLE = re.compile(r'[<>:"|?*%\x00-\x1f]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # devices, to Windows


def safe_name(name: str | None, media_type: str, longest: int) -> str:
    """``name`` of at most ``longest`` characters before its ending, which follows from ``media_type``."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    # C: control, format (which turns the direction of reading), surrogates, private; Zl, Zp: line ends.
    visible = "".join(letter for letter in last if _is_visible(letter))
    stem = _ENDING.sub("", _UNSAVEABLE.sub("_", " ".join(visible.split())))[:longest].strip(" .")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return (stem or NAMELESS) + EXTENSIONS[media_type]


def _is_visible(letter: str) -> bool:
    category = unicodedata.category(letter)
    return letter.isspace() or not (category.startswith("C") or category in ("Zl", "Zp"))
