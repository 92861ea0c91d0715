"""The grid worker's phone against the server: photos in parts, things done once, tasks, and whose they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from dispatch.access import services as access
from dispatch.field import entries, uploads
from dispatch.field.models import FieldUpload
from dispatch.files.models import TicketFile
from dispatch.hops import services as hops
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.errors import DomainError
from dispatch.tickets.models import Assignment, Ticket
from tests.apps import whole_app
from tests.files.samples import photograph
from tests.town import Desk

PASSWORD = "Round-of-the-grid-2026"
COMMUNITY, STREET = "110001001", "110001"


@dataclass
class Phone:
    """A logged-in phone: sends as the page's queue does, or as a plain form."""

    client: FlaskClient
    account_id: int

    def queue(self, path: str, key: str, **form: Any) -> TestResponse:
        headers = {"Accept": "application/json", "Idempotency-Key": key}
        return self.client.post(path, data=form, headers=headers)

    def upload(self, key: str, photo: bytes, *, step: int = 9_000, until: int | None = None) -> int:
        """Parts of ``step`` bytes from where the server is, to the end or the first after ``until``; how much is there."""
        here = int(self.client.get(f"/field/uploads/{key}").json["received"])
        while here < (len(photo) if until is None else until):
            sent = photo[here : here + step]
            answer = self.client.put(f"/field/uploads/{key}?begins={here}&size={len(photo)}", data=sent)
            here = int(answer.json["received"])
        return here


@pytest.fixture
def app(config: Config, desk: Desk) -> Iterator[Flask]:
    app = whole_app(config, clock=FixedClock(desk.later(hours=3).at))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


def phone(app: Flask, desk: Desk, login: str, unit: str = COMMUNITY) -> Phone:
    with app.app_context(), transaction() as session:
        facts = {"login": login, "name": "网格员", "password": PASSWORD, "roles": ["grid_worker"]}
        account_id = access.create(session, unit_id=desk.unit_id(unit), actor="system:test", at=desk.at, **facts)
    client = app.test_client()
    assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
    return Phone(client, account_id)


def passed_down(desk: Desk) -> tuple[int, str]:
    taken = desk.accept()
    desk.acknowledge(taken.ticket_id)
    asked = {"unit_code": COMMUNITY, "task": "到现场看看", "reference": desk.reference}
    desk.run(hops.pass_on, taken.ticket_id, unit_id=desk.unit_id(STREET), actor="account:2", at=desk.at, **asked)
    return taken.ticket_id, taken.ticket_no


def count(desk: Desk, what: Any) -> int:
    return int(desk.run(lambda session: session.scalar(select(func.count()).select_from(what))))


def test_report_is_one_ticket_when_a_photo_comes_in_parts_and_answers_are_lost(app: Flask, desk: Desk) -> None:
    worker, other = phone(app, desk, "grid-a"), phone(app, desk, "grid-b")
    photo = photograph(size=(1600, 1200))
    assert worker.upload("k1-0", photo, until=20_000) < len(photo)
    early = worker.queue("/field", "k1", text="井盖松动。请处理", **{"photo.upload": "k1-0"})
    assert (early.status_code, early.json["code"]) == (409, "field.photo_incomplete")
    assert count(desk, Ticket) == 0
    assert other.client.get("/field/uploads/k1-0").json == {"received": 0}
    assert worker.upload("k1-0", photo) == len(photo)
    form = {"text": "井盖松动。请处理", "address": "柳荫街道柳荫第一社区", "photo.upload": "k1-0"}
    first = worker.queue("/field", "k1", **form)
    assert first.status_code == 201, first.text
    desk.run(
        lambda session: session.execute(db.text("DELETE FROM idempotency_key"))
    )  # the answer was lost for two days
    assert worker.queue("/field", "k1", **form).json["ticket_no"] == first.json["ticket_no"]
    assert (count(desk, Ticket), count(desk, TicketFile), count(desk, FieldUpload)) == (1, 1, 0)
    ticket = desk.run(lambda session: session.scalars(select(Ticket)).one())
    assert (ticket.channel, ticket.state, ticket.unit_id) == ("grid", "dispatched", desk.unit_id(STREET))
    assert first.json["ticket_no"] in worker.client.get("/field").text
    assert first.json["ticket_no"] not in other.client.get("/field").text
    assert other.queue("/field", "k1", **{**form, "photo.upload": ""}).status_code == 201  # their own k1
    assert count(desk, Ticket) == 2


def test_report_is_refused_with_its_reason_when_it_cannot_be_taken(app: Flask, desk: Desk) -> None:
    worker = phone(app, desk, "grid-a")
    blank = worker.queue("/field", "k1", text=" ")
    assert (blank.status_code, "不能为空" in blank.json["detail"]) == (422, True)
    worker.upload("k2-0", photograph()[:2_000])
    broken = worker.queue("/field", "k2", text="路灯不亮", **{"photo.upload": "k2-0"})
    assert broken.json["code"] == "file.broken"
    assert worker.queue("/field", "", text="路灯不亮").status_code == 400
    plain = worker.client.post("/field", data={"key": "k3", "text": ""})
    assert (plain.status_code, "没有提交成功" in plain.text) == (422, True)
    photo = (io.BytesIO(photograph()), "a.jpg")
    assert worker.client.post("/field", data={"key": "k3", "text": "路灯不亮", "photo": photo}).status_code == 303
    assert (count(desk, Ticket), count(desk, TicketFile)) == (1, 1)


def test_task_goes_the_way_of_hops_when_answered_from_the_phone(app: Flask, desk: Desk) -> None:
    ticket_id, number = passed_down(desk)
    worker, foreign = phone(app, desk, "grid-a"), phone(app, desk, "grid-x", unit="110002")
    assert worker.client.get("/", follow_redirects=True).request.path == "/field"
    page = worker.client.get("/field").text
    assert "到现场看看" in page
    assert "13800138000" not in page
    assert "到现场看看" not in foreign.client.get("/field").text
    path = f"/field/tasks/{number}"
    assert foreign.queue(path, "k1", act="acknowledge").status_code == 404
    assert worker.queue(path, "k0", act="complete").status_code == 400
    for _twice in range(2):
        assert worker.queue(path, "k1", act="acknowledge").status_code == 201
    assert worker.client.post(path, data={"key": "k2", "act": "photos"}).status_code == 422
    before = (io.BytesIO(photograph()), "before.jpg")
    assert worker.client.post(path, data={"key": "k3", "act": "photos", "before": before}).status_code == 303
    assert "办理前 1 张" in worker.client.get("/field/lists").text
    after = photograph(size=(800, 600))
    worker.upload("k4-0", after)
    done = worker.queue(path, "k4", act="answer", words="已修好", **{"after.upload": "k4-0"})
    assert done.status_code == 201, done.text
    assert desk.event_types(ticket_id)[-3:] == ["file.attached", "file.attached", "hop.reported"]
    late = worker.queue(path, "k5", act="answer", words="再说一次")
    assert (late.status_code, "已经反馈" in late.json["detail"] or "没有待办" in late.json["detail"]) == (403, True)
    part = desk.run(lambda session: session.scalars(select(Assignment).where(Assignment.role == "handler")).one())
    assert part.state == "completed"
    purposes = desk.run(lambda session: session.scalars(select(TicketFile.purpose).order_by(TicketFile.number)).all())
    assert purposes == ["before", "after"]


def test_phone_learns_whose_log_in_it_has_when_it_asks(app: Flask, desk: Desk) -> None:
    worker = phone(app, desk, "grid-a")
    assert worker.client.get("/field/who").json["account"] == str(worker.account_id)
    passer_by = app.test_client()
    assert passer_by.get("/field/who").json == {"account": None}
    shell = passer_by.get("/field/offline?language=en")
    assert (shell.status_code, "Grid report" in shell.text, "网格员" in shell.text) == (200, True, False)
    script = passer_by.get("/field/sw.js")
    assert (script.mimetype, script.headers["Service-Worker-Allowed"]) == ("text/javascript", "/field")
    assert script.headers["Cache-Control"] == "no-cache"
    answer = passer_by.put("/field/uploads/k?begins=0&size=1", data=b"x")
    assert answer.status_code == 303


def test_leftovers_stay_within_bounds_when_photos_never_end(desk: Desk, app: Flask) -> None:
    worker = phone(app, desk, "grid-a")
    me = worker.account_id

    def begin(
        session: Session, key: str, size: int = 9, part: bytes = b"123", begins: int = 0, minutes: int = 0
    ) -> int:
        return uploads.put(session, me, key, part, size=size, begins=begins, at=desk.at + timedelta(minutes=minutes))

    for number in range(uploads.MOST + 3):
        desk.run(begin, f"k{number}", minutes=number)
    assert count(desk, FieldUpload) == uploads.MOST
    assert desk.run(uploads.received, me, "k0") == 0
    last = f"k{uploads.MOST + 2}"
    assert desk.run(begin, last, begins=3) == 6
    assert desk.run(begin, last, begins=3) == 6  # the same part again
    assert desk.run(begin, last, begins=0) == 6
    for wrong in ({"size": 8}, {"part": b"", "begins": 6}, {"begins": 7}, {"size": 10**9}, {"part": b"x" * 300_000}):
        with pytest.raises(DomainError):
            desk.run(begin, last, **wrong)
    big = 9 * 1024 * 1024
    for number in range(8):
        desk.run(begin, f"big{number}", size=big, minutes=100 + number)
    assert desk.run(lambda session: session.scalar(select(func.sum(FieldUpload.size)))) <= uploads.MOST_BYTES
    assert desk.run(uploads.forget_old, desk.at + timedelta(days=1, minutes=50)) == 0
    assert desk.run(uploads.forget_old, desk.at + timedelta(days=2)) > 0
    assert count(desk, FieldUpload) == 0
    taken = desk.accept()
    desk.run(entries.keep, me, "old", "answer", taken.ticket_id, at=desk.at)
    desk.run(entries.keep, me, "own", entries.REPORT, taken.ticket_id, at=desk.at)
    assert desk.run(entries.forget_old, desk.at + timedelta(days=91)) == 1
