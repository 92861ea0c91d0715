"""Reads: the tickets whose words share most with some words, at a cost that does not grow with how many share a little."""

from __future__ import annotations

from typing import Final

from dispatch.likeness.models import BAND_NAMES
from dispatch.likeness.signature import Signature

# Of each band the newest so many, thirteen index ranges at most; the fewest that leave a band of strangers room for the like one.
READ_PER_BAND: Final = 48
MOST_CANDIDATES: Final = 32  # held against the words themselves
EXACT: Final = "exact"
_WHOLE: Final = len(BAND_NAMES) + 1


def _newest(column: str, hits: int) -> str:
    """Our own names and numbers only; the value is bound."""
    newest = f"SELECT ticket_id, {hits} AS hits FROM likeness WHERE {column} = :{column}"  # noqa: S608 # nosec B608
    return f"({newest} ORDER BY ticket_id DESC LIMIT {READ_PER_BAND})"


_HITS = " UNION ALL ".join([_newest(EXACT, _WHOLE), *(_newest(name, 1) for name in BAND_NAMES)])

# A query of the ids of those that share most bands, the newest first among equals. Words, since SQLAlchemy takes longer to make
# the same of its parts than PostgreSQL to answer it (10 ms). Binds: see ``values_of``.
ALIKE: Final = (
    f"SELECT ticket_id FROM ({_HITS}) AS hits GROUP BY ticket_id"  # noqa: S608 # nosec B608
    f" ORDER BY sum(hits) DESC, ticket_id DESC LIMIT {MOST_CANDIDATES}"
)


def values_of(signature: Signature) -> dict[str, int | None]:
    """The values of ``ALIKE``'s binds."""
    bands = signature.bands or (None,) * len(BAND_NAMES)
    return {EXACT: signature.exact, **dict(zip(BAND_NAMES, bands, strict=True))}
