"""The shipped sample city as routing sees it."""

from __future__ import annotations

import csv
import gzip
import io
from importlib.resources import files

import pytest

from dispatch.routing.places import Gazetteer, PlaceUnit


@pytest.fixture(scope="session")
def city_units() -> list[PlaceUnit]:
    packed = (files("dispatch.directory") / "data" / "beijing_units.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8"), newline=""))
    return [PlaceUnit(row["code"], row["name"], row["kind"], row["parent_code"]) for row in rows]


@pytest.fixture(scope="session")
def gazetteer(city_units: list[PlaceUnit]) -> Gazetteer:
    return Gazetteer.build(city_units)
