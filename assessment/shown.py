"""What people see of a ranking where the scheme shows bands instead of ranks: page, API and published tables. Pure.

The exchange table of ``hotline rank`` (design §9) is never changed by it.
"""

from __future__ import annotations

from collections.abc import Iterable

from assessment.rankings import Row
from assessment.schemes.bands import band_of, shows_bands
from assessment.schemes.model import Scheme
from assessment.table import cells


def in_shown_order(rows: Iterable[Row], scheme: Scheme) -> list[Row]:
    """The rows as they stand, or by band and within it by code, so that the order tells no rank."""
    if not shows_bands(scheme):
        return list(rows)
    places = {band.name: place for place, band in enumerate(scheme.bands)}
    return sorted(rows, key=lambda row: (_place(row, scheme, places), row.unit.code))


def shown_cells(row: Row, scheme: Scheme) -> tuple[dict[str, str], str]:
    """The cells of a row and its band, empty without bands; where there are bands the rank is left empty."""
    found = cells(row)
    if not shows_bands(scheme):
        return found, ""
    return found | {"rank": ""}, band_of(row.rank, row.score, scheme)


def api_row(row: Row, scheme: Scheme) -> dict[str, str]:
    """The same as one object; ``band`` is a key of it only where the scheme shows bands."""
    found, band = shown_cells(row, scheme)
    return found | {"band": band} if shows_bands(scheme) else found


def _place(row: Row, scheme: Scheme, places: dict[str, int]) -> int:
    return places.get(band_of(row.rank, row.score, scheme), len(places))
