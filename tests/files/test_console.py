"""Files on the ticket's page: sent by a plain form, shown with small pictures, refused with a sentence."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dispatch.access import services as access
from dispatch.directory import services as directory
from dispatch.directory.queries import versions_of
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import Row
from dispatch.kernel.application import runtime
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.tickets.intake import Intake, accept
from tests.apps import whole_app
from tests.files import samples
from tests.town import MONDAY, TOWN

PASSWORD = "correct horse battery"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """A person at their desk: fetches pages, and sends a ticket's forms with the page's own token."""

    client: FlaskClient
    number: str

    def page(self) -> str:
        return self.client.get(f"/tickets/{self.number}").text

    def post(self, path: str, **form: object) -> TestResponse:
        token = CSRF.search(self.client.get("/account").text)
        assert token
        return self.client.post(f"/tickets/{self.number}/{path}", data={"csrf_token": token[1], **form})

    def send(self, *files: tuple[bytes, str], purpose: str = "evidence") -> TestResponse:
        return self.post("files", purpose=purpose, file=[(io.BytesIO(content), name) for content, name in files])


@dataclass
class Site:
    app: Flask
    number: str

    def browser(self, role: str, unit: str | None = None) -> Browser:
        login = f"{role}-{unit or 'city'}".replace("_", "-").lower()
        with self.app.app_context(), transaction() as session:
            unit_id = versions_of(session, unit)[0].unit_id if unit else None
            access.create(
                session,
                login=login,
                name="测试",
                password=PASSWORD,
                roles=[role],
                unit_id=unit_id,
                actor="system:test",
                at=MONDAY,
            )
        client = self.app.test_client()
        token = CSRF.search(client.get("/login").text)
        assert token
        answer = client.post("/login", data={"login": login, "password": PASSWORD, "csrf_token": token[1]})
        assert answer.status_code == 303
        return Browser(client, self.number)


@pytest.fixture
def site(config: Config) -> Iterator[Site]:
    clock = FixedClock(MONDAY)
    app = whole_app(config, clock=clock, machine_clock=clock)
    with app.app_context():
        with transaction() as session:
            directory.load_shipped_calendar(session, at=MONDAY)
            directory.import_units(
                session, [Row(line, [*unit, ""]) for line, unit in enumerate(TOWN, start=2)], at=MONDAY
            )
        with transaction() as session:
            matter = Intake(
                kind="complaint", title="柳荫街道垃圾没人清运", text="东区柳荫街道垃圾堆积", unit_code="110001"
            )
            made = accept(
                session,
                matter,
                reference=reference(session, MONDAY),
                vault=runtime().vault,
                actor="account:1",
                at=MONDAY,
            )
    yield Site(app, made.ticket_no)
    with app.app_context():
        db.engine.dispose()


def test_page_lists_what_a_unit_sent_when_the_form_is_posted(site: Site) -> None:
    unit = site.browser("unit_officer", "110001")
    page = unit.page()
    assert 'enctype="multipart/form-data"' in page
    assert 'value="reporter"' not in page
    sent = unit.send((samples.photograph(), "现场.jpg"), (samples.pdf(), "说明.pdf"), purpose="after")
    assert (sent.status_code, sent.location) == (303, f"/tickets/{site.number}#files")
    page = unit.page()
    for words in ("材料已上传。", "现场.jpg", "说明.pdf", "办理后照片", "上传材料 2：办理后照片"):
        assert words in page
    small = re.search(r'src="(/tickets/[^"]+/thumbnail)"', page)
    assert small
    assert unit.client.get(small[1]).content_type == "image/jpeg"
    saved = unit.client.get(f"/tickets/{site.number}/files/2")
    assert (saved.data, saved.headers["X-Content-Type-Options"]) == (samples.pdf(), "nosniff")
    assert "sandbox" in saved.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("kind", "words"), [("SVG", "不接受此类文件"), ("half a JPEG", "文件已损坏"), ("PNG bomb", "展开后过大")]
)
def test_page_says_why_when_a_file_is_refused(site: Site, kind: str, words: str) -> None:
    unit = site.browser("unit_head", "110001")
    answer = unit.send((samples.REFUSED[kind][0], "照片.jpg"))
    assert (answer.status_code, answer.location) == (303, f"/tickets/{site.number}"), "the reason stands at the head"
    page = unit.page()
    assert words in page
    assert "还没有材料" in page


def test_page_says_too_big_when_the_whole_upload_is(site: Site) -> None:
    operator = site.browser("operator")
    answer = operator.send((bytes(50_000_000), "照片.jpg"))
    assert (answer.status_code, "文件过大" in answer.text) == (413, True)


def test_upload_is_refused_when_the_form_has_no_token(site: Site) -> None:
    operator = site.browser("operator")
    form = {"purpose": "evidence", "file": (io.BytesIO(samples.pdf()), "a.pdf")}
    assert operator.client.post(f"/tickets/{site.number}/files", data=form).status_code == 400
    assert "还没有材料" in operator.page()


def test_file_goes_when_its_unit_gives_a_reason(site: Site) -> None:
    unit = site.browser("unit_officer", "110001")
    unit.send((samples.pdf(), "传错了.pdf"))
    assert "请填写移除材料的原因。" in (unit.post("files/1/remove", reason=" "), unit.page())[1]
    assert unit.post("files/1/remove", reason="传错了文件").status_code == 303
    page = unit.page()
    assert "材料已移除。" in page
    assert "传错了.pdf" not in page
    assert unit.client.get(f"/tickets/{site.number}/files/1").status_code == 404


def test_files_are_not_there_when_the_unit_is_another(site: Site) -> None:
    site.browser("operator").send((samples.photograph(), "a.jpg"))
    other = site.browser("unit_officer", "120001")
    for path in ("", "/files/1", "/files/1/thumbnail", "/archive"):
        assert other.client.get(f"/tickets/{site.number}{path}").status_code == 404
    assert other.send((samples.pdf(), "b.pdf")).status_code == 404


def test_panel_only_lists_when_the_person_may_not_attach(site: Site) -> None:
    site.browser("operator").send((samples.photograph(), "现场.jpg"))
    page = site.browser("city_supervisor").page()
    assert "现场.jpg" in page
    assert "multipart/form-data" not in page
