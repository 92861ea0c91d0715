"""The shipped responsibility catalogue and limit policies: most specific row wins."""

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


class PolicyRow(NamedTuple):
    """Limits of a category prefix, urgency and kind (each empty = any), as written in ``rules.md`` §1."""

    category: str
    urgency: str
    kind: str
    limit: str
    acknowledge_limit: str
    first_contact_limit: str
    basis_zh: str


@cache
def catalogue() -> tuple[CatalogueRow, ...]:
    """All rows of the shipped catalogue."""
    return tuple(CatalogueRow(**row) for row in rows("catalogue"))


@cache
def policies() -> tuple[PolicyRow, ...]:
    """All rows of the shipped limit policies."""
    return tuple(PolicyRow(**row) for row in rows("policies"))


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


@cache
def policy(category: str, urgency: str, kind: str) -> PolicyRow:
    """The most specific policy: a named urgency before a longer category before a named kind.

    Urgency goes first so that danger to life is two hours whatever the category says.
    """
    fitting = (
        row
        for row in policies()
        if category.startswith(row.category) and row.urgency in ("", urgency) and row.kind in ("", kind)
    )
    return max(fitting, key=lambda row: (bool(row.urgency), len(row.category), bool(row.kind)))
