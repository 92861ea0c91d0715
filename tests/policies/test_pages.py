"""The pages of policies: everybody concerned reads, the administrator drafts, tries out, puts into force and takes back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.limits.policy import Policy, shipped_text
from dispatch.policies import drafts, queries, services
from tests.apps import whole_app
from tests.policies.words import file, ordinary
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"
DECEMBER = datetime(2026, 12, 1, 1, tzinfo=UTC)

Enter = Callable[..., FlaskClient]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def pages(config: Config, desk: Desk, clock: FixedClock) -> Flask:
    desk.run(services.load_shipped_policy, at=MONDAY)
    made = whole_app(config, clock=clock, machine_clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def enter(pages: Flask) -> Enter:
    """A browser in which a person of this role is logged in."""

    def come_in(role: str) -> FlaskClient:
        values: dict[str, Any] = {"roles": [role], "actor": "system:test", "at": MONDAY}
        login = role.replace("_", "-")
        with pages.app_context(), transaction() as session:
            access.create(session, login=login, name="某人", password=PASSWORD, **values)
        client = pages.test_client()
        assert client.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return client

    return come_in


CHOSEN = re.compile(r'<select[^>]*? name="([^"]+)".*?</select>', re.DOTALL)


def as_sent(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form if nothing were changed."""
    sent: dict[str, list[str]] = {}
    body = page.partition('name="seen"')[2]
    sent["seen"] = re.findall(r'name="seen" value="([^"]*)"', page)[:1]
    for tag in re.finditer(r"<input[^>]*>", body):
        name, value = (re.search(rf' {part}="([^"]*)"', tag[0]) for part in ("name", "value"))
        is_box = 'type="checkbox"' in tag[0]
        if name and (not is_box or " checked" in tag[0]):
            sent.setdefault(html.unescape(name[1]), []).append(html.unescape(value[1] if value else ""))
    for box in CHOSEN.finditer(body):
        chosen = re.findall(r'<option value="([^"]*)" selected>', box[0]) or re.findall(
            r'<option value="([^"]*)"', box[0]
        )
        sent[html.unescape(box[1])] = [html.unescape(chosen[0])]
    return sent


def begun(client: FlaskClient) -> str:
    """The address of a new draft of the first version."""
    answer = client.post("/admin/policies/1/draft")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def body_of(desk: Desk, place: str) -> str:
    return str(desk.run(lambda session: drafts.draft(session, int(place.rpartition("/")[2])).body))


def test_read_a_version_in_words_when_one_may_view(enter: Enter) -> None:
    evaluator = enter("evaluator")
    versions = evaluator.get("/admin/policies")
    assert versions.status_code == 200
    for words in ("出厂政策", "生效中", "自始"):
        assert words in versions.text
    assert "据此起草" not in versions.text
    page = evaluator.get("/admin/policies/1").text
    for words in (
        "供暖",
        "7 个自然日",
        "4 小时",
        "20 分钟",
        "不能延期",
        "时限剩余 50%",
        "所属区",
        "09:00–12:00、13:00–18:00",
        "其余诉求",
    ):
        assert words in page, words
    assert evaluator.get("/admin/policies/99").status_code == 404
    assert evaluator.get("/admin/policies/99999999999999999999").status_code == 404


def test_refuse_whoever_may_not_when_policies_are_asked_for(enter: Enter) -> None:
    system = enter("system_admin")
    place = begun(system)
    viewer, officer = enter("city_supervisor"), enter("operator")
    assert officer.get("/admin/policies").status_code == 403
    assert officer.get("/admin/policies/1").status_code == 403
    for path in (place, f"{place}/text", f"{place}/trial"):
        assert viewer.get(path).status_code == 403
    for path in (place, f"{place}/text", f"{place}/trial", f"{place}/put", f"{place}/discard"):
        assert viewer.post(path).status_code == 403
    for path in ("/admin/policies/1/draft", "/admin/policies/1/withdraw"):
        assert viewer.post(path).status_code == 403


def test_keep_the_file_when_the_form_comes_back_unchanged(enter: Enter, desk: Desk) -> None:
    system = enter("system_admin")
    place = begun(system)
    answer = system.post(place, data=as_sent(system.get(place).text))
    assert answer.status_code == 303
    assert body_of(desk, place) == shipped_text()


def test_change_add_and_remove_rows_when_the_form_says_so(enter: Enter, desk: Desk) -> None:
    system = enter("system_admin")
    place = begun(system)
    sent = as_sent(system.get(place).text)
    sent |= {"name": ["十二月政策"], "limit[1].limit": ["5"], "limit[1].limit.unit": ["wd"], "limit[5].remove": ["1"]}
    added = "limit[25]"
    sent |= {f"{added}.category": ["20"], f"{added}.unit_kind": ["enterprise"], f"{added}.basis": ["企业"]}
    sent |= {f"{added}.{name}": ["2"] for name in ("limit", "acknowledge", "first_contact")}
    sent |= {"ladder[6].at": ["10"], "ladder[6].at.unit": ["%"], "ladder[6].tell": ["unit_head", "district"]}
    sent |= {"cards.share_left": ["0.3"], "extension.cap[1].count": ["1"], "extension.approver": ["hotline"]}
    assert system.post(place, data=sent).status_code == 303
    policy = Policy.read(body_of(desk, place))
    assert (policy.name, policy.limits[0].limit, len(policy.limits)) == ("十二月政策", "5wd", 24)
    assert policy.limit_of("2001", "ordinary", "complaint", "enterprise").limit == "2nd"
    assert policy.limit_of("1001", "ordinary", "complaint").limit == "5wd"
    assert policy.ladder[-1].tell == ("unit_head", "district")
    assert policy.procedure.extension_approver == "hotline"
    assert "十二月政策" not in system.get("/admin/policies").text, "a draft is no version yet"


def test_name_the_key_and_keep_what_was_typed_when_the_form_is_wrong(enter: Enter, desk: Desk) -> None:
    system = enter("system_admin")
    place = begun(system)
    sent = as_sent(system.get(place).text) | {"limit[3].acknowledge": ["十"], "cards.ahead_hours": ["一天"]}
    refused = system.post(place, data=sent)
    assert refused.status_code == 422
    for page in (refused.text, system.get(place).text):
        assert 'href="#field-limit[3].acknowledge"' in page
        assert 'href="#field-cards.ahead_hours"' in page
        assert 'value="十"' in page
        assert 'value="一天"' in page
    assert system.post(f"{place}/trial").status_code == 422
    assert system.post(f"{place}/put", data={"effective_from": "2026-12-01T00:00"}).status_code == 409


def test_keep_a_broken_text_when_it_is_saved(enter: Enter, desk: Desk) -> None:
    system = enter("system_admin")
    place = begun(system)
    seen = as_sent(system.get(f"{place}/text").text)["seen"]
    broken = system.post(f"{place}/text", data={"seen": seen, "text": "limit = [\r\n<b>"})
    assert broken.status_code == 422
    assert "TOML" in broken.text
    assert "&lt;b&gt;" in system.get(f"{place}/text").text
    assert body_of(desk, place) == "limit = [\n<b>"
    moved = system.get(place)
    assert (moved.status_code, moved.headers["Location"]) == (303, f"{place}/text")
    assert system.get(f"{place}/trial").status_code == 200
    unknown = system.post(
        f"{place}/text", data={"seen": as_sent(broken.text)["seen"], "text": file(("long_hours = 72", "longer = 72"))}
    )
    assert "cards.longer" in unknown.text
    assert "没有这一项" in unknown.text


def test_lose_nothing_when_two_people_write_one_draft(enter: Enter, desk: Desk) -> None:
    system = enter("system_admin")
    place = begun(system)
    seen = as_sent(system.get(f"{place}/text").text)["seen"]
    assert system.post(f"{place}/text", data={"seen": seen, "text": file(name="甲")}).status_code == 303
    other = system.post(f"{place}/text", data={"seen": seen, "text": file(name="乙")})
    assert other.status_code == 409
    assert "乙" in other.text
    assert Policy.read(body_of(desk, place)).name == "甲"
    form = as_sent(system.get(place).text)
    by_form = system.post(place, data=form | {"seen": seen, "name": ["丙"]})
    assert (by_form.status_code, "丙" in by_form.text) == (409, True)
    seen = as_sent(by_form.text)["seen"]
    system.post(f"{place}/text", data={"seen": seen, "text": "limit = ["})
    broken = system.post(place, data=form | {"name": ["丁"]})
    assert (broken.status_code, "丁" in broken.text) == (422, True)
    assert body_of(desk, place) == "limit = ["


def test_put_into_force_after_the_dry_run_and_take_back_when_it_is_to_come(
    enter: Enter, desk: Desk, clock: FixedClock
) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).acknowledge(ticket_id)
    desk.later(hours=1).contact(ticket_id)
    desk.later(days=4).complete(ticket_id)
    clock.set(DECEMBER)
    system = enter("system_admin")
    place = begun(system)
    seen = as_sent(system.get(f"{place}/text").text)["seen"]
    assert system.post(f"{place}/text", data={"seen": seen, "text": file(ordinary("3nd"))}).status_code == 303
    first = system.get(f"{place}/trial").text
    assert "3 个自然日" in first
    assert "effective_from" not in first
    unseen = system.post(f"{place}/put", data={"effective_from": "2026-12-02T00:00"})
    assert (unseen.status_code, "请先试算再发布" in unseen.text) == (409, True)

    assert system.post(f"{place}/trial").status_code == 303
    tried = system.get(f"{place}/trial").text
    for words in ("柳荫街道", "由按时变超期", "effective_from"):
        assert words in tried
    for wrong in ("2026-11-30T00:00", "", "nonsense"):
        assert system.post(f"{place}/put", data={"effective_from": wrong}).status_code == 422
    done = system.post(f"{place}/put", data={"effective_from": "2026-12-02T00:00"})
    assert (done.status_code, done.headers["Location"]) == (303, "/admin/policies/2")
    assert system.get(place).status_code == 404, "the draft is a version now"
    assert "待生效" in system.get("/admin/policies").text
    assert system.post("/admin/policies/2/withdraw").status_code == 303
    assert "已撤回" in system.get("/admin/policies").text
    assert "不能撤回" in system.post("/admin/policies/1/withdraw", follow_redirects=True).text
    assert system.post("/admin/policies/9/withdraw").status_code == 404


def test_ask_for_another_dry_run_when_the_draft_was_changed_since(enter: Enter, desk: Desk) -> None:
    system = enter("system_admin")
    place = begun(system)
    system.post(f"{place}/trial")
    seen = as_sent(system.get(f"{place}/text").text)["seen"]
    system.post(f"{place}/text", data={"seen": seen, "text": file(ordinary("3nd"))})
    assert "请重新试算" in system.get(f"{place}/trial").text
    assert system.post(f"{place}/put", data={"effective_from": "2026-12-02T00:00"}).status_code == 409
    assert system.post(f"{place}/discard").status_code == 303
    assert system.get(place).status_code == 404
    assert len(desk.run(queries.versions)) == 1


def test_refuse_a_post_without_a_token_when_it_changes_something(enter: Enter, pages: Flask) -> None:
    system = enter("system_admin")
    place = begun(system)
    pages.config["WTF_CSRF_ENABLED"] = True
    paths = [place, f"{place}/text", f"{place}/trial", f"{place}/put", f"{place}/discard"]
    for path in (*paths, "/admin/policies/1/draft", "/admin/policies/1/withdraw"):
        assert system.post(path).status_code == 400, path
