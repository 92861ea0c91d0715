"""What an entry of the catalogue says, in words, and what a draft changes."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.catalogue.differences import Difference
from dispatch.catalogue.documents import Document
from dispatch.console.timing import limit_words
from dispatch.console.words import category_name, words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _
from dispatch.routing.catalogue import AWAITING, DISTRICT, DISTRICT_DEPARTMENT, TOWNSHIP

TITLES = {Document.TAXONOMY: "分类", Document.CATALOGUE: "派单目录"}
PLACES = {"": "不限", "township": "明确到街道、乡镇", "district": "只明确到区", "none": "不明"}
LEADS = {TOWNSHIP: "所在街道、乡镇", DISTRICT: "所在区", AWAITING: "人工派单"}
MARKS = {"true": "是", "false": "否", "": "否"}
COLUMNS = {
    "code": "代码",
    "name": "名称",
    "parent_code": "上级分类",
    "keywords": "关键词",
    "category": "分类",
    "area": "区域",
    "kind": "类型",
    "place": "地点",
    "lead": "主办",
    "supports": "协办",
    "limit": "时限",
    "not_to_streets": "不得派给街道、乡镇",
    "basis_zh": "依据",
}


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {word for table in (TITLES, PLACES, LEADS, MARKS, COLUMNS) for word in table.values()}


def lead_words(form: str, city: Reference) -> str:
    """Who a lead or support is: a role at the place, or a unit by name."""
    if form in LEADS:
        return str(_(LEADS[form]))
    if form.startswith(DISTRICT_DEPARTMENT):
        number = form.removeprefix(DISTRICT_DEPARTMENT)
        named = next((unit.name for unit in city.by_code.values() if unit.code.endswith(f"-{number}")), number)
        return str(_("所在区的部门 %(number)s（如%(name)s）", number=number, name=named))
    return unit_words(form, city)


def unit_words(code: str, city: Reference) -> str:
    """A unit by name; one that never was by its code."""
    return city.known[code].name if code in city.known else code


def difference_words(one: Difference, city: Reference) -> tuple[str, str, str]:
    """(which row, before, after)."""
    named = " · ".join(_value(name, value, city) for name, value in one.row) or str(_("未分类、不限"))
    return named, _cells(one.before, city), _cells(one.after, city)


def _cells(cells: Mapping[str, str] | None, city: Reference) -> str:
    if cells is None:
        return "—"
    return "；".join(f"{_(COLUMNS[name])} {_value(name, value, city)}" for name, value in cells.items() if value) or "—"


def _value(name: str, value: str, city: Reference) -> str:
    if name in ("category", "parent_code"):
        return category_name(value)
    if name == "area":
        return unit_words(value, city)
    if name == "kind":
        return str(_(words.kind[value])) if value in words.kind else value
    if name == "place":
        return str(_(PLACES[value])) if value in PLACES else value
    if name in ("lead", "supports"):
        return "、".join(lead_words(form, city) for form in value.split())
    if name == "limit":
        return limit_words(value)
    return str(_(MARKS[value])) if name == "not_to_streets" and value in MARKS else value
