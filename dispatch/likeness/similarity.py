"""How alike two folded texts are, in percent, whatever the order of their clauses. Pure."""

from __future__ import annotations

from typing import Final, Self

SAME: Final = 100
_BITS: Final = 21  # of a character: two side by side are one number


class Worded:
    """A folded text that is held against others."""

    __slots__ = ("letters", "pairs")

    def __init__(self, letters: str) -> None:
        import numpy as np  # here: a command that takes in nothing need not wait for it

        signs = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
        pairs = (signs[:-1] << np.uint64(_BITS)) | signs[1:]
        self.letters = letters
        self.pairs = frozenset((pairs if len(pairs) else signs).tolist())

    def likeness(self, other: Self) -> int:
        """Twice the pairs of neighbouring letters that both have, of all that each has (Dice), 0 to 100; 100 only for the very same
        letters.
        """
        if self.letters == other.letters:
            return SAME if self.letters else 0
        total = len(self.pairs) + len(other.pairs)
        return min(SAME - 1, round(SAME * 2 * len(self.pairs & other.pairs) / total))
