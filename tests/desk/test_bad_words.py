"""Words that tell nothing, too much or something else, at every door of routing: a clear answer, never a unit by default."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import ticket_id_of
from tests.apps import whole_app
from tests.desk.conftest import PASSWORD
from tests.town import Desk

FORM = {"kind": "complaint", "channel": "phone", "title": "反映一件事", "text": "请派人处理", "key": "k" * 20}
# What names no place for sure: (name, what is typed).
NOWHERE: list[tuple[str, dict[str, str]]] = [
    ("emoji", {"title": "😤😤", "text": "🚮🚮🚮👨‍👩‍👧"}),
    ("english", {"title": "garbage", "text": "Nobody collects the garbage in our yard."}),
    ("two districts", {"title": "垃圾", "text": "东区和西区的垃圾都没人清运"}),
    ("two townships", {"title": "垃圾", "text": "柳荫街道和桥头镇交界处垃圾没人清运", "address": "柳荫街道桥头镇之间"}),
    ("another city", {"title": "垃圾", "text": "上海市浦东新区陆家嘴垃圾没人清运", "address": "上海市浦东新区"}),
    ("blanks and marks", {"title": "。。。", "text": "？？！！ …… ——"}),
    ("markup", {"title": "<script>alert(1)</script>", "text": "{{ 7*7 }} '; DROP TABLE ticket; --"}),
]
EMPTY: list[dict[str, str]] = [
    {"text": ""},
    {"text": "  \n "},
    {"title": ""},
    {"text": "长" * 100_000},
    {"title": "长" * 201},
]


def ticket(desk: Desk, number: str) -> Ticket:
    found: Ticket = desk.ticket(desk.run(ticket_id_of, number))
    return found


@pytest.mark.parametrize(("name", "typed"), NOWHERE, ids=[name for name, _typed in NOWHERE])
def test_a_person_decides_when_no_place_is_sure(
    operator: FlaskClient, desk: Desk, name: str, typed: dict[str, str]
) -> None:
    seen = operator.post("/desk/suggest", data=FORM | typed)
    assert seen.status_code == 200, name
    assert "<script>alert" not in seen.text
    sent = operator.post("/desk", data=FORM | typed)
    assert sent.status_code == 303, sent.text
    again = operator.post("/desk", data=FORM | typed)
    assert again.location == sent.location, "the same key is the same ticket"
    made = ticket(desk, sent.location.rpartition("/")[2])
    assert (made.state, made.unit_id) == ("awaiting_dispatch", None)
    assert made.routing is not None
    assert made.routing["reasons"], "why nobody was chosen"


@pytest.mark.parametrize("typed", EMPTY, ids=["empty", "blank", "no title", "100,000 characters", "long title"])
def test_the_form_stays_with_what_was_typed_when_words_are_missing_or_too_many(
    operator: FlaskClient, desk: Desk, typed: dict[str, str]
) -> None:
    assert operator.post("/desk/suggest", data=FORM | typed).status_code == 200
    refused = operator.post("/desk", data=FORM | typed)
    assert refused.status_code == 422
    (field,) = typed
    assert f'id="field-{field}"' in refused.text
    assert 'aria-invalid="true"' in refused.text
    mended = operator.post("/desk", data=FORM)
    assert mended.status_code == 303, "a refused form has not used up its key"


@pytest.fixture
def client(config: Config, desk: Desk, operator: FlaskClient) -> FlaskClient:
    """Programs ask with the same log-in: ``Accept`` and body say JSON."""
    app = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    app.config["WTF_CSRF_ENABLED"] = False
    made = app.test_client()
    made.post("/login", data={"login": "wang", "password": PASSWORD})
    return made


WORDS = [typed for _name, typed in NOWHERE] + [{"title": "", "text": ""}, {"title": "有事", "text": "长" * 100_000}]


def test_programs_are_answered_or_refused_in_words_whatever_is_asked(client: FlaskClient) -> None:
    wrong: list[Any] = []
    for typed in WORDS:
        for door in ("categories", "repeats"):
            answer = client.post(f"/api/v1/suggest/{door}", json=typed)
            if answer.status_code not in (200, 422):
                wrong.append((door, typed, answer.status_code))
        for door in ("units", "categories", "places"):
            answer = client.get(f"/api/v1/suggest/{door}", query_string={"q": typed["text"]})
            if answer.status_code != (200 if 0 < len(typed["text"]) < 1000 else 422) and typed["text"]:
                wrong.append((door, typed["text"][:20], answer.status_code))
    assert wrong == []


def test_programs_get_no_unit_by_default_when_no_place_is_sure(client: FlaskClient, desk: Desk) -> None:
    for number, (name, typed) in enumerate(NOWHERE):
        body = {"kind": "complaint"} | typed
        sent = client.post("/api/v1/tickets", json=body, headers={"Idempotency-Key": f"key-{number}"})
        assert sent.status_code == 201, (name, sent.text)
        made = ticket(desk, sent.json["ticket_no"])
        assert (made.state, made.unit_id) == ("awaiting_dispatch", None), name
    for typed in EMPTY:
        body = {"kind": "complaint", "title": "有事", "text": "请派人处理"} | typed
        sent = client.post("/api/v1/tickets", json=body, headers={"Idempotency-Key": "key-bad"})
        assert sent.status_code == 422
        assert next(iter(typed)) in sent.json["fields"]
