"""What can be wrong with a catalogue: words nobody knows, two entries for one thing, matters without an entry, forbidden leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Final, Protocol

from dispatch.kernel.errors import DomainError
from dispatch.limits.rules import Limit
from dispatch.routing.catalogue import (
    AWAITING,
    DISTRICT,
    DISTRICT_DEPARTMENT,
    LEADING_KINDS,
    NO_ENTRY,
    PLACES,
    TOWNSHIP,
    Catalogue,
    Entry,
)
from dispatch.routing.sheet import Fault, SheetRow
from dispatch.tickets.kinds import KINDS

if TYPE_CHECKING:
    from dispatch.routing.taxonomy import Taxonomy

AREA_KINDS: Final = ("district", "township")
PLACE_WORDS: Final = {"township": "明确到街道、乡镇", "district": "只明确到区", "none": "不明"}
MARKS: Final = ("", "true", "false")
MOST_NAMED: Final = 3


class Unit(Protocol):
    """What the check asks of a unit."""

    @property
    def kind(self) -> str:
        """``city district township department enterprise community grid``."""


def faults_of(rows: Sequence[SheetRow]) -> list[Fault]:
    """What is wrong with the rows as such, in the order of the file."""
    return [Fault(row.line, *fault) for row in rows for fault in _row_faults(row.cells)]


def check(catalogue: Catalogue, taxonomy: Taxonomy, units: Mapping[str, Unit]) -> list[Fault]:
    """What is wrong with the entries among themselves, against the categories and against the units; by line, gaps last."""
    codes = sorted(taxonomy.categories)
    found = [*_overlaps(catalogue.entries)]
    for one in catalogue.entries:
        if one.category and not any(code.startswith(one.category) for code in codes):
            words = f"没有分类代码以“{one.category[:40]}”开头。"
            found.append(Fault(one.line, "category", "category_unknown", words))
        found += [Fault(one.line, *fault) for fault in _unit_faults(one, units)]
    return [*sorted(found), *_gaps(catalogue, taxonomy)]


_Found = Iterator[tuple[str, str, str]]  # column, code, sentence


def _row_faults(cells: Mapping[str, str]) -> _Found:
    if cells["kind"] not in ("", *KINDS):
        yield "kind", "kind_unknown", f"没有诉求类型“{cells['kind'][:40]}”，可填 {'、'.join(KINDS)} 或留空。"
    if cells["place"] not in ("", *PLACES):
        yield (
            "place",
            "place_unknown",
            f"地点明确程度只能填 {'、'.join(PLACES)} 或留空，不能是“{cells['place'][:40]}”。",
        )
    if not cells["lead"]:
        yield "lead", "lead_missing", "缺少主办单位；由人工确认的请填 awaiting_dispatch。"
    if not cells["basis_zh"]:
        yield "basis_zh", "basis_missing", "缺少依据。"
    if cells["not_to_streets"] not in MARKS:
        yield "not_to_streets", "mark_unreadable", "只能填 true、false 或留空。"
    if cells["limit"]:
        try:
            Limit.parse(cells["limit"])
        except DomainError as error:
            yield "limit", "limit_unreadable", error.message
    for column in ("lead", "supports"):
        yield from _form_faults(column, cells)


def _form_faults(column: str, cells: Mapping[str, str]) -> _Found:
    """The located street or district is one only where it is known."""
    place, forms = cells["place"], [cells["lead"]] if column == "lead" else cells["supports"].split()
    for form in forms:
        if form == TOWNSHIP and place != TOWNSHIP:
            yield column, "place_too_vague", "地点没有明确到街道、乡镇的条目，不能写 township。"
        elif (form == DISTRICT or form.startswith(DISTRICT_DEPARTMENT)) and place not in (TOWNSHIP, DISTRICT):
            yield column, "place_too_vague", f"地点没有明确到区的条目，不能写“{form[:40]}”。"
        elif form == DISTRICT_DEPARTMENT:
            yield column, "department_missing", "district_department: 后面应有部门编号，例如 district_department:03。"
    if column == "supports":
        if len({*forms}) < len(forms):
            yield column, "support_twice", "协办单位重复。"
        if cells["lead"] in forms:
            yield column, "supports_itself", "主办单位不能给自己协办。"
        if AWAITING in forms:
            yield column, "support_unknown", "协办单位不能是 awaiting_dispatch。"


def _overlaps(entries: Sequence[Entry]) -> Iterator[Fault]:
    """Two entries are equally specific and fit the same matter only where all that they ask for is the same."""
    first: dict[tuple[str, str, str, str], int] = {}
    for one in entries:
        key = (one.category, one.area, one.kind, one.place)
        if key in first:
            yield Fault(one.line, "", "overlap", f"与第 {first[key]} 行说的是同一种情形，不知以哪一行为准。")
        first.setdefault(key, one.line)


def _unit_faults(one: Entry, units: Mapping[str, Unit]) -> _Found:
    if one.area:
        area = units.get(one.area)
        if area is None:
            yield "area", "unit_unknown", f"没有单位“{one.area[:40]}”。"
        elif area.kind not in AREA_KINDS:
            yield "area", "area_is_none", f"“{one.area}”不是区、街道或乡镇。"
        elif one.place == "none" or (area.kind == "township" and one.place == DISTRICT):
            yield "area", "never_counts", "地点没有明确到这个范围，这一条永远用不上。"
    for column, form in (("lead", one.lead), *(("supports", form) for form in one.supports)):
        yield from _responsible_faults(one, column, form, units)


def _responsible_faults(one: Entry, column: str, form: str, units: Mapping[str, Unit]) -> _Found:
    if form.startswith(DISTRICT_DEPARTMENT):
        number = form.removeprefix(DISTRICT_DEPARTMENT)
        wanted = [f"D{code}-{number}" for code in _districts(one, units)]
        missing = [code for code in wanted if code not in units]
        if missing:
            named = "、".join(missing[:MOST_NAMED]) + ("等" if len(missing) > MOST_NAMED else "")
            yield column, "unit_unknown", f"没有单位“{named}”。"
        return
    kind = form if form in (TOWNSHIP, DISTRICT) else units[form].kind if form in units else None
    if form != AWAITING and kind is None:
        yield column, "unit_unknown", f"没有单位“{form[:40]}”。"
    elif column == "lead" and kind is not None and kind not in LEADING_KINDS:
        yield column, "unit_cannot_lead", f"“{form}”不能作为主办单位。"
    elif column == "lead" and one.not_to_streets and kind == TOWNSHIP:
        yield column, "not_to_streets", "这一条标明不得派给街道、乡镇，主办单位却是街道、乡镇。"
    elif column == "supports" and kind == "city":
        yield column, "unit_cannot_help", f"“{form}”不能协办。"


def _districts(one: Entry, units: Mapping[str, Unit]) -> list[str]:
    """The districts whose bureau an entry may mean; of an area inside a district only the check of that area itself knows."""
    if one.area and one.area in units and units[one.area].kind == "district":
        return [one.area]
    return [] if one.area else sorted(code for code, unit in units.items() if unit.kind == "district")


def _gaps(catalogue: Catalogue, taxonomy: Taxonomy) -> Iterator[Fault]:
    """Matters that no entry speaks of wherever they are: a leaf, or none, with a place so well known."""
    unclassified = [("", "未分类的诉求")]
    named = [(leaf.code, f"{leaf.code} {leaf.name}") for leaf in taxonomy.leaves()]
    for (code, name), place in product([*unclassified, *named], PLACES):
        lacking = [kind for kind in KINDS if catalogue.entry(code, kind, place, None, None) is NO_ENTRY]
        if lacking:
            kinds = "" if len(lacking) == len(KINDS) else f"、类型为 {'、'.join(lacking)}"
            yield Fault(0, "", "gap", f"没有条目：{name}，地点{PLACE_WORDS[place]}{kinds}。")
