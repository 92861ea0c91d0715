"""The sound rows of a chunk as the process that reads them sends them to the one that COPYs: column by column.

Row by row, a million of them took as long to be taken apart and put together again as to be hashed. So what the rows say comes as
bytes that are read only where a number stands already, which it does not in a first import.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from dispatch.kernel import seals
from dispatch.tickets.history import Prepared
from dispatch.tickets.import_rows import Facts

_PLACE: Final = Prepared._fields.index("facts")


@dataclass(frozen=True)
class Batch:
    """``numbers``: a JSON list; ``is_plain``: no number comes twice; ``leaves``: packed, for the seals.

    ``tables``: the lines of each table for COPY, one entry per row, by the table's name among ``Prepared``'s.
    """

    numbers: str
    is_plain: bool
    leaves: bytes
    tables: dict[str, Sequence[bytes]]
    _lines: Sequence[int]
    _ticket_ids: Sequence[int]
    _heads: Sequence[bytes]
    _facts: bytes

    @classmethod
    def of(cls, rows: Sequence[Prepared]) -> Batch:
        """These rows."""
        columns: dict[str, Any] = dict(zip(Prepared._fields, zip(*rows, strict=True), strict=False))
        lines, facts = columns.pop("line", ()), columns.pop("facts", ())
        ids, heads = columns.pop("ticket_id", ()), columns.pop("head", ())
        numbers = [one.ticket_no for one in facts]
        return cls(
            numbers=json.dumps(numbers),
            is_plain=len(set(numbers)) == len(numbers),
            leaves=seals.pack([(id_, 1, head) for id_, head in zip(ids, heads, strict=True)]),
            tables=columns,
            _lines=lines,
            _ticket_ids=ids,
            _heads=heads,
            _facts=marshal.dumps(list(map(tuple, facts))),
        )

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def rows(self) -> list[Prepared]:
        """The same rows again."""
        facts = [Facts(*one) for one in marshal.loads(self._facts)]  # noqa: S302 # nosec B302 (of our own process)
        return [
            Prepared(line, said, *rest)
            for line, said, *rest in zip(
                self._lines, facts, self._ticket_ids, self._heads, *self.tables.values(), strict=True
            )
        ]
