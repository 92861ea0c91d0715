"""Characters of a text in their runs of one to three, as numbers: all of it with numpy, for many texts at once.

A character is a 16-bit sign, a run of n signs the number that they make together; 0 stands between runs. Numbers of runs of
different lengths never meet, since no sign is 0. The same code serves training and suggesting, so both see a text alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.learning.rows import LONGEST_TEXT
from dispatch.routing.normalise import fold

LONGEST_RUN: Final = 3
_BITS: Final = 16
_BASIC_PLANE: Final = 0x10000

Codes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Runs(NamedTuple):
    """Every run of several texts: its number, the text (row) it is of, and where in that text it starts."""

    codes: Codes
    rows: Places
    starts: Places
    length: int


def runs(texts: Sequence[str], longest: int = LONGEST_RUN) -> list[Runs]:
    """The runs of ``texts`` by length, 1 to ``longest``; each text is cut to its first characters."""
    cut = [text[:LONGEST_TEXT] for text in texts]
    signs = _signs("\0".join(cut)).astype(np.uint64)
    lengths = np.fromiter((len(text) + 1 for text in cut), dtype=np.int64, count=len(cut))
    rows = np.repeat(np.arange(len(cut)), lengths)[: len(signs)]
    offsets = np.concatenate(([0], np.cumsum(lengths)[:-1])) if cut else np.zeros(0, dtype=np.int64)
    found, codes, is_whole = [], signs, signs != 0
    for length in range(1, longest + 1):
        if length > 1:
            codes = (codes[:-1] << np.uint64(_BITS)) | signs[length - 1 :]
            is_whole = is_whole[:-1] & (signs[length - 1 :] != 0)
        places = np.flatnonzero(is_whole)
        found.append(Runs(codes[places], rows[places], places - offsets[rows[places]], length))
    return found


def letters(code: int) -> str:
    """The characters of a run, folded, by its number."""
    found = ""
    while code:
        code, point = divmod(code, 1 << _BITS)
        found = chr(point) + found
    return found


def _signs(text: str) -> npt.NDArray[np.uint16]:
    points = np.frombuffer(fold(text).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return _table()[np.minimum(points, _BASIC_PLANE)]


@cache
def _table() -> npt.NDArray[np.uint16]:
    """Code point → sign: letters of any script stand for themselves, everything else (and the rare planes) is a gap."""
    table = np.zeros(_BASIC_PLANE + 1, dtype=np.uint16)
    for point in range(_BASIC_PLANE):
        if chr(point).isalpha():
            table[point] = point
    return table
