"""The wall: figures without a log-in by a link that can be taken back, and a map that always fits."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.access.models import AccessLog
from dispatch.board import layout, rollup
from dispatch.board.counting import Tally
from dispatch.board.grounds import paths_of
from dispatch.board.layout import HEIGHT, WIDTH, ground_map, tile_map
from dispatch.board.models import WallLink
from dispatch.board.rollup import Block, Tile
from dispatch.console import wall_views
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.places import geojson
from tests.apps import whole_app
from tests.board.test_board import client_of
from tests.console.test_contrast import contrast
from tests.house.tree import read
from tests.town import Desk

TOKEN = re.compile(r"/wall/([\w-]{43})<")
_LOG = (
    select(AccessLog.action, AccessLog.subject)
    .where(AccessLog.action.startswith("wall."))
    .order_by(AccessLog.access_log_id)
)
FIGURE = re.compile(r'data-figure="(\w+)"><dt>[^<]+</dt><dd>(\d+)<')


@pytest.fixture
def app(config: Config, desk: Desk) -> Flask:
    wall_views.forget()
    made = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def test_link_shows_its_districts_figures_to_anybody_until_it_is_taken_back(app: Flask, desk: Desk) -> None:
    for unit in ("110001", "110001001", "120001"):
        desk.accept(unit_code=unit)
    east, city = client_of(app, desk, "district_supervisor", "110"), client_of(app, desk, "city_supervisor", None)
    assert east.post("/walls", data={"name": "大厅", "unit": "120"}).status_code == 422, "not their district"
    assert east.post("/walls", data={"name": "大厅", "unit": "city"}).status_code == 422
    assert east.post("/walls", data={"name": "大厅", "unit": "110", "days": "x"}).status_code == 422
    issued = east.post("/walls", data={"name": "大厅大屏", "unit": "110", "days": "30"})
    found = TOKEN.search(issued.text)
    assert issued.status_code == 201
    assert found
    token = found[1]
    assert token not in east.get("/walls").text, "shown once"
    (link,) = desk.run(lambda session: session.scalars(select(WallLink)).all())
    assert (link.expires_at, link.used_at) == (desk.at + timedelta(days=30), None)
    assert token.encode() not in link.token_digest

    wall = app.test_client()
    page = wall.get(f"/wall/{token}")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert dict(FIGURE.findall(page.text))["unacknowledged"] == "2", "its own district's alone"
    assert not re.search(r"柳荫街道垃圾|王小明|13800138000|/logout|/tickets|<a ", page.text)
    digest = re.search(r'data-digest="(\w+)"', page.text)
    assert digest
    same = wall.get(f"/wall/{token}/figures?figure=overdue&seen={digest[1]}")
    assert (same.status_code, same.data, same.headers["Wall-At"]) == (204, b"", "2026-11-02 09:00:00")
    desk.accept(unit_code="110002")
    wall_views.forget()
    live = wall.get(f"/wall/{token}/figures?figure=overdue&seen={digest[1]}")
    assert dict(FIGURE.findall(live.text))["unacknowledged"] == "3"
    assert dict(FIGURE.findall(city.get("/wall").text))["unacknowledged"] == "4"
    (link,) = desk.run(lambda session: session.scalars(select(WallLink)).all())
    assert link.used_at == desk.at
    assert 'data-link="1"' in city.get("/walls").text

    west = client_of(app, desk, "unit_head", "110001")
    assert west.post("/walls/1/revoke").status_code == 403
    assert east.post("/walls/7/revoke").status_code == 404
    assert east.post("/walls/1/revoke").status_code == 303
    assert {wall.get(f"/wall/{token}{part}").status_code for part in ("", "/figures")} == {404}
    lines = desk.run(lambda session: session.execute(_LOG).all())
    assert [tuple(line) for line in lines] == [("wall.issue", "wall:1"), ("wall.revoke", "wall:1")]
    with app.app_context():
        while not wall_views.by_address.take("127.0.0.1", time.monotonic() + 60):
            pass  # somebody at this address asks and asks
    refused = wall.get(f"/wall/{token}")
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    wall_views.forget()


def test_link_ends_by_itself_when_its_days_are_over(app: Flask, desk: Desk) -> None:
    system = client_of(app, desk, "system_admin", None)
    issued = system.post("/walls", data={"name": "指挥中心", "unit": "city", "days": "1"})
    found = TOKEN.search(issued.text)
    assert found
    assert app.test_client().get(f"/wall/{found[1]}").status_code == 200
    app.extensions["hotline"].machine_clock.advance(timedelta(days=1))
    assert app.test_client().get(f"/wall/{found[1]}").status_code == 404


def block(code: str, count: int, tall: int = 3) -> Block:
    tiles = tuple(Tile(f"{code}{n:03}", f"第{n}街道", Tally(overdue=n % tall, open=n)) for n in range(count))
    return Block(code, f"{code}区", rollup.total(tiles), tiles, Tile("", "", Tally()))


@pytest.mark.parametrize("counts", [(1,), (17,), (17, 43, 0), tuple([21] * 16)])
def test_tiles_are_of_one_size_and_never_leave_the_wall(counts: tuple[int, ...]) -> None:
    blocks = [block(f"{place:02}", count) for place, count in enumerate(counts)]
    drawing = tile_map(blocks, "overdue")
    assert drawing == tile_map(blocks, "overdue")
    assert len(drawing.marks) == sum(counts) + len(counts)
    assert len({(mark.box.width, mark.box.height) for mark in drawing.marks}) == 1
    assert len({mark.box[:2] for mark in drawing.marks}) == len(drawing.marks)
    for mark in (*drawing.marks, *drawing.heads):
        assert min(mark.box) >= 0
        assert (mark.box.x + mark.box.width <= WIDTH, mark.box.y + mark.box.height <= HEIGHT) == (True, True)
        assert mark.name_size > 5
    assert len(drawing.heads) == (len(counts) if len(counts) > 1 else 0)


def test_district_is_drawn_by_its_own_ground_where_all_of_it_is_on_record(shared_data: Path) -> None:
    found = geojson.read((shared_data / "places" / "dongcheng_streets_gcj02.geojson").read_bytes())
    shapes = {str(one.number): geojson.wkb_of(one.geometry, "gcj02") for one in found}
    tiles = tuple(Tile(str(one.number), one.name, Tally(overdue=one.number)) for one in found)
    dongcheng = Block("110101", "东城区", rollup.total(tiles), tiles, Tile("", "", Tally()))
    city = SimpleNamespace(territory=SimpleNamespace(shapes=shapes))
    paths = paths_of(city, dongcheng)  # type: ignore[arg-type]
    assert paths
    marks = ground_map(dongcheng, "overdue", paths).marks
    assert (len(marks), marks[16].level, marks[16].number, marks[17].is_rest) == (18, 4, 17, True)
    for mark in marks[:17]:
        dots = [float(number) for number in re.findall(r"[\d.]+", mark.path)]
        assert min(dots) >= 0
        assert (max(dots[::2]) <= WIDTH, max(dots[1::2]) <= HEIGHT) == (True, True)
    assert sum(len(mark.path) for mark in marks) < 60_000
    del shapes["1"]
    assert paths_of(city, dongcheng) is None  # type: ignore[arg-type]


def test_shade_follows_the_number_and_names_lose_their_kind_only() -> None:
    assert [rollup.level(number, 8) for number in (0, 1, 2, 3, 5, 8)] == [0, 1, 1, 2, 3, 4]
    assert [layout.short_name(name) for name in ("东华门街道", "桥头镇", "街道", "乡")] == [
        "东华门",
        "桥头",
        "街道",
        "乡",
    ]


def test_night_colours_are_read_from_afar() -> None:
    css = read("dispatch/console/static/css/wall.css")
    night = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6});", css))
    grounds = ("--ground", "--surface")
    pairs = [(ink, ground) for ink in ("--ink", "--ink-soft", "--yellow", "--red", "--brand") for ground in grounds]
    pairs += [("--ink", "--wall-danger"), ("--on-brand", "--wall-shade-3"), ("--on-brand", "--wall-shade-4")]
    pairs += [("--ink", f"--wall-shade-{shade}") for shade in (1, 2)]
    assert {
        pair: contrast(night[pair[0]], night[pair[1]]) for pair in pairs if contrast(*map(night.get, pair)) < 5.5
    } == {}  # type: ignore[arg-type]
