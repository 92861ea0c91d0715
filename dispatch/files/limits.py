"""How much may be attached: versioned data beside the code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, pictures in pixels, counts of things."""

    request_bytes: int
    request_files: int
    file_bytes: int
    file_name_characters: int
    ticket_files: int
    ticket_bytes: int
    picture_jpeg_pixels: int
    picture_pixels: int
    picture_edge: int
    picture_quality: int
    picture_thumbnail: int
    document_entries: int
    document_unfolded_bytes: int
    document_ratio: int


@cache
def shipped_limits() -> Limits:
    """The limits that come with the package."""
    data = tomllib.loads((files("dispatch.files") / "data" / "limits.toml").read_text("utf-8"))
    data.pop("version")
    return Limits(**{f"{part}_{name}": value for part, values in data.items() for name, value in values.items()})
