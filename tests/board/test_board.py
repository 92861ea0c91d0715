"""The board's figures are those of the units' own worklists, come from indexes, and open to exactly the tickets they count."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from dispatch.access import services as access
from dispatch.board import counting, rollup
from dispatch.board.counting import FIGURES, Tally
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.supervision import queries as supervision
from dispatch.supervision import services as orders
from dispatch.tickets import queries, work_queries
from tests.apps import whole_app
from tests.town import Desk

PASSWORD = "correct horse battery staple"
UNITS = ("110001", "110002", "120001", "110001001", "E-01", "110")
CATEGORIES = ("1001", "1702", None)
ROW = re.compile(r'<tr data-(block|tile)="([^"]*)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'data-figure="(\w+)">(?:<a[^>]*href="([^"]+)">)?(\d+)<')


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Two dozen tickets at six units: new, signed for, disputed, late, done; one of them redone."""
    chance = random.Random(5)
    for number in range(24):
        unit = UNITS[number % len(UNITS)]
        desk.later(hours=chance.randrange(1, 12))
        ticket_id = desk.accept(unit_code=unit, category=chance.choice(CATEGORIES)).ticket_id
        step = chance.choice(("new", "new", "acknowledged", "disputed", "completed"))
        if step in {"acknowledged", "completed"}:
            desk.acknowledge(ticket_id, unit)
        if step == "disputed":
            desk.dispute(ticket_id, unit)
        if step == "completed":
            desk.contact(ticket_id, unit)
            desk.complete(ticket_id, unit)
    desk.later(days=4).sweep()
    redone = desk.accepted[0].ticket_id
    desk.run(lambda session: session.execute(text(f"UPDATE assignment SET round = 2 WHERE ticket_id = {redone}")))
    soon = "UPDATE assignment SET due_at = :at WHERE ticket_id = :ticket AND role = 'lead'"
    values = {"at": desk.at, "ticket": desk.accept(unit_code="110002").ticket_id}
    desk.run(lambda session: session.execute(text(soon), values))
    desk.dispute(desk.accept(unit_code="120001").ticket_id, "120001")
    return desk


def own_list(desk: Desk, unit_id: int) -> Tally:
    """Counted over the rows that the unit itself is shown, one by one."""
    leads = [row.Assignment for row in desk.run(queries.worklist, [unit_id], limit=1000)]
    late = [lead for lead in leads if lead.due_at < desk.at]
    soon = [lead for lead in leads if desk.at <= lead.due_at <= desk.at + work_queries.SOON]
    states = [lead.state for lead in leads]
    redone = sum(lead.round > 1 for lead in leads)
    return Tally(states.count("sent"), len(soon), len(late), states.count("disputed"), redone, len(leads))


def test_every_figure_is_what_the_units_own_worklists_show(busy: Desk) -> None:
    city = busy.reference
    counted = busy.run(counting.by_unit, None, at=busy.at)
    assert counted == {
        unit_id: tally for unit_id in sorted(city.by_id) if (tally := own_list(busy, unit_id)) != Tally()
    }
    whole = rollup.total(rollup.blocks(city, None, counted))
    assert all(getattr(whole, name) for name in FIGURES), whole
    kinds = busy.run(counting.by_category, None, at=busy.at)
    assert rollup.total(rollup.kinds(city, kinds)) == whole
    desk_counts = busy.run(work_queries.worklist_counts, None, at=busy.at)
    pressing = busy.run(supervision.pressing, at=busy.at)
    assert (whole.unacknowledged, whole.soon, whole.overdue) == (
        desk_counts.unacknowledged,
        desk_counts.soon,
        desk_counts.overdue,
    )
    assert (whole.unacknowledged, whole.soon, whole.overdue) == (
        pressing.unacknowledged,
        pressing.due_soon,
        pressing.overdue,
    )


def test_figures_come_from_indexes_however_many_tickets_lie_behind(busy: Desk) -> None:
    def plans(session: Session) -> list[str]:
        """Behind twenty open leads four thousand closed ones, as statistics know them."""
        for table, rest in (("ticket", ""), ("assignment", " AND role = 'lead'")):
            columns = session.scalars(
                text(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = :name ORDER BY ordinal_position"
                ),
                {"name": table},
            ).all()
            given = {"ticket_id": "1000000 + g", "state": "'closed'", "number": "1"}
            picked = ", ".join(given.get(name, f"one.{name}") for name in columns)
            session.execute(
                text(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {picked} FROM generate_series(1, 4000) g,"
                    f" (SELECT * FROM {table} WHERE ticket_id = (SELECT min(ticket_id) FROM ticket){rest} LIMIT 1) one"
                )
            )
            session.execute(text(f"ANALYZE {table}"))
        asked = (counting.by_unit_query(None, busy.at), counting.by_category_query(None, busy.at))
        asked += (counting.by_unit_query([busy.unit_id("110001")], busy.at),)
        compiled = [one.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}) for one in asked]
        connection = session.connection()
        return ["\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {one}")) for one in compiled]

    for plan in busy.run(plans):
        assert "Index Only Scan using assignment_default" in plan, plan
        assert "Seq Scan" not in plan, plan


def client_of(app: Flask, desk: Desk, role: str, unit: str | None) -> FlaskClient:
    who: dict[str, Any] = {"login": role.split("_", maxsplit=1)[0], "name": role, "password": PASSWORD, "roles": [role]}
    unit_id = desk.unit_id(unit) if unit else None
    desk.run(access.create, actor="system:test", at=desk.at, unit_id=unit_id, **who)
    client = app.test_client()
    assert client.post("/login", data={"login": who["login"], "password": PASSWORD}).status_code == 303
    return client


def test_each_supervisor_sees_their_own_units_and_opens_each_figure_to_its_tickets(busy: Desk, config: Config) -> None:
    app = whole_app(config, clock=FixedClock(busy.at), machine_clock=FixedClock(busy.at))
    app.config["WTF_CSRF_ENABLED"] = False
    ticket_id = next(iter(busy.run(queries.worklist, [busy.unit_id("110001")]))).Ticket.ticket_id
    city_wide = {"units": None, "issuing_unit_id": None, "reference": busy.reference, "actor": "account:8"}
    busy.run(orders.issue, ticket_id, ground="overdue", words="请说明进展", at=busy.at, **city_wide)
    city, district = client_of(app, busy, "city_supervisor", None), client_of(app, busy, "district_supervisor", "110")
    page = city.get("/city").text
    rows = {code: CELL.findall(body) for kind, code, body in ROW.findall(page) if kind == "block"}
    assert list(rows) == ["110", "120", ""]
    east = district.get("/district").text
    tiles = {code: CELL.findall(body) for kind, code, body in ROW.findall(east) if kind == "tile"}
    assert list(tiles) == ["110001", "110002", ""], "only the own district's, the rest of it last"
    for place, (_name, _link, number) in enumerate(rows["110"]):
        assert sum(int(cells[place][2]) for cells in tiles.values()) == int(number)
    for client, found in ((city, rows), (district, tiles)):
        for _name, link, number in (cell for cells in found.values() for cell in cells):
            listed = client.get(link.replace("&amp;", "&")).text if link else ""
            assert listed.count("data-ticket=") == int(number), link
    kinds = re.findall(r'<tr data-kind-row="[^"]*">(.*?)</tr>', page, re.DOTALL)
    for _name, link, number in (cell for row in kinds for cell in CELL.findall(row)):
        listed = city.get(link.replace("&amp;", "&")).text if link else ""
        assert listed.count("data-ticket=") == int(number), link
    assert "data-ticket" not in district.get("/board/tickets?figure=open&district=120").text
    step = re.search(r'href="(/board/ladder\?step=[^"]+)">(\d+)<', page)
    if step:
        assert city.get(step[1]).text.count("data-ticket=") == int(step[2])
    assert city.get("/board/ladder?step=nonsense").status_code == 404
    assert "柳荫街道</a>" in page, "the open order"
    live = district.get("/district", headers={"HX-Request": "true"}).text
    seen = re.search(r"/district\?figure=overdue&amp;seen=(\w+)", live)
    assert seen
    asked = district.get(f"/district?figure=overdue&seen={seen[1]}", headers={"HX-Request": "true"})
    assert (asked.status_code, asked.data) == (204, b"")
