"""``/api/v1/units``: units as they stand, for clients that must name one."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.directory.snapshot import Reference, UnitRef, reference
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields, validate
from dispatch.kernel.rate import limit_calls

KINDS = ("city", "district", "township", "department", "enterprise", "community", "grid")
LONGEST_CODE = 40

blueprint = ApiBlueprint("directory", __name__, url_prefix="/api/v1", description="单位目录")
blueprint.before_request(limit_calls)


class UnitsQuery(Schema):
    """A page of units by code, narrowed by kind, parent and part of the name."""

    kind = Words(longest=LONGEST_CODE, validate=validate.OneOf(KINDS), load_default=None)
    parent_code = Words(longest=LONGEST_CODE, load_default=None)
    name = Words(longest=LONGEST_CODE, load_default=None)
    after = Words(longest=LONGEST_CODE, load_default=None)
    limit = fields.Integer(load_default=200, validate=validate.Range(1, 1000))


class UnitView(Schema):
    """A unit in effect."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    parent_code = fields.String(allow_none=True)
    population = fields.Integer(allow_none=True)


class UnitList(Schema):
    """A page; ``next`` is the ``after`` of the following one, empty on the last."""

    items = fields.List(fields.Nested(UnitView))
    next = fields.String(allow_none=True)


@blueprint.route("/units")
@requires()
@blueprint.arguments(UnitsQuery, location="query")
@blueprint.response(200, UnitList)
def show_units(query: dict[str, Any]) -> Response:
    """在用单位，按编码排列."""
    at = now()
    with transaction() as session:
        picture = reference(session, at)
    found = [unit for code, unit in sorted(picture.by_code.items()) if _fits(unit, query, picture)]
    page = found[: query["limit"]]
    following = page[-1].code if len(found) > len(page) else None
    return answer_json({"items": [_view(unit, picture) for unit in page], "next": following})


def _fits(unit: UnitRef, query: dict[str, Any], picture: Reference) -> bool:
    return (
        (query["after"] is None or unit.code > query["after"])
        and (query["kind"] is None or unit.kind == query["kind"])
        and (query["name"] is None or query["name"] in unit.name)
        and (query["parent_code"] is None or _parent_code(unit, picture) == query["parent_code"])
    )


def _view(unit: UnitRef, picture: Reference) -> dict[str, Any]:
    parent = _parent_code(unit, picture)
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "parent_code": parent,
        "population": unit.population,
    }


def _parent_code(unit: UnitRef, picture: Reference) -> str | None:
    return picture.by_id[unit.parent_id].code if unit.parent_id is not None else None
