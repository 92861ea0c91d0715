"""Accounts by upload: faults by line, nobody raises themselves, links shown once and good once, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.access import queries, services
from dispatch.access.models import AccessLog, AccountInvite, AccountUpload
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.town import MONDAY, Desk

PASSWORD, OWN = "correct horse battery", "only I know this one"
HEAD = "login,name,unit_code,roles\n"
GOOD = (
    HEAD
    + "zhang.san,张三,110001,unit_officer\nli.si,李四,,话务员 回访员\nofficer,经办人甲,110002,unit_officer unit_head\n"
)

Enter = Callable[[str], FlaskClient]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def app(config: Config, desk: Desk, clock: FixedClock) -> Flask:
    made = whole_app(config, clock=clock, machine_clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    unit_id = desk.unit_id("110001")
    people: tuple[tuple[str, str, int | None], ...] = (
        ("security", "security_admin", None),
        ("system", "system_admin", None),
        ("officer", "unit_officer", unit_id),
    )
    with made.app_context(), transaction() as session:
        for login, role, unit in people:
            values: dict[str, Any] = {"roles": [role], "unit_id": unit, "actor": "system:test", "at": MONDAY}
            services.create(session, login=login, name="某人", password=PASSWORD, **values)
    return made


@pytest.fixture
def enter(app: Flask) -> Enter:
    def come_in(login: str) -> FlaskClient:
        client = app.test_client()
        assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return client

    return come_in


def sent(client: FlaskClient, text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    answer = client.post("/admin/account-uploads", data={"file": (BytesIO(content), "accounts.csv")})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def seal(client: FlaskClient, place: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', client.get(place).text)
    assert found
    return found[1]


def put(client: FlaskClient, place: str) -> Any:
    return client.post(f"{place}/put", data={"seal": seal(client, place)})


def faults(page: str) -> list[tuple[str, str, str]]:
    cells = r'data-label="行">(\d+)</td><td data-label="列"><code>([^<]*)</code></td><td class="wide">([^<]*)<'
    return re.findall(cells, page)


def links(page: str) -> list[str]:
    return re.findall(r"data-link>[^<]*(/welcome/[^<]+)<", page)


def logs_in(app: Flask, login: str, password: str) -> bool:
    return app.test_client().post("/login", data={"login": login, "password": password}).status_code == 303


def test_accounts_are_made_and_changed_as_seen_and_each_new_person_sets_the_password_once(
    app: Flask, enter: Enter, desk: Desk
) -> None:
    security = enter("security")
    place = sent(security, GOOD)
    preview = security.get(place).text
    assert "张三" in preview
    assert faults(preview) == []
    assert desk.run(queries.person_by_login, "zhang.san") is None, "looking writes nothing"

    answer = put(security, place)
    first, second = links(answer.text)
    made = {login: desk.run(queries.person_by_login, login) for login in ("zhang.san", "li.si", "officer")}
    assert [(made[one].unit_code, sorted(made[one].roles)) for one in made] == [
        ("110001", ["unit_officer"]),
        (None, ["follow_up_agent", "operator"]),
        ("110002", ["unit_head", "unit_officer"]),
    ]
    assert made["officer"].name == "经办人甲"
    assert links(security.get(place).text) == [], "shown once"
    assert put_again(security, place) == 409
    for guess in ("", "!", PASSWORD):
        assert not logs_in(app, "zhang.san", guess), "nobody has set a password yet"

    anybody = app.test_client()
    assert "zhang.san" in anybody.get(first).text
    for password, again in (("short", "short"), (OWN, "another one entirely"), ("zhang.san1", "zhang.san2")):
        assert anybody.post(first, data={"password": password, "again": again}).status_code == 422
    assert anybody.post(first, data={"password": OWN, "again": OWN}).status_code == 303
    assert logs_in(app, "zhang.san", OWN)
    assert not logs_in(app, "li.si", OWN)
    for spent in (first, "/welcome/nothing", f"{second}x"):
        assert anybody.get(spent).status_code == 410
        assert anybody.post(spent, data={"password": PASSWORD, "again": PASSWORD}).status_code == 410
    assert logs_in(app, "zhang.san", OWN)


def put_again(client: FlaskClient, place: str) -> int:
    return client.post(f"{place}/put", data={"seal": "whatever"}).status_code


def test_every_fault_is_told_with_line_and_column_and_nothing_is_written(enter: Enter, desk: Desk) -> None:
    security = enter("security")
    wrong = HEAD + (
        "good.one,好,110001,unit_officer\n"
        "Bad One,,110001,unit_officer\n"
        "no.unit,无单位,,unit_officer\n"
        "gone.unit,某,999999,operator\n"
        "no.role,某,,\n"
        "two.hats,某,,system_admin security_admin\n"
        "strange,某,,king\n"
        "good.one,又,110001,unit_officer\n"
        "security,某人,,security_admin operator\n"
        "short,某\n"
    )
    place = sent(security, wrong)
    assert faults(security.get(place).text) == [
        ("3", "login", "应为 2 至 64 位小写字母、数字、点、横线或下划线"),
        ("3", "name", "不能为空"),
        ("4", "unit_code", "单位角色须指定所属单位"),
        ("5", "unit_code", "没有这个单位，或单位已撤销"),
        ("6", "roles", "不能为空"),
        ("7", "roles", "系统、安全、审计三类管理员须由不同账号担任"),
        ("8", "roles", "有不认识的角色"),
        ("9", "login", "账号在文件中重复"),
        ("10", "login", "不能更改自己的账号"),
        ("11", "—", "应有 4 列，实有 2 列"),
    ]
    assert put(security, place).status_code == 422
    assert desk.run(queries.person_by_login, "good.one") is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"login,name\n", (HEAD[:-1] + ",password\n").encode()])
def test_a_file_that_is_no_such_table_is_told_so(enter: Enter, content: bytes) -> None:
    security = enter("security")
    place = sent(security, content)
    assert len(faults(security.get(place).text)) == 1
    assert put(security, place).status_code == 422


def test_a_file_too_large_or_missing_is_refused_with_words(enter: Enter) -> None:
    security = enter("security")
    large = security.post("/admin/account-uploads", data={"file": (BytesIO(b"x" * 900_001), "a.csv")})
    missing = security.post("/admin/account-uploads", data={})
    assert (large.status_code, missing.status_code) == (422, 422)
    assert "分成几份" in large.text


def test_what_was_seen_is_what_is_written_or_nothing(app: Flask, enter: Enter, desk: Desk) -> None:
    security = enter("security")
    place, seen = sent(security, GOOD), ""
    seen = seal(security, place)
    desk.run(services.disable, "officer", actor="system:test", at=desk.at)
    assert security.post(f"{place}/put", data={"seal": seen}).status_code == 422, "its line is a fault by now"
    again = sent(security, GOOD.replace("officer,经办人甲,110002,unit_officer unit_head\n", ""))
    seen = seal(security, again)
    values: dict[str, Any] = {"roles": ["operator"], "actor": "system:test", "at": desk.at}
    desk.run(services.create, login="li.si", name="李四", password=PASSWORD, **values)
    assert security.post(f"{again}/put", data={"seal": seen}).status_code == 409
    assert desk.run(queries.person_by_login, "zhang.san") is None
    assert put(security, again).status_code == 200
    assert not put(security, sent(security, HEAD + "zhang.san,张三,110001,unit_officer\n")).text.count("data-link")


def test_only_who_manages_accounts_may(enter: Enter) -> None:
    place = sent(enter("security"), GOOD)
    for other in (enter("system"), enter("officer")):
        for path in ("/admin/account-uploads", place):
            assert other.get(path).status_code == 403
        for path in (
            "/admin/account-uploads",
            f"{place}/put",
            f"{place}/undo",
            f"{place}/discard",
            "/admin/accounts/officer/invite",
        ):
            assert other.post(path).status_code == 403


def test_a_file_is_thrown_away_unless_it_was_put(enter: Enter) -> None:
    security = enter("security")
    place = sent(security, GOOD)
    assert security.post(f"{place}/discard").status_code == 303
    assert security.get(place).status_code == 404
    place = sent(security, GOOD)
    put(security, place)
    assert security.post(f"{place}/discard").status_code == 409


def test_a_link_ends_with_a_newer_one_with_time_and_with_its_account(
    app: Flask, enter: Enter, clock: FixedClock, desk: Desk
) -> None:
    security, anybody = enter("security"), app.test_client()

    def fresh() -> str:
        answer = security.post("/admin/accounts/officer/invite")
        assert answer.status_code == 201
        return re.findall(r"data-fresh>[^<]*(/welcome/[^<]+)<", answer.text)[0]

    older, newer = fresh(), fresh()
    assert (anybody.get(older).status_code, anybody.get(newer).status_code) == (410, 200)
    assert logs_in(app, "officer", PASSWORD), "the old password holds until another is set"
    clock.set(MONDAY + timedelta(days=7))
    assert anybody.get(newer).status_code == 410
    clock.set(MONDAY)
    desk.run(services.set_password, "officer", OWN, actor="system:test", at=MONDAY)
    assert anybody.get(newer).status_code == 410
    last = fresh()
    desk.run(services.disable, "officer", actor="system:test", at=MONDAY)
    assert anybody.post(last, data={"password": OWN, "again": OWN}).status_code == 410
    assert security.post("/admin/accounts/officer/invite").status_code == 409
    assert security.post("/admin/accounts/nobody/invite").status_code == 404


def test_no_token_is_kept_anywhere(enter: Enter, desk: Desk) -> None:
    security = enter("security")
    tokens = [link.rpartition("/")[2] for link in links(put(security, sent(security, GOOD)).text)]

    def kept(session: Any) -> str:
        tables = (AccessLog, AccountInvite, AccountUpload)
        rows = [vars(row) for table in tables for row in session.query(table)]
        return repr(rows)

    text = desk.run(kept)
    assert tokens
    assert not [token for token in tokens if token in text]
    assert text.count("account.invite") == 2, "that they were issued is on record"


def standing(desk: Desk, login: str) -> str | None:
    account = desk.run(queries.lock_account, login)
    return None if account is None else "disabled" if account.disabled_at else "enabled"


def undo(client: FlaskClient, place: str) -> Any:
    return client.post(f"{place}/undo")


def test_everybody_is_as_before_when_a_table_is_undone(app: Flask, enter: Enter, desk: Desk) -> None:
    security, anybody = enter("security"), app.test_client()
    before = desk.run(queries.person_by_login, "officer")
    place = sent(security, GOOD)
    first, second = links(put(security, place).text)
    assert anybody.post(first, data={"password": OWN, "again": OWN}).status_code == 303
    assert logs_in(app, "zhang.san", OWN)

    assert undo(security, place).status_code == 303
    assert desk.run(queries.person_by_login, "officer") == before
    assert standing(desk, "li.si") is None, "nobody ever came in: the log-in is free again"
    assert standing(desk, "zhang.san") == "disabled", "somebody did: what was done keeps its name"
    assert not logs_in(app, "zhang.san", OWN)
    assert anybody.get(second).status_code == 410
    page = security.get(place).text
    assert "已撤销" in page
    assert "/undo" not in page
    assert undo(security, place).status_code == 409
    assert put(security, sent(security, HEAD + "li.si,李四,,operator\n")).text.count("data-link") == 1


@pytest.mark.parametrize("login", ["officer", "li.si"])
def test_nothing_is_undone_when_somebody_was_changed_since(enter: Enter, desk: Desk, login: str) -> None:
    security = enter("security")
    place = sent(security, GOOD)
    put(security, place)
    desk.run(services.rename, login, "又改了", actor="system:test", at=desk.at)
    answer = undo(security, place)
    assert answer.status_code == 409
    assert f'href="/admin/accounts/{login}"' in answer.text
    assert standing(desk, "zhang.san") == "enabled", "nobody else was touched"
    assert undo(security, sent(security, HEAD + "wang.wu,王五,,operator\n")).status_code == 409, "it was never put"


def test_nobody_undoes_what_a_table_did_to_themselves(app: Flask, enter: Enter, desk: Desk) -> None:
    place = sent(enter("security"), HEAD + "officer,某人,,security_admin\n")
    put(enter("security"), place)
    assert undo(enter("officer"), place).status_code == 409
    assert undo(enter("security"), place).status_code == 303
    back = desk.run(queries.person_by_login, "officer")
    assert (back.unit_code, sorted(back.roles)) == ("110001", ["unit_officer"])


def test_a_new_account_on_a_roster_is_ended_and_not_taken_away(enter: Enter, desk: Desk) -> None:
    security = enter("security")
    place = sent(security, HEAD + "zhang.san,张三,110001,unit_officer\n")
    put(security, place)

    def shift(session: Any) -> None:
        session.execute(
            text(
                "INSERT INTO duty_shift (unit_id, account_id, starts_at, ends_at, entered_at, entered_by)"
                " SELECT unit_id, account_id, :at, :until, :at, 'system:test' FROM account WHERE login = 'zhang.san'"
            ),
            {"at": desk.at, "until": desk.at + timedelta(hours=8)},
        )

    desk.run(shift)
    assert undo(security, place).status_code == 303
    assert standing(desk, "zhang.san") == "disabled"
