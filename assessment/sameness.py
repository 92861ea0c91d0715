"""What was made of the very same objects a moment ago. Pure.

A table that is asked for again is made of objects that this process holds: the listed units, the kept counts of the month before.
Whether they are the same ones is told at once; whether they are equal would take as long as making it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, TypeVar, TypeVarTuple

Ts = TypeVarTuple("Ts")
T = TypeVar("T")


def made_once(most: int) -> Callable[[Callable[[*Ts], T]], Callable[[*Ts], T]]:
    """Remember the last ``most`` answers of a function by the identity of its arguments, which nobody may change afterwards.

    They are held beside the answer, so that no other object can ever have their place. Nobody may change an answer either.
    """

    def around(work: Callable[[*Ts], T]) -> Callable[[*Ts], T]:
        kept: dict[tuple[int, ...], tuple[Any, T]] = {}
        lock = Lock()

        @wraps(work)
        def found(*args: *Ts) -> T:
            key = tuple(map(id, args))
            one = kept.get(key)
            if one is None:
                one = (args, work(*args))
                with lock:
                    while len(kept) >= most:
                        del kept[next(iter(kept))]
                    kept[key] = one
            return one[1]

        return found

    return around
