"""派单目录: category × area × kind × place → lead, supports, limit and basis, as one version; the most specific entry wins."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.routing.sheet import Columns, Fault, SheetRow, read_sheet, refuse, version_of

if TYPE_CHECKING:
    from dispatch.routing.catalogue_checks import Unit
    from dispatch.routing.taxonomy import Taxonomy

NAME: Final = "catalogue"
WORD: Final = "派单目录"
COLUMNS: Final = Columns(
    ("category", "place", "lead", "basis_zh"), ("area", "kind", "supports", "limit", "not_to_streets")
)
# How well the place is known; ``Location.kind`` has the same words.
PLACES: Final = ("township", "district", "none")
TOWNSHIP: Final = "township"
DISTRICT: Final = "district"
AWAITING: Final = "awaiting_dispatch"
DISTRICT_DEPARTMENT: Final = "district_department:"
# Communities help, never lead (domain §1.6); neither does the city as such.
LEADING_KINDS: Final = frozenset({"district", "township", "department", "enterprise"})


class Entry(NamedTuple):
    """Who is responsible for which matters. An empty ``category`` (beginning of a code), ``area`` (a unit's code), ``kind``,
    ``place`` or ``limit``: any, or whatever the limit policy says.

    ``lead`` and each of ``supports``: ``township`` or ``district`` (the located one), ``district_department:NN`` (the
    bureau ``D<district>-NN`` of the located district), ``awaiting_dispatch`` (a person decides), else a unit's code.
    ``not_to_streets``: a duty that may not be handed to a street or township. ``line``: where it stands in the file.
    """

    category: str
    area: str
    kind: str
    place: str
    lead: str
    supports: tuple[str, ...]
    limit: str
    not_to_streets: bool
    basis_zh: str
    line: int = 0

    def covers(self, category: str, kind: str, place: str, township: str | None, district: str | None) -> bool:
        """Does this entry speak of such a matter there?"""
        named = ((self.kind, kind), (self.place, place))
        is_there = self.area in ("", township, district)
        return is_there and category.startswith(self.category) and all(own in ("", value) for own, value in named)

    def weight(self, district: str | None) -> tuple[int, int, bool, bool]:
        """How specific it is: the smaller area first, then the longer category, then a named kind, then a named place."""
        area = 0 if not self.area else 1 if self.area == district else 2
        return area, len(self.category), bool(self.kind), bool(self.place)


# Where the catalogue says nothing a person decides: never a unit by default.
NO_ENTRY: Final = Entry("", "", "", "", AWAITING, (), "", False, "派单目录中没有对应条目，由人工确认后派单")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One version, immutable. Equal and hashed by identity; read with :meth:`read`. ``version``: ``catalogue@<12 hex>``."""

    version: str
    entries: tuple[Entry, ...]
    _found: dict[tuple[str, str, str, str | None, str | None], tuple[Entry, ...]] = field(
        default_factory=dict, repr=False
    )
    _areas: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def read(cls, text: str) -> Catalogue:
        """From a CSV file. Refuses ``catalogue.unreadable``, naming line and column; units and categories need :meth:`check`."""
        from dispatch.routing.catalogue_checks import faults_of

        rows, faults = read_sheet(text, COLUMNS)
        faults = faults or faults_of(rows)
        if faults:
            raise refuse(NAME, WORD, faults)
        entries = tuple(_entry(row) for row in rows)
        return cls(version_of(NAME, text), entries, _areas=frozenset(one.area for one in entries))

    def entry(self, category: str, kind: str, place_kind: str, township: str | None, district: str | None) -> Entry:
        """The most specific entry for such a matter (``category`` empty: not classified); :data:`NO_ENTRY` where there is none.

        ``place_kind``: one of :data:`PLACES`; ``township`` and ``district``: the codes as far as they are known.
        """
        return self.entries_for(category, kind, place_kind, township, district)[0]

    def entries_for(
        self, category: str, kind: str, place_kind: str, township: str | None, district: str | None
    ) -> tuple[Entry, ...]:
        """All entries for such a matter, the most specific first, :data:`NO_ENTRY` last."""
        # Places that no entry names are all alike.
        township, district = (code if code in self._areas else None for code in (township, district))
        key = (category, kind, place_kind, township, district)
        if key not in self._found:
            fitting = (one for one in self.entries if one.covers(*key))
            ordered = sorted(fitting, key=lambda one: one.weight(district), reverse=True)
            self._found[key] = (*ordered, NO_ENTRY)
        return self._found[key]

    def standing(
        self,
        category: str,
        kind: str,
        place_kind: str,
        township: str | None,
        district: str | None,
        *,
        units: Container[str],
    ) -> tuple[Entry, tuple[str, ...]]:
        """The most specific entry whose lead is one of ``units`` (or a person), and the leads of more specific ones that are not.

        A duty that is not for streets stays one: its mark passes on to the entry that takes the place of the marked one.
        """
        missing: list[str] = []
        is_marked = False
        for one in self.entries_for(category, kind, place_kind, township, district):
            is_marked = is_marked or one.not_to_streets
            lead = unit_code(one.lead, township=township, district=district)
            if lead is None or lead in units:
                break
            missing.append(lead)
        return one._replace(not_to_streets=is_marked), tuple(missing)

    def check(self, taxonomy: Taxonomy, units: Mapping[str, Unit]) -> list[Fault]:
        """Gaps, overlaps, unknown categories and units, and duties given to streets that may not be; by line, gaps last."""
        from dispatch.routing.catalogue_checks import check

        return check(self, taxonomy, units)

    def of(self, category: str) -> Iterator[Entry]:
        """The entries that speak of a category or of something below it, most general first as they stand in the file."""
        for one in self.entries:
            if category.startswith(one.category) or one.category.startswith(category):
                yield one


def unit_code(form: str, *, township: str | None, district: str | None) -> str | None:
    """The unit's code that a lead or support means at this place; None where a person has to decide."""
    if form == TOWNSHIP:
        return township
    if form == DISTRICT:
        return district
    if form == AWAITING:
        return None
    if form.startswith(DISTRICT_DEPARTMENT):
        return f"D{district}-{form.removeprefix(DISTRICT_DEPARTMENT)}" if district else None
    return form


def _entry(row: SheetRow) -> Entry:
    cells = row.cells
    return Entry(
        category=cells["category"],
        area=cells["area"],
        kind=cells["kind"],
        place=cells["place"],
        lead=cells["lead"],
        supports=tuple(cells["supports"].split()),
        limit=cells["limit"],
        not_to_streets=cells["not_to_streets"] == "true",
        basis_zh=cells["basis_zh"],
        line=row.line,
    )


@cache
def shipped_catalogue_text() -> str:
    """The file that comes with the package."""
    return (files("dispatch.routing") / "data" / "catalogue.csv").read_text("utf-8")


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue a city starts with."""
    return Catalogue.read(shipped_catalogue_text())
