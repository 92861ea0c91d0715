"""The cursor of every connection: describes the columns of a result only to whoever looks at them.

SQLAlchemy asks each result whether it has columns, and what they are only the first time it sees a statement; psycopg makes an
object per column at each question. Measured: a fourteenth of the processor time of the replay, whose tickets have sixty columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import psycopg
from psycopg.rows import TupleRow


class LazyCursor(psycopg.Cursor[TupleRow]):
    """psycopg's own but for ``description``."""

    @property
    def description(self) -> Any:
        """The columns of the result as a sequence, None where it has none; to be read before the next statement."""
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        return _Columns(self, result.nfields)

    def described(self) -> list[psycopg.Column]:
        """What psycopg makes of them."""
        return super().description or []


class _Columns(Sequence[psycopg.Column]):
    def __init__(self, cursor: LazyCursor, count: int) -> None:
        self._cursor, self._count = cursor, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[psycopg.Column]:
        return iter(self._cursor.described())

    @overload
    def __getitem__(self, index: int) -> psycopg.Column: ...
    @overload
    def __getitem__(self, index: slice) -> list[psycopg.Column]: ...
    def __getitem__(self, index: int | slice) -> psycopg.Column | list[psycopg.Column]:
        return self._cursor.described()[index]
