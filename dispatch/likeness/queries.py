"""Reads: the tickets whose words share most with some words, at a cost that does not grow with how many share a little."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, func, literal_column, select, union_all
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from dispatch.likeness.models import BAND_NAMES, Likeness
from dispatch.likeness.signature import Signature

TABLE = Likeness.__table__
# Of each band the newest so many, thirteen index ranges at most; the fewest that leave a band of strangers room for the like one.
READ_PER_BAND: Final = 48
MOST_CANDIDATES: Final = 32  # held against the words themselves
_WHOLE: Final = len(BAND_NAMES) + 1


def _newest(column: ColumnElement[Any], value: BindParameter[Any], hits: int) -> Select[int, int]:
    query = select(TABLE.c.ticket_id, literal_column(str(hits), Integer).label("hits")).where(column == value)
    newest = query.order_by(TABLE.c.ticket_id.desc()).limit(READ_PER_BAND).subquery()
    return select(newest.c.ticket_id, newest.c.hits)


_BANDS = [_newest(TABLE.c[name], bindparam(name, type_=Integer()), 1) for name in BAND_NAMES]
_HITS = union_all(_newest(TABLE.c.exact, bindparam("exact"), _WHOLE), *_BANDS).subquery("hits")

# (ticket_id) of those that share most bands, the newest first among equals. Binds: see ``values_of``.
ALIKE: Final = (
    select(_HITS.c.ticket_id)
    .group_by(_HITS.c.ticket_id)
    .order_by(func.sum(_HITS.c.hits).desc(), _HITS.c.ticket_id.desc())
    .limit(MOST_CANDIDATES)
)


def values_of(signature: Signature | None) -> dict[str, int | None]:
    """The values of ``ALIKE``'s binds; those of None find nothing."""
    exact, bands = (signature.exact, signature.bands) if signature else (None, None)
    return {"exact": exact, **dict(zip(BAND_NAMES, bands or (None,) * len(BAND_NAMES), strict=True))}
