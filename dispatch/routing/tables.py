"""The shipped responsibility catalogue: most specific row wins."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from dispatch.routing.datasets import rows

# How well the place is known; ``Location.kind`` has the same words.
PLACES: Final = ("township", "district", "none")

TOWNSHIP: Final = "township"
DISTRICT: Final = "district"
AWAITING: Final = "awaiting_dispatch"
DISTRICT_DEPARTMENT: Final = "district_department:"


class CatalogueRow(NamedTuple):
    """Who is responsible for a category (prefix of its code, empty = any) where the place is so well known.

    ``responsible``: ``township`` or ``district`` (the located one), ``district_department:NN`` (the bureau
    ``D<district>-NN`` of the located district), ``awaiting_dispatch`` (a person decides), else a unit's code.
    """

    category: str
    place: str
    responsible: str
    basis_zh: str


@cache
def catalogue() -> tuple[CatalogueRow, ...]:
    """All rows of the shipped catalogue."""
    return tuple(CatalogueRow(**row) for row in rows("catalogue"))


@cache
def responsible(category: str, place: str) -> CatalogueRow:
    """The row with the longest matching category prefix for ``place`` (one of ``PLACES``); there always is one."""
    fitting = (row for row in catalogue() if row.place == place and category.startswith(row.category))
    return max(fitting, key=lambda row: len(row.category))


def responsible_unit(row: CatalogueRow, *, township: str | None, district: str | None) -> str | None:
    """The unit's code that the row means at this place; None where a person has to decide."""
    if row.responsible == TOWNSHIP:
        return township
    if row.responsible == DISTRICT:
        return district
    if row.responsible == AWAITING:
        return None
    if row.responsible.startswith(DISTRICT_DEPARTMENT):
        number = row.responsible.removeprefix(DISTRICT_DEPARTMENT)
        return f"D{district}-{number}" if district else None
    return row.responsible
