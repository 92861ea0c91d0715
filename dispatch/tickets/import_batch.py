"""The sound rows of a chunk as the process that reads them sends them to the one that COPYs: table by table, ready to be written.

Sent row by row, each was taken apart and put together again on both sides of the pipe. So they are put together once, and cut
into rows again only where a number stands already, which it does not in a first import.
"""

from __future__ import annotations

import json
import marshal
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import Final

from dispatch.kernel import seals
from dispatch.tickets.history import Prepared
from dispatch.tickets.import_rows import Facts

TABLES: Final = ("ticket", "number", "texts", "event", "likeness")  # the fields of ``Prepared`` that are lines for COPY


@dataclass(frozen=True)
class Batch:
    """``numbers``: a JSON list; ``is_plain``: no number comes twice; ``leaves``: packed, for the seals; ``lines`` by table."""

    numbers: str
    is_plain: bool
    leaves: bytes
    lines: Mapping[str, bytes]
    _sizes: Mapping[str, array[int]]
    _places: array[int]
    _facts: bytes

    @classmethod
    def of(cls, rows: Sequence[Prepared]) -> Batch:
        """These rows."""
        numbers = [row.facts.ticket_no for row in rows]
        columns = {table: list(map(attrgetter(table), rows)) for table in TABLES}
        return cls(
            numbers=json.dumps(numbers),
            is_plain=len(set(numbers)) == len(numbers),
            leaves=seals.pack([(row.ticket_id, 1, row.head) for row in rows]),
            lines={table: b"".join(column) for table, column in columns.items()},
            _sizes={table: array("I", map(len, column)) for table, column in columns.items()},
            _places=array("Q", (row.line for row in rows)),
            _facts=marshal.dumps([tuple(row.facts) for row in rows]),
        )

    def __len__(self) -> int:
        return len(self._places)

    @cached_property
    def rows(self) -> list[Prepared]:
        """The same rows again."""
        said = marshal.loads(self._facts)  # noqa: S302 # nosec B302 (of our own process)
        cut = [_cut(self.lines[table], self._sizes[table]) for table in TABLES]
        each = zip(self._places, said, seals.unpack(self.leaves), *cut, strict=True)
        return [Prepared(place, Facts(*one), id_, head, *rest) for place, one, (id_, _, head), *rest in each]


def _cut(joined: bytes, sizes: array[int]) -> Iterator[bytes]:
    ends = accumulate(sizes)
    return (joined[end - size : end] for size, end in zip(sizes, ends, strict=True))
