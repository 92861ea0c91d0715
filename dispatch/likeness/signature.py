"""A short signature of words by which alike ones are found: MinHash over runs of three letters, in bands of two (LSH). Pure.

Two texts that share the part J of their runs share one of the bands with the probability 1 − (1 − J²)¹²: 0.95 at J = 0.47, which
is what is left after greetings, order of clauses, synonyms, numbers and one letter in twenty have changed; 0.001 for two strangers.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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

    signs = np.frombuffer(encoded, dtype="<u4").astype(np.uint64)
    factors, addends, mixing = _numbers()
    runs = signs[:-2] * mixing[0] + signs[1:-1] * mixing[1] + signs[2:] * mixing[2]
    runs = (runs ^ (runs >> np.uint64(29))) * mixing[3]
    runs ^= runs >> np.uint64(32)
    least = ((runs * factors + addends) >> np.uint64(32)).min(axis=1)
    pairs = least[0::ROWS] * mixing[0] + least[1::ROWS] * mixing[1]
    found: list[int] = (pairs >> np.uint64(32)).astype(np.uint32).view(np.int32).tolist()
    return tuple(found)


@cache
def _numbers() -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Factors and addends of the hash functions, one a row, and four numbers to mix by; the same on every machine."""
    import numpy as np

    drawn = _drawn(2 * BANDS * ROWS + RUN + 1)
    count = BANDS * ROWS

    def column(numbers: list[int]) -> NDArray[np.uint64]:
        return np.array(numbers, dtype=np.uint64)[:, None]

    mixing: NDArray[Any] = np.array([number | 1 for number in drawn[2 * count :]], dtype=np.uint64)
    return column([number | 1 for number in drawn[:count]]), column(drawn[count : 2 * count]), mixing


def _drawn(count: int) -> list[int]:
    """Numbers of 64 bits by SplitMix64, the public generator, from a fixed start."""
    found, state = [], 12345
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & _WORD
        mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _WORD
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _WORD
        found.append(mixed ^ (mixed >> 31))
    return found
