"""The administrator's page of the calendar: sent in, looked at, put into force, walked to its end by the workers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dispatch.calendars import jobs, services, walking
from dispatch.calendars.notice import Notice
from dispatch.directory.snapshot import reference
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.supervision import orders
from dispatch.supervision import services as supervision
from dispatch.supervision.moving import move_orders
from tests.apps import whole_app
from tests.calendars.test_recount import NEW_YEAR, YEAR_END, midnight, stands, with_limit
from tests.policies.test_pages import enter
from tests.town import Desk

__all__ = ["enter"]

ORDINARY_ORDER_DAYS = 3  # policy.toml

Enter = Callable[..., FlaskClient]


@pytest.fixture
def pages(config: Config, desk: Desk) -> Flask:
    desk.at = YEAR_END
    clock = FixedClock(YEAR_END)
    made = whole_app(config, clock=clock, machine_clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def send(client: FlaskClient, content: bytes, kind: str = "notice", name: str = "2027.json", **values: str) -> Any:
    form = {"kind": kind, "file": (io.BytesIO(content), name), **values}
    return client.post("/admin/calendar", data=form, content_type="multipart/form-data")


def as_json(notice: Notice) -> bytes:
    days = [{"name": day.name, "date": day.day.isoformat(), "isOffDay": day.is_off} for day in notice.days]
    return json.dumps({"year": notice.year, "days": days}).encode()


def order(desk: Desk, ticket_id: int) -> None:
    values: dict[str, Any] = {"ground": "grave", "words": "请说明进展", "units": None, "issuing_unit_id": None}
    desk.run(supervision.issue, ticket_id, reference=desk.reference, actor="account:1", at=desk.at, **values)


def limit_of_order(desk: Desk, ticket_id: int) -> datetime:
    with Session(desk.engine) as session:
        found = orders.open_order(session, ticket_id)
        assert found is not None
        return found.due_at


def test_notice_is_looked_at_then_put_then_everything_open_moves_once(pages: Flask, enter: Enter, desk: Desk) -> None:
    ticket_id = with_limit(desk, "5wd")
    order(desk, ticket_id)
    promised, ordered = stands(desk, ticket_id)[0].due_at, limit_of_order(desk, ticket_id)
    client = enter("system_admin")

    sent = send(client, as_json(NEW_YEAR))
    assert sent.status_code == 303, sent.get_data(as_text=True)
    seen = client.get(sent.location).get_data(as_text=True)
    assert desk.accepted[-1].ticket_no in seen
    assert stands(desk, ticket_id)[0].due_at == promised, "looking changes nothing"
    with Session(desk.engine) as session:
        assert not reference(session, YEAR_END).calendar.covers(2027)

    assert client.post(f"{sent.location}/put").status_code == 303
    assert client.post(f"{sent.location}/put").status_code == 409
    assert client.post(f"{sent.location}/discard").status_code == 409
    with pages.app_context():
        jobs.walk()
        jobs.walk()

    ticket, _parts, told = stands(desk, ticket_id)
    assert (ticket.due_at, ticket.is_due_provisional) == (midnight(1, 8), False)
    assert limit_of_order(desk, ticket_id) >= ordered
    assert [event.type for event in told].count("ticket.due_moved") == 2  # with_limit's own, and the calendar's
    page = client.get(sent.location).get_data(as_text=True)
    assert "已完成" in page
    assert client.get("/admin/calendar?year=2027").status_code == 200


def test_order_is_counted_from_its_issue_and_from_the_last_return(desk: Desk) -> None:
    desk.at = YEAR_END
    first, second = (desk.accept().ticket_id for _ in range(2))
    by: dict[str, Any] = {"units": None, "actor": "account:1"}
    for ticket_id in (first, second):
        order(desk, ticket_id)
    unit = frozenset({desk.unit_id("110001")})
    reference_ = desk.reference
    desk.run(
        supervision.answer, second, words="已在办", reference=reference_, units=unit, actor="account:1", at=desk.at
    )
    later = desk.at + timedelta(days=1)
    values: dict[str, Any] = {"decision": "returned", "words": "请写清楚", "reference": reference_, "at": later}
    desk.run(supervision.review, second, **values, **by)
    before = [limit_of_order(desk, one) for one in (first, second)]

    desk.run(services.replace_notice, NEW_YEAR, source="test", actor="system:calendar", at=desk.at)
    since = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(days=30)
    moving: dict[str, Any] = {"actor": walking.ACTOR, "at": desk.at}
    count = desk.run(move_orders, desk.reference, since, **moving)
    assert desk.run(move_orders, desk.reference, since, **moving) == 0, "twice moves nothing"

    after = [limit_of_order(desk, one) for one in (first, second)]
    assert count == sum(one != other for one, other in zip(before, after, strict=True))
    assert after == [order_limit(desk, YEAR_END), order_limit(desk, later)]


def order_limit(desk: Desk, began: datetime) -> datetime:
    """So many working days after ``began``, by the days themselves."""
    left, day = ORDINARY_ORDER_DAYS, (began + timedelta(hours=8)).date()
    off = {one.day for one in NEW_YEAR.days if one.is_off}
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in off
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=16)


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"\xff\xfe", "notice", "UTF-8"),
        (b'{"year": 2027, "days": []}', "notice", "尚未公布"),
        (b"date,name,kind\n2026-13-01,x,off\n", "local", "第 2 行"),
        (b"", "package", "年份"),
        (b"date,name,kind\n", "local", "没有需要更改的日子"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_kept(
    pages: Flask, enter: Enter, content: bytes, kind: str, words: str
) -> None:
    client = enter("system_admin")
    refused = send(client, content, kind, "x.csv")
    assert refused.status_code in (400, 409, 422)
    page = refused.get_data(as_text=True)
    assert words in page
    assert "还没有从网页导入过" in page


def test_local_additions_replace_each_other(pages: Flask, enter: Enter, desk: Desk) -> None:
    client = enter("system_admin")
    sent = send(client, "date,name,kind\n2026-12-31,本市活动,half\n".encode(), "local", "local.csv")
    assert client.post(f"{sent.location}/put").status_code == 303
    with Session(desk.engine) as session:
        assert [(one.day, one.kind) for one in services.local_days(session)] == [(date(2026, 12, 31), "half")]
    page = client.get("/admin/calendar").get_data(as_text=True)
    assert "本市活动" in page
    assert "正在重新计算" in page


def test_others_read_or_are_refused(pages: Flask, enter: Enter) -> None:
    reader, stranger = enter("evaluator"), enter("operator")
    assert reader.get("/admin/calendar").status_code == 200
    assert "查看影响" not in reader.get("/admin/calendar").get_data(as_text=True)
    assert send(reader, b"{}").status_code == 403
    assert stranger.get("/admin/calendar").status_code == 403
