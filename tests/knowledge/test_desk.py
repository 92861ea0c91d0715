"""From the caller's words to the answer that rests on an article: search beside the desk, tick, answer, and what is left of it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.knowledge import queries
from dispatch.tickets.models import Ticket
from tests.apps import whole_app
from tests.knowledge.conftest import HEATING, Library

PASSWORD = "correct horse battery"
FORM = {"kind": "consultation", "channel": "phone", "title": "供暖费报停", "text": "暖气不用了怎么报停"}
ANSWER = {"outcome": "answered", "outcome_text": "采暖季开始前到热力公司办理"}


@pytest.fixture
def operator(config: Config, library: Library) -> FlaskClient:
    desk = library.desk
    app: Flask = whole_app(config, clock=FixedClock(desk.at), machine_clock=FixedClock(desk.at))
    app.config["WTF_CSRF_ENABLED"] = False
    who = {"login": "operator", "name": "话务员", "password": PASSWORD, "roles": ["operator"]}
    desk.run(access.create, actor="system:test", at=desk.at, **who)
    client = app.test_client()
    client.post("/login", data={"login": "operator", "password": PASSWORD})
    return client


def offered(page: str, *, is_ticked: bool = False) -> list[int]:
    """The articles whose box stands on the page, ticked or not."""
    boxes = re.findall(r'<input[^>]*form="desk-form"[^>]*name="outcome_cited" value="(\d+)"[^>]*?( checked)?>', page)
    return [int(number) for number, ticked in boxes if bool(ticked) == is_ticked]


def test_answer_cites_what_was_ticked_beside_the_desk(operator: FlaskClient, library: Library) -> None:
    cited, other = library.published(), library.published(title="自来水断水怎么办", questions="", body="先关总阀。")
    assert cited in offered(operator.get("/knowledge/beside?q=供暖费报停").text)
    made = operator.post("/desk", data=FORM | ANSWER | {"key": "k" * 20, "outcome_cited": [str(cited)]})
    assert made.status_code == 303, made.text
    number = made.location.rpartition("/")[2]
    ticket_id = library.desk.run(lambda session: session.query(Ticket).filter_by(ticket_no=number).one().ticket_id)
    event = next(one for one in library.desk.events(ticket_id) if one.type == "ticket.answered")
    assert event.data["articles"] == [{"article": cited, "version": 1}]
    found = library.desk.run(queries.citations, ticket_id)
    assert [(one.article_id, one.version, one.title) for one in found] == [(cited, 1, HEATING.title)]
    assert library.desk.run(queries.cited_counts, [cited, other]) == {cited: 1, other: 0}
    page = operator.get(f"/tickets/{number}").text
    assert "引用知识 1 篇" in page
    assert f'href="/knowledge/{cited}?version=1"' in page
    library.retire(cited)
    assert operator.get(f"/knowledge/{cited}?version=1").status_code == 200, "readable where it was cited"


def test_ticked_articles_stay_ticked_when_something_else_is_searched(operator: FlaskClient, library: Library) -> None:
    cited, other = library.published(), library.published(title="自来水断水怎么办", questions="", body="先关总阀。")
    page = operator.get(f"/knowledge/beside?q=自来水&outcome_cited={cited}&outcome_cited=odd&outcome_cited=999999").text
    assert (offered(page, is_ticked=True), offered(page)) == ([cited], [other])


def test_ticked_articles_stay_ticked_when_the_form_is_refused(operator: FlaskClient, library: Library) -> None:
    cited, second = library.published(), library.published(title="二")
    boxes = {"outcome_cited": [str(cited), str(second)]}
    refused = operator.post("/desk", data=FORM | {"key": "k" * 20, "outcome": "answered"} | boxes)
    assert (refused.status_code, offered(refused.text, is_ticked=True)) == (422, [cited, second])


def test_desk_says_so_at_the_box_when_a_cited_article_has_ended(operator: FlaskClient, library: Library) -> None:
    cited = library.published()
    library.retire(cited)
    refused = operator.post("/desk", data=FORM | ANSWER | {"key": "k" * 20, "outcome_articles": str(cited)})
    assert refused.status_code == 422
    assert "引用的知识不存在或已停用" in refused.text


def test_box_is_nothing_when_the_call_goes_on_to_a_unit(operator: FlaskClient, library: Library) -> None:
    cited = library.published()
    form = {**FORM, "kind": "complaint", "title": "柳荫街道垃圾没人清运", "text": "柳荫街道柳荫第一社区垃圾没人清运"}
    assert operator.post("/desk", data=form | {"key": "k" * 20, "outcome_cited": [str(cited)]}).status_code == 303
    assert library.desk.run(queries.cited_counts, [cited]) == {cited: 0}
