"""Points and territories: the two datums, real streets, borders, and files that are wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.exchange.csvfile import UnreadableFile
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.places import geojson, territories
from dispatch.places.datum import GCJ02, WGS84, from_gcj02, to_gcj02
from dispatch.places.territory import Ground, Territory
from tests.town import Desk


def square(west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(*features: tuple[dict[str, Any], dict[str, Any] | None]) -> bytes:
    listed = [{"type": "Feature", "properties": named, "geometry": shape} for named, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": listed}).encode()


@pytest.fixture(scope="module")
def streets(shared_data: Path) -> list[geojson.Feature]:
    return geojson.read((shared_data / "places" / "dongcheng_streets_gcj02.geojson").read_bytes())


@pytest.fixture(scope="module")
def dongcheng(streets: list[geojson.Feature]) -> Territory:
    return Territory(
        Ground(street.code, street.name, "township", geojson.wkb_of(street.geometry, GCJ02)) for street in streets
    )


def test_shift_is_the_published_one_when_a_point_of_beijing_is_asked() -> None:
    assert to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)


@given(st.floats(73.5, 134.5), st.floats(3.5, 53.5))
def test_datum_comes_back_when_a_point_goes_there_and_back(longitude: float, latitude: float) -> None:
    back = from_gcj02(*to_gcj02(longitude, latitude))

    assert math.isclose(back[0], longitude, abs_tol=1e-9)
    assert math.isclose(back[1], latitude, abs_tol=1e-9)


@given(st.floats(-180, 72), st.floats(-90, 90))
def test_datums_are_one_when_the_point_is_far_from_china(longitude: float, latitude: float) -> None:
    assert to_gcj02(longitude, latitude) == (longitude, latitude)
    assert from_gcj02(longitude, latitude) == (longitude, latitude)


def test_unit_at_finds_every_street_of_dongcheng_when_its_label_is_given(
    dongcheng: Territory, shared_data: Path
) -> None:
    document = json.loads((shared_data / "places" / "dongcheng_streets_gcj02.geojson").read_text("utf-8"))
    points = [(one["properties"]["code"], one["properties"]["label_lnglat"]) for one in document["features"]]
    found = {code: dongcheng.unit_at(*point, GCJ02).unit_code for code, point in points}

    assert len(found) == 17
    assert found == {code: code for code in found}


def test_unit_at_needs_the_right_datum_when_a_point_lies_near_a_border(dongcheng: Territory) -> None:
    """Half a kilometre decides: a WGS-84 point taken for GCJ-02 often lies in another street."""
    wrong = 0
    for step in range(200):
        point = (116.39 + 0.05 * (step % 20) / 20, 39.88 + 0.08 * (step // 20) / 10)
        shown = to_gcj02(*point)
        right = dongcheng.unit_at(*shown, GCJ02).unit_code
        assert dongcheng.unit_at(*point, WGS84).unit_code == right
        wrong += dongcheng.unit_at(*point, GCJ02).unit_code != right
    assert wrong > 20


@pytest.fixture(scope="module")
def squares() -> Territory:
    shapes = [
        ("D", "district", square(0, 0, 3)),
        ("A", "township", square(0, 0)),
        ("B", "township", square(1, 0)),
        ("C", "township", square(1.5, 0)),
        ("A1", "community", square(0, 0, 0.5)),
        ("A2", "community", square(0.5, 0, 0.5)),
    ]
    return Territory(Ground(code, code, kind, geojson.wkb_of(shape, WGS84)) for code, kind, shape in shapes)


@pytest.mark.parametrize(
    ("point", "code", "reason"),
    [
        ((0.2, 0.2), "A1", "inside"),
        ((0.2, 0.7), "A", "inside"),
        ((0.5, 0.2), "A", "inside"),  # between two communities of one township
        ((1.0, 0.2), "D", "inside"),  # between two townships of one district
        ((1.7, 0.5), "D", "inside"),  # two townships overlap
        ((2.9, 2.9), "D", "inside"),
        ((0.0, 2.9), None, "border"),
        ((4.0, 4.0), None, "outside"),
    ],
)
def test_unit_at_says_the_smallest_sure_unit_or_why_not(
    squares: Territory, point: tuple[float, float], code: str | None, reason: str
) -> None:
    found = squares.unit_at(*point, WGS84)

    assert (found.unit_code, found.reason) == (code, reason)


def test_unit_at_names_both_when_a_point_is_between_them(squares: Territory) -> None:
    assert set(squares.unit_at(1.0, 0.7, WGS84).candidates) == {"A", "B"}
    assert set(squares.unit_at(1.7, 0.5, WGS84).candidates) == {"B", "C"}


@pytest.mark.parametrize("point", [(math.nan, 0), (181, 0), (0, 91), (0, -math.inf)])
def test_unit_at_refuses_what_is_no_point(squares: Territory, point: tuple[float, float]) -> None:
    with pytest.raises(DomainError, match=r"territory\.point_invalid"):
        squares.unit_at(*point, WGS84)


def test_unit_at_refuses_an_unknown_datum_and_says_when_nothing_is_on_record() -> None:
    with pytest.raises(DomainError, match=r"territory\.datum_unknown"):
        Territory([]).unit_at(1, 1, "bd09")
    assert Territory([]).unit_at(1, 1, WGS84).reason == "no_territory"


BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
OPEN = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}


@pytest.mark.parametrize(
    ("named", "shape", "column"),
    [
        ({"code": "110001"}, BOW_TIE, "geometry 0.5,0.5"),
        ({"code": "110001"}, OPEN, "geometry"),
        ({"code": "110001"}, {"type": "Point", "coordinates": [1, 1]}, "geometry"),
        ({"code": "110001"}, {"type": "Polygon", "coordinates": [[[0, "x"]] * 4]}, "geometry"),
        ({"code": "110001"}, {"type": "Polygon", "coordinates": []}, "geometry"),
        ({"code": "110001"}, {"type": "MultiPolygon", "coordinates": [[], 3]}, "geometry"),
        ({"code": "110001"}, {"type": "Polygon", "coordinates": [[[999, 0]] * 4]}, "geometry"),
        ({"code": "110001"}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "geometry"),
        ({"code": "110001"}, None, "geometry"),
        ({"code": "999"}, square(0, 0), "code"),
        ({"name": "没有的街道"}, square(0, 0), "name"),
        ({"code": "E-01"}, square(0, 0), "code"),
        ({}, square(0, 0), "code"),
    ],
)
def test_import_refuses_the_file_with_the_feature_when_a_polygon_is_broken(
    desk: Desk, named: dict[str, Any], shape: dict[str, Any] | None, column: str
) -> None:
    content = collection(({"code": "110002"}, square(5, 5)), (named, shape))
    done = take(desk, content)

    assert (done.added, [(fault.line, fault.column) for fault in done.rejects]) == (0, [(2, column)])
    assert desk.reference.territory.unit_at(5.5, 5.5, WGS84).reason == "no_territory"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"type":"FeatureCollection","features":[]}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"type":3}',
    ],
)
def test_import_refuses_what_is_no_geojson(desk: Desk, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        take(desk, content)


def test_import_lets_points_find_units_and_changes_nothing_twice_until_it_ends(desk: Desk) -> None:
    content = collection(({"name": "柳荫街道"}, square(116, 39)), ({"code": "110"}, square(115, 38, 4)))
    assert take(desk, content)[:3] == (2, 0, 0)
    assert take(desk, content)[:3] == (0, 0, 2)
    assert desk.reference.territory.unit_at(116.5, 39.5, GCJ02).unit_code == "110001"

    desk.later(hours=1)
    assert take(desk, content, datum=WGS84)[:3] == (0, 2, 0)
    desk.run(territories.end, "110001", actor="account:1", at=desk.at)
    assert desk.reference.territory.unit_at(116.5, 39.5, WGS84).unit_code == "110"
    with pytest.raises(Conflict, match=r"territory\.none"):
        desk.run(territories.end, "110001", actor="account:1", at=desk.at)


def test_import_keeps_coordinates_only_when_a_file_says_more(desk: Desk) -> None:
    shape = square(116, 39) | {"note": "\x00"}
    shape["coordinates"][0] = [[*point, "\x00"] for point in shape["coordinates"][0]]

    assert take(desk, collection(({"code": "110001", "x": "\x00"}, shape))).added == 1


def take(desk: Desk, content: bytes, datum: str = GCJ02) -> territories.TerritoryImport:
    done: territories.TerritoryImport = desk.run(
        territories.import_territory, content, datum=datum, source="t.geojson", actor="system:test", at=desk.at
    )
    return done
