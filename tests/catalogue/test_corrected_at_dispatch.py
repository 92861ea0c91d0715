"""A category corrected at manual dispatch brings the helpers of its own entry, not those of the first one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.catalogue import services
from dispatch.catalogue.documents import Document
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.tickets.queries import assignments
from tests.apps import whole_app
from tests.catalogue.words import catalogue
from tests.town import MONDAY, Desk

FIRST = ",,consultation,,E-01,110002,,,供热单位负责，属地协助"
CORRECTED = "1101,,consultation,,E-02,110001,,,供水单位负责，所在地协助"
PASSWORD = "correct horse battery"


@pytest.fixture
def town(desk: Desk) -> Desk:
    desk.run(services.load_shipped_catalogue, at=desk.at)
    file = {"name": "试", "effective_from": MONDAY + timedelta(minutes=1), "actor": "account:1", "at": desk.at}
    desk.run(services.put, Document.CATALOGUE, catalogue(FIRST, CORRECTED), **file)
    return desk


@pytest.fixture
def dispatcher(config: Config, town: Desk) -> FlaskClient:
    clock = FixedClock(MONDAY + timedelta(minutes=2))
    pages: Flask = whole_app(config, clock=clock, machine_clock=clock)
    pages.config["WTF_CSRF_ENABLED"] = False
    with pages.app_context(), transaction() as session:
        access.create(
            session, login="dispatcher", name="某人", password=PASSWORD, roles=["operator"], actor="x", at=MONDAY
        )
    client = pages.test_client()
    client.post("/login", data={"login": "dispatcher", "password": PASSWORD})
    return client


def waiting(town: Desk) -> tuple[str, int]:
    made = town.accept(kind="consultation", title="有件事", text="想反映一件事情")
    return made.ticket_no, made.ticket_id


def helpers(town: Desk, ticket_id: int) -> list[int]:
    return [part.unit_id for part in town.run(assignments, ticket_id) if part.role == "support"]


def ticked(page: str) -> list[str]:
    return re.findall(r'name="supports" id="[^"]*" value="([^"]*)" checked', page)


def test_the_corrected_entry_s_lead_and_helpers_are_offered_when_a_category_is_picked(
    dispatcher: FlaskClient, town: Desk
) -> None:
    number, _ticket_id = waiting(town)
    assert ticked(dispatcher.get("/dispatching").text) == ["110002"]
    offered = dispatcher.get(f"/dispatching/{number}/entry?category=1101").text
    assert ticked(offered) == ["110001"]
    assert 'name="supports_of" value="1101"' in offered
    assert 'name="candidate" value="E-02"' in offered
    assert ticked(dispatcher.get(f"/dispatching/{number}/entry?category=").text) == ["110002"]
    assert dispatcher.get(f"/dispatching/{number}/entry?category=nothing").status_code == 422


def test_only_what_was_shown_for_the_category_counts_as_left_ticked(dispatcher: FlaskClient, town: Desk) -> None:
    first, corrected = town.unit_id("110002"), town.unit_id("110001")
    shown = {"category": "1101", "supports_of": "1101", "candidate": "E-02"}
    for sent, expected in (
        (shown | {"supports": "110001"}, [corrected]),
        (shown, []),
        (shown | {"supports_of": "", "supports": "110002"}, [corrected]),
        ({"candidate": "E-01", "supports_of": "", "supports": "110002"}, [first]),
        ({"candidate": "E-01", "supports_of": ""}, []),
    ):
        number, ticket_id = waiting(town)
        assert dispatcher.post(f"/dispatching/{number}", data=sent).status_code == 303
        assert helpers(town, ticket_id) == expected, sent


def test_enter_in_the_unit_field_presses_no_candidate(dispatcher: FlaskClient, town: Desk) -> None:
    waiting(town)
    form = re.search(
        r'<form method="post" action="/dispatching/.*?</form>', dispatcher.get("/dispatching").text, re.DOTALL
    )
    assert form
    assert 'name="candidate"' not in re.findall(r"<button[^>]*>", form[0])[0]
