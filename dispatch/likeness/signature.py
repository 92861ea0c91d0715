"""A short signature of words by which alike ones are found: MinHash over runs of three letters, in bands of two (LSH). Pure.

Two texts that share the part J of their runs share one of the bands with the probability 1 − (1 − J²)¹²: 0.95 at J = 0.47, which
is what is left after greetings, order of clauses, synonyms, numbers and one letter in twenty have changed.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# To be raised with every change of the folding, its phrases or the arithmetic below: rows of another algorithm are made anew.
ALGORITHM: Final = 1
RUN: Final = 3
BANDS: Final = 12
ROWS: Final = 2
SHORTEST: Final = 10  # letters; shorter ones have too few runs to tell them by, and are found by all of them alone
_WORD: Final = (1 << 64) - 1


class Signature(NamedTuple):
    """``exact``: the same for the same letters, 64 bits signed. ``bands``: 32 bits signed each; None for words too short."""

    exact: int
    bands: tuple[int, ...] | None


def signature(letters: str) -> Signature | None:
    """The signature of folded words; None where nothing is left of them."""
    if not letters:
        return None
    encoded = letters.encode("utf-32-le", "surrogatepass")
    exact = int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "little", signed=True)
    return Signature(exact, _bands(encoded) if len(letters) >= SHORTEST else None)


def _bands(encoded: bytes) -> tuple[int, ...]:
    import numpy as np  # here: a command that takes in nothing need not wait for it

    signs = np.frombuffer(encoded, dtype="<u4")
    known = _numbers()
    one, two, three, last = known.mixing
    runs = signs[:-2] * one
    runs += signs[1:-1] * two
    runs += signs[2:] * three
    runs ^= runs >> known.half
    runs *= last
    runs ^= runs >> known.half
    hashes = runs * known.factors
    hashes += known.addends
    least = hashes.min(axis=1)
    pairs = least[0::ROWS] * one
    pairs += least[1::ROWS] * two
    pairs ^= pairs >> known.half
    found: list[int] = pairs.view(np.int32).tolist()
    return tuple(found)


class _Numbers(NamedTuple):
    """Odd factors and addends of the hash functions, one a row; what runs and bands are mixed by. The same on every machine."""

    factors: NDArray[np.uint32]
    addends: NDArray[np.uint32]
    mixing: tuple[np.uint32, ...]
    half: np.uint32


@cache
def _numbers() -> _Numbers:
    import numpy as np

    count = BANDS * ROWS
    drawn = np.array(_drawn(2 * count + RUN + 1), dtype=np.uint32)
    odd = drawn | np.uint32(1)
    column = (count, 1)
    addends = drawn[count : 2 * count].reshape(column)
    return _Numbers(odd[:count].reshape(column), addends, tuple(odd[2 * count :]), np.uint32(15))


def _drawn(count: int) -> list[int]:
    """Numbers of 32 bits by SplitMix64, the public generator, from a fixed start."""
    found, state = [], 12345
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & _WORD
        mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _WORD
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _WORD
        found.append((mixed ^ (mixed >> 31)) >> 32)
    return found
