"""``/api/v1/suggest/{units,categories}``: what an operator may mean, while typing. Places and repeats answer beside these."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from flask import Response

from dispatch.access.guard import requires
from dispatch.directory.snapshot import Reference
from dispatch.directory.snapshot import reference as reference_at
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields, validate
from dispatch.kernel.rate import limit_calls
from dispatch.routing.matter import Matter
from dispatch.routing.taxonomy import Taxonomy
from dispatch.suggesting.finder import LONGEST_TYPED, Finder, Found, Named
from dispatch.suggesting.judging import judge_of
from dispatch.tickets.assigning import LEADING_KINDS
from dispatch.tickets.schemas import LONGEST_TITLE

MOST: Final = 20

blueprint = ApiBlueprint("suggest", __name__, url_prefix="/api/v1/suggest", description="受理时的提示")
blueprint.before_request(limit_calls)


class TypedQuery(Schema):
    """``q``: what has been typed so far."""

    q = Words(longest=LONGEST_TYPED, required=True, is_blank_allowed=True)
    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=MOST))


class SpokenSchema(Schema):
    """The words of a matter; they travel in a body, never in an address."""

    title = Words(longest=LONGEST_TITLE, load_default="", is_blank_allowed=True)
    text = Words(load_default="", is_blank_allowed=True)


class UnitFound(Schema):
    """A unit that may lead, with its district where it lies in one."""

    code = fields.String()
    name = fields.String()
    kind = fields.String()
    district = fields.String(allow_none=True)


class UnitsFound(Schema):
    """The best first."""

    items = fields.List(fields.Nested(UnitFound))


class CategoryFound(Schema):
    """A category with the names above it; ``certainty`` 0–100 where it was judged by words."""

    code = fields.String()
    name = fields.String()
    path = fields.List(fields.String())
    certainty = fields.Integer(allow_none=True)


class CategoriesFound(Schema):
    """The best first; ``reason`` and ``versions`` where they were judged by words."""

    items = fields.List(fields.Nested(CategoryFound))
    reason = fields.String(allow_none=True)
    versions = fields.Dict(keys=fields.String(), values=fields.String())


@blueprint.route("/units")
@requires("ticket.accept", "ticket.dispatch")
@blueprint.arguments(TypedQuery, location="query")
@blueprint.response(200, UnitsFound)
def suggest_units(query: dict[str, Any]) -> Response:
    """按名称、代码、全拼或拼音首字母查找可以主办的单位."""
    with transaction() as session:
        city = reference_at(session, now())
        found = _units(city).find(query["q"], limit=query["limit"])
        return answer_json({"items": [_unit(one, city) for one in found]})


@blueprint.route("/categories")
@requires("ticket.accept", "ticket.dispatch")
@blueprint.arguments(TypedQuery, location="query")
@blueprint.response(200, CategoriesFound)
def suggest_categories(query: dict[str, Any]) -> Response:
    """按名称、代码、依据词、全拼或拼音首字母查找分类."""
    with transaction() as session:
        taxonomy = reference_at(session, now()).taxonomy
        found = _categories(taxonomy).find(query["q"], limit=query["limit"])
        items = [_category(one.code, taxonomy, None) for one in found]
        return answer_json({"items": items, "reason": None, "versions": {"taxonomy": taxonomy.version}})


@blueprint.route("/categories", methods=["POST"])
@requires("ticket.accept", "ticket.dispatch")
@blueprint.arguments(SpokenSchema)
@blueprint.response(200, CategoriesFound)
def judge_categories(data: dict[str, Any]) -> Response:
    """按诉求文字判断分类：前几名、把握和依据."""
    with transaction() as session:
        city = reference_at(session, now())
        said = judge_of(session, city)(Matter(data["title"], data["text"]))
        items = [_category(code, city.taxonomy, certainty) for code, certainty in said.likely]
        versions = {"taxonomy": city.taxonomy.version} | ({"model": said.model} if said.model else {})
        return answer_json({"items": items, "reason": said.reason, "versions": versions})


@lru_cache(maxsize=2)  # the same picture of the city for nearly every question
def _units(city: Reference) -> Finder:
    leading = (unit for unit in city.by_code.values() if unit.kind in LEADING_KINDS)
    return Finder(Named(unit.code, unit.name) for unit in sorted(leading, key=lambda unit: unit.code))


@lru_cache(maxsize=2)
def _categories(taxonomy: Taxonomy) -> Finder:
    return Finder(
        Named(leaf.code, leaf.name, (*taxonomy.path(leaf.code)[:-1], *(word for word, _weight in leaf.keywords)))
        for leaf in taxonomy.leaves()
    )


def _unit(found: Found, city: Reference) -> dict[str, Any]:
    unit = city.by_code[found.code]
    district = city.district_of(unit)
    over = district.name if district and district.code != unit.code else None
    return {"code": unit.code, "name": unit.name, "kind": unit.kind, "district": over}


def _category(code: str, taxonomy: Taxonomy, certainty: int | None) -> dict[str, Any]:
    path = list(taxonomy.path(code))
    return {"code": code, "name": path[-1], "path": path, "certainty": certainty}
