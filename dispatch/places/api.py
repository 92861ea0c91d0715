"""``/api/v1/suggest/places`` while somebody types an address, and ``/api/v1/suggest/point`` for a point on the map."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.directory.snapshot import reference
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields, validate
from dispatch.kernel.rate import limit_calls
from dispatch.places.datum import DATUMS, WGS84
from dispatch.places.suggesting import LONGEST_TYPED, suggest

blueprint = ApiBlueprint("places", __name__, url_prefix="/api/v1/suggest", description="地点建议")
blueprint.before_request(limit_calls)


class PlacesQuery(Schema):
    """What was typed so far: the beginning of a name, of its pinyin or its initials; nothing finds nothing."""

    q = Words(longest=LONGEST_TYPED, required=True, is_blank_allowed=True)
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 20))


class PlaceView(Schema):
    """A unit or a place in it; ``unit_code`` is what an intake takes as ``place_code``."""

    name = fields.String(required=True)
    kind = fields.String(required=True)
    unit_code = fields.String(required=True)
    place_id = fields.Integer(allow_none=True)
    township_name = fields.String(allow_none=True)
    district_name = fields.String(allow_none=True)
    longitude = fields.Float(allow_none=True)
    latitude = fields.Float(allow_none=True)
    datum = fields.String(allow_none=True)


class PlaceList(Schema):
    """The best first."""

    items = fields.List(fields.Nested(PlaceView))


class PointQuery(Schema):
    """A point with its datum."""

    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))
    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    datum = fields.String(load_default=WGS84, validate=validate.OneOf(DATUMS))


class PointView(Schema):
    """The smallest unit that surely holds the point; None with the reason and who it may be. Coordinates in WGS-84."""

    unit_code = fields.String(allow_none=True)
    candidates = fields.List(fields.String())
    reason = fields.String(required=True)
    reason_zh = fields.String(required=True)
    longitude = fields.Float(required=True)
    latitude = fields.Float(required=True)


@blueprint.route("/places")
@requires("ticket.accept")
@blueprint.arguments(PlacesQuery, location="query")
@blueprint.response(200, PlaceList)
def suggest_places(query: dict[str, Any]) -> Response:
    """输入时的地点建议：名称、别名、拼音与首字母."""
    at = now()
    with transaction() as session:
        found = suggest(session, query["q"], at=at, limit=query["limit"])
    return answer_json({"items": [one._asdict() for one in found]})


@blueprint.route("/point")
@requires("ticket.accept")
@blueprint.arguments(PointQuery, location="query")
@blueprint.response(200, PointView)
def locate_point(query: dict[str, Any]) -> Response:
    """坐标落在哪个单位的辖区."""
    at = now()
    with transaction() as session:
        territory = reference(session, at).territory
    found = territory.unit_at(query["longitude"], query["latitude"], query["datum"])
    names = tuple(PointView().fields)
    return answer_json({name: getattr(found, name) for name in names} | {"candidates": list(found.candidates)})
