"""The citizen's entrance: a matter reported by the web is a ticket like any other, once, and not without end."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.console import citizen_views
from dispatch.files.models import TicketFile
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.tickets.models import Ticket
from tests.apps import whole_app
from tests.files import samples
from tests.town import MONDAY, Desk

MATTER = {
    "kind": "complaint",
    "title": "柳荫街道垃圾没人清运",
    "text": "东区柳荫街道柳荫第一社区楼下垃圾堆积三天",
    "phone": "13800138000",
}


@pytest.fixture
def app(config: Config, desk: Desk) -> Flask:
    for fuse in (citizen_views.by_address, citizen_views.by_phone):
        fuse.forget()
    made = whole_app(config, clock=FixedClock(MONDAY))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def send(app: Flask, key: str = "k-1", address: str = "192.0.2.1", **values: Any) -> Any:
    form = {**MATTER, "key": key, **values}
    return app.test_client().post(
        "/citizen/report",
        data=form,
        content_type="multipart/form-data",
        environ_overrides={"REMOTE_ADDR": address},
    )


def tickets(desk: Desk) -> list[Ticket]:
    with Session(desk.engine) as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.ticket_id)))


def test_report_is_dispatched_at_once_and_asked_after_by_number_and_code(app: Flask, desk: Desk) -> None:
    told = send(app)
    page = told.get_data(as_text=True)
    assert told.status_code == 201, page
    (ticket,) = tickets(desk)
    assert (ticket.channel, ticket.state, ticket.unit_id) == ("web", "dispatched", desk.unit_id("110001"))
    number, code = re.findall(r"<dd>([^<]+)</dd>", page)
    assert number == ticket.ticket_no
    asked = app.test_client().post("/progress", data={"number": number, "code": code})
    assert "柳荫街道" in asked.get_data(as_text=True)


def test_form_sent_twice_is_one_ticket(app: Flask, desk: Desk) -> None:
    assert [send(app).status_code for _ in range(2)] == [201, 201]
    assert len(tickets(desk)) == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [({"phone": ""}, "请填写手机号码"), ({"phone": "12"}, "phone"), ({"title": ""}, "title"), ({"kind": "x"}, "kind")],
)
def test_what_is_missing_is_named_at_its_field_and_what_was_typed_stays(
    app: Flask, desk: Desk, values: dict[str, str], said: str
) -> None:
    refused = send(app, **values)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert said in page
    assert MATTER["text"] in page
    assert tickets(desk) == []


def test_photo_is_kept_with_the_ticket_and_a_wrong_one_refuses_the_whole(app: Flask, desk: Desk) -> None:
    refused = send(app, photo=(io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "a.svg"))
    assert refused.status_code in (413, 415, 422)
    assert tickets(desk) == []
    assert send(app, key="k-2", photo=(io.BytesIO(samples.picture()), "a.jpg")).status_code == 201
    with Session(desk.engine) as session:
        (file,) = session.scalars(select(TicketFile))
        assert (file.purpose, file.uploaded_by) == ("reporter", "citizen:web")


def test_one_telephone_reports_three_times_and_then_waits(app: Flask, desk: Desk) -> None:
    answers = [send(app, key=f"k-{number}", address=f"192.0.2.{number}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert MATTER["text"] in answers[-1].get_data(as_text=True)
    assert send(app, key="k-0", address="192.0.2.0").status_code == 201, "what was taken is answered again"
    assert len(tickets(desk)) == 3


def test_large_letters_stay_on_this_browser_until_they_are_switched_off(app: Flask) -> None:
    client = app.test_client()
    assert 'class="big-type"' not in client.get("/citizen").get_data(as_text=True)
    assert client.post("/citizen/big-type", data={"big": "true", "next": "//elsewhere"}).location == "/"
    assert 'class="big-type"' in client.get("/progress").get_data(as_text=True)
    client.post("/citizen/big-type", data={"big": "false"})
    assert 'class="big-type"' not in client.get("/citizen").get_data(as_text=True)


def test_look_stays_on_this_browser_and_no_sheet_of_the_dark_reaches_paper(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/citizen").text
    assert 'media="screen and (prefers-color-scheme: dark)"' in page
    assert client.post("/look", data={"scheme": "dark", "next": "//elsewhere"}).location == "/"
    client.post("/look", data={"density": "dense"})
    page = client.get("/citizen").text
    assert 'media="screen" data-dark' in page
    assert 'content="dark"' in page
    assert 'class="dense"' in page
    client.post("/look", data={"scheme": "light"})
    client.post("/look", data={"density": "comfortable", "scheme": "neon"})
    page = client.get("/citizen").text
    assert "dark.css" not in page
    assert 'class="dense"' not in page
