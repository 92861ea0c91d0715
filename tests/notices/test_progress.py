"""The citizen's page: number and code, then where the matter stands; nothing for guessers, nothing about people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from dispatch.access.vault import Vault
from dispatch.console import progress_views
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db
from dispatch.kernel.rate import Fuse
from dispatch.notices.codes import LENGTH, LETTERS, is_code_of, query_code
from tests.apps import whole_app
from tests.notices.conftest import Town, happen
from tests.town import MONDAY

UNKNOWN = "20991231-9999999"
OLD, NEW = bytes(range(32)), bytes(32)


@dataclass
class Window:
    """A browser without an account."""

    app: Flask
    town: Town

    def ask(self, number: str, code: str | None = None, **environment: str) -> TestResponse:
        given = query_code(self.town.desk.vault, number) if code is None else code
        form = {"number": number, "code": given}
        return self.app.test_client().post("/progress", data=form, environ_overrides=environment)


@pytest.fixture
def window(config: Config, town: Town) -> Iterator[Window]:
    progress_views.by_number.forget()
    progress_views.by_address.forget()
    app = whole_app(config, clock=FixedClock(MONDAY))
    app.config["WTF_CSRF_ENABLED"] = False
    yield Window(app, town)
    with app.app_context():
        db.engine.dispose()


def live(town: Town, **values: object) -> str:
    """A ticket that its unit has answered; its number."""
    ticket = town.desk.accept(**values)
    town.desk.acknowledge(ticket.ticket_id)
    words = "王小明您好，垃圾已清运，请联系13911112222"
    town.desk.complete(ticket.ticket_id, answer=words, report="内部：街道早已知情")
    town.perform()
    return ticket.ticket_no


def test_show_unit_answer_and_messages_when_number_and_code_are_right(window: Window) -> None:
    page = window.ask(live(window.town))
    assert page.status_code == 200
    for shown in ("办理单位已答复", "柳荫街道", "垃圾已清运", "发给您的消息", "已派柳荫街道办理"):
        assert shown in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_show_no_person_no_code_and_no_inner_word_when_the_matter_is_shown(window: Window) -> None:
    number = live(window.town)
    page = window.ask(number)
    code = query_code(window.town.desk.vault, number)
    for hidden in ("王小明", "13800138000", "138****8000", "13911112222", "内部", "早已知情", "account:", code):
        assert hidden not in page.text


def test_name_no_matter_when_the_caller_asked_for_secrecy(window: Window) -> None:
    page = window.ask(live(window.town, is_confidential=True))
    assert "办理单位已答复" in page.text
    for hidden in ("柳荫", "垃圾", "清运"):
        assert hidden not in page.text


@pytest.mark.parametrize("typed", ["{number}", " {number} ", "２０２６1102-{rest}"])
def test_understand_what_people_type_when_it_has_blanks_or_wide_figures(window: Window, typed: str) -> None:
    number = live(window.town)
    code = query_code(window.town.desk.vault, number)
    words = typed.format(number=number, rest=number.partition("-")[2])
    assert window.ask(words, f" {code[:4].lower()} {code[4:]}").status_code == 200


def test_answer_alike_when_the_code_is_wrong_and_when_the_number_is_unknown(window: Window) -> None:
    number = live(window.town)
    wrong, unknown = window.ask(number, "AAAAAAAA"), window.ask(UNKNOWN, "AAAAAAAA")
    assert wrong.status_code == unknown.status_code == 404
    token = re.compile(r'name="csrf_token" value="[^"]+"')
    pages = [token.sub("", page.text.replace(asked, "")) for page, asked in ((wrong, number), (unknown, UNKNOWN))]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("change", ["is_imported = true", "ticket_no = 'x'"])
def test_answer_as_for_an_unknown_number_when_it_is_history_or_gone(window: Window, change: str) -> None:
    number = live(window.town)
    statement = f"UPDATE ticket SET {change}" if "imported" in change else "DELETE FROM ticket_number"
    window.town.desk.run(lambda session: session.execute(text(statement)))
    assert window.ask(number).status_code == 404


@pytest.mark.parametrize("code", ["", "全角", "A" * 5000, "\x00", "'; DROP TABLE ticket"])
def test_refuse_calmly_when_anything_is_typed(window: Window, code: str) -> None:
    number = live(window.town)
    assert window.ask(number, code).status_code == 404
    assert window.ask(code or "?", code).status_code == 404
    assert window.app.test_client().post("/progress").status_code == 404


def test_wait_when_one_number_is_guessed_at_and_let_other_numbers_pass(window: Window) -> None:
    number, other = live(window.town), live(window.town)
    for guess in range(10):
        assert window.ask(number, "AAAAAAAA", REMOTE_ADDR=f"10.0.0.{guess}").status_code == 404
    refused = window.ask(number, REMOTE_ADDR="10.0.0.99")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 1
    assert window.ask(other).status_code == 200


def test_wait_when_one_address_guesses_at_many_numbers(window: Window) -> None:
    number = live(window.town)
    asked = [window.ask(f"20261102-{guess:07d}", "AAAAAAAA", REMOTE_ADDR=f"2001:db8::{guess:x}") for guess in range(60)]
    assert {page.status_code for page in asked} == {404}
    assert window.ask(number, REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert window.ask(number, REMOTE_ADDR="2001:db8:1::1").status_code == 200


def test_show_the_surviving_matter_under_the_own_number_when_it_was_merged(window: Window) -> None:
    older = live(window.town)
    later = window.town.desk.accept()
    window.town.perform()
    into = text(
        "UPDATE ticket SET merged_into_id = (SELECT ticket_id FROM ticket_number WHERE ticket_no = :older),"
        " state = 'merged' WHERE ticket_id = :later"
    )
    window.town.desk.run(lambda session: session.execute(into, {"older": older, "later": later.ticket_id}))
    happen(window.town, later.ticket_id, "ticket.merged")
    page = window.ask(later.ticket_no)
    assert later.ticket_no in page.text
    assert older not in page.text
    assert "合并办理" in page.text
    assert "垃圾已清运" in page.text


@pytest.mark.parametrize(
    "state",
    [
        "received",
        "awaiting_dispatch",
        "answered",
        "declined",
        "transferred",
        "invalid",
        "withdrawn",
        "suspended",
        "archived",
    ],
)
def test_say_where_it_stands_in_plain_words_when_the_ticket_is_anywhere(window: Window, state: str) -> None:
    number = live(window.town)
    window.town.desk.run(lambda session: session.execute(text(f"UPDATE ticket SET state = '{state}'")))
    page = window.ask(number)
    assert page.status_code == 200
    assert re.search(r"<strong>[\u4e00-\u9fff，]{4,}</strong>|<strong>已结案</strong>", page.text)


def test_need_no_script_and_carry_the_number_when_the_link_has_it(window: Window) -> None:
    page = window.app.test_client().get("/progress?number=20261102-0000001")
    assert 'value="20261102-0000001"' in page.text
    assert '<form method="post" action="/progress"' in page.text
    assert "onclick" not in page.text


@settings(max_examples=50)
@given(st.from_regex(r"20\d{6}-\d{7}", fullmatch=True))
def test_make_eight_plain_letters_when_any_number_is_given(number: str) -> None:
    vault = Vault({"k1": OLD}, {1: OLD})
    code = query_code(vault, number)
    assert len(code) == LENGTH
    assert set(code) <= set(LETTERS)
    assert is_code_of(vault, number, code)
    assert not is_code_of(vault, number + "0", code)
    assert not is_code_of(Vault({"k1": OLD}, {1: NEW}), number, code)


def test_know_the_old_code_when_the_key_was_changed() -> None:
    before, after = Vault({"k1": OLD}, {1: OLD}), Vault({"k1": OLD}, {1: OLD, 2: NEW})
    number = "20261122-0000017"
    assert query_code(before, number) != query_code(after, number)
    assert is_code_of(after, number, query_code(before, number))


def test_let_one_more_pass_when_time_has_passed() -> None:
    fuse = Fuse(per_second=0.5, burst=2)
    assert [fuse.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 2.0]
    assert fuse.take("b", 0.0) == 0.0
    assert fuse.take("a", 2.0) == 0.0
