"""The wall's map as a drawing of fixed size: equal tiles in rows by district, or the townships' own ground. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

from dispatch.board.rollup import Block, Tile, level

WIDTH, HEIGHT = 1200.0, 660.0
GAP: Final = 4.0
MOST_COLUMNS: Final = 60
# A tile is best read at this shape; a district's own name takes this much of the width beside its rows.
SHAPE: Final = 1.7
HEAD: Final = 0.11
HEAD_LINE: Final = 22.0
SUFFIXES: Final = ("地区办事处", "街道办事处", "街道", "地区", "镇", "乡")


class Box(NamedTuple):
    """Where something lies, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One tile or one ground: its words, its number, its shade, and where the two are written. ``path``: a ground's outline."""

    name: str
    full_name: str
    number: int
    level: int
    box: Box
    name_size: float
    number_size: float
    path: str = ""
    is_rest: bool = False

    @property
    def middle(self) -> float:
        """The x of both lines of a tile."""
        return round(self.box.x + self.box.width / 2, 1)

    @property
    def name_line(self) -> float:
        """The y on which the name stands."""
        return round(self.box.y + self.box.height * 0.38, 1)

    @property
    def number_line(self) -> float:
        """The y on which the number stands."""
        return round(self.box.y + self.box.height * 0.86, 1)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the page draws: heads of districts, then marks."""

    heads: tuple[Mark, ...]
    marks: tuple[Mark, ...]


def tile_map(blocks: Sequence[Block], figure: str) -> Drawing:
    """Each district's townships in its own rows, what it has besides as the last tile; every tile of one size."""
    rows = [(block, block.parts) for block in blocks]
    has_heads = len(rows) > 1
    left = WIDTH * HEAD if has_heads else 0.0
    columns = _columns([len(tiles) for _block, tiles in rows], WIDTH - left)
    lines = sum(ceil(len(tiles) / columns) for _block, tiles in rows)
    width, height = (WIDTH - left) / columns, min(HEIGHT / max(lines, 1), (WIDTH - left) / columns)
    most = max((getattr(tile.tally, figure) for block in blocks for tile in block.tiles), default=0)
    heads: list[Mark] = []
    marks: list[Mark] = []
    top = 0.0
    for block, tiles in rows:
        own = ceil(len(tiles) / columns)
        if has_heads:
            heads.append(_head(block, getattr(block.tally, figure), Box(0, top, left - GAP, height)))
        for place, tile in enumerate(tiles):
            box = Box(left + place % columns * width, top + place // columns * height, width - GAP, height - GAP)
            number = getattr(tile.tally, figure)
            marks.append(_mark(tile, number, level(number, most) if tile.code else 0, box))
        top += own * height
    return Drawing(tuple(heads), tuple(marks))


def ground_map(block: Block, figure: str, paths: Mapping[str, tuple[str, float, float]]) -> Drawing:
    """A district by the ground of its townships, what it has besides as a tile in the corner.

    ``paths``: outline and the point for the words, by code.
    """
    most = max((getattr(tile.tally, figure) for tile in block.tiles), default=0)
    marks = []
    for tile in block.tiles:
        path, x, y = paths[tile.code]
        number = getattr(tile.tally, figure)
        marks.append(_mark(tile, number, level(number, most), Box(x - 45, y - 28, 90, 56), path))
    marks.append(_mark(block.rest, getattr(block.rest.tally, figure), 0, Box(8, 8, 150, 84)))
    return Drawing((), tuple(marks))


def short_name(name: str) -> str:
    """A township as people call it, without its kind, where two characters or more are left."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) >= len(suffix) + 2:
            return name.removesuffix(suffix)
    return name


def _columns(counts: Sequence[int], width: float) -> int:
    """So many columns that the tiles can be read from farthest away; the fewest where several serve as well."""
    best, found = 1, 0.0
    for columns in range(1, MOST_COLUMNS + 1):
        lines = sum(ceil(count / columns) for count in counts)
        size = min(width / columns / SHAPE, HEIGHT / max(lines, 1))
        if size > found + 1e-9:
            best, found = columns, size
    return best


def _head(block: Block, number: int, box: Box) -> Mark:
    """A district's name and number on one line, each within its part of the width."""
    line = min(box.height * 0.5, HEAD_LINE)
    name_size = min(line, box.width * 0.64 / max(_wide(block.name), 2.0))
    number_size = min(line, box.width * 0.3 / (_wide(str(number)) + 0.2))
    rounded = Box(*(round(side, 1) for side in box))
    return Mark(block.name, block.name, number, 0, rounded, round(name_size, 1), round(number_size, 1))


def _mark(tile: Tile, number: int, shade: int, box: Box, path: str = "") -> Mark:
    name = short_name(tile.name)
    name_size = min(box.height * 0.3, box.width / (_wide(name) + 0.6))
    rounded = Box(*(round(side, 1) for side in box))
    number_size = round(min(box.height * 0.46, box.width / 2.6), 1)
    return Mark(name, tile.name, number, shade, rounded, round(name_size, 1), number_size, path, not tile.code)


def _wide(name: str) -> float:
    return sum(0.6 if letter.isascii() else 1.0 for letter in name) or 1.0
