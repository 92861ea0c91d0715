"""The pages of categories and catalogue: who keeps them drafts, tries out, puts into force and takes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dispatch.access import services as access
from dispatch.catalogue import services
from dispatch.catalogue.documents import Document
from dispatch.disputes import proposing, ruling
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.routing.catalogue import shipped_catalogue_text
from dispatch.routing.taxonomy import shipped_taxonomy_text
from tests.apps import whole_app
from tests.catalogue.words import catalogue, taxonomy
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"

Enter = Callable[..., FlaskClient]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def pages(config: Config, desk: Desk, clock: FixedClock) -> Flask:
    desk.run(services.load_shipped_catalogue, at=MONDAY)
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


def number_of(client: FlaskClient, document: str) -> int:
    """The version in force, by its download link."""
    found = re.search(rf"/admin/{document}/versions/(\d+)/file", client.get(f"/admin/{document}/versions").text)
    assert found
    return int(found[1])


def begun(client: FlaskClient, document: str) -> str:
    answer = client.post(f"/admin/{document}/versions/{number_of(client, document)}/draft")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def seen_of(client: FlaskClient, place: str) -> str:
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(place).text)
    assert seen
    return seen[1]


def saved(client: FlaskClient, place: str, text: str, **more: Any) -> Any:
    return client.post(place, data={"seen": seen_of(client, place), "name": "试行", "text": text, **more})


def test_show_tree_entries_and_versions_when_one_may_view(enter: Enter, desk: Desk) -> None:
    desk.accept()
    viewer = enter("evaluator")
    tree = viewer.get("/admin/taxonomy").text
    for words in ("室温不达标", "暖气不热", "近 90 天", "taxonomy@"):
        assert words in tree
    entries = viewer.get("/admin/catalogue").text
    for words in ("测试热力集团", "供热单位负责", "所在街道、乡镇", "按政策", "catalogue@"):
        assert words in entries
    heating = viewer.get("/admin/catalogue?category=1001").text
    assert "供热单位负责" in heating
    assert "供气企业负责" not in heating
    assert "没有符合的条目" in viewer.get("/admin/catalogue?area=110001").text
    assert viewer.get("/admin/catalogue?category=%00&area=%F0%9F%98%80").status_code == 200
    versions = viewer.get("/admin/catalogue/versions").text
    assert "随系统提供的派单目录" in versions
    assert "据此起草" not in versions


def test_count_tickets_with_those_below_when_the_tree_is_shown(enter: Enter, desk: Desk) -> None:
    for _ in range(3):
        desk.accept()
    rows = re.findall(r'<td>(\d+)</td>\s*<td class="number">(\d+)</td>', enter("evaluator").get("/admin/taxonomy").text)
    counts = dict(rows)

    assert (counts["16"], counts["1601"], counts["10"]) == ("3", "3", "0")


def test_show_rulings_beside_the_entry_when_a_dispute_was_ruled(enter: Enter, desk: Desk) -> None:
    made = desk.accept(category="1001", unit_code="110001")
    desk.acknowledge(made.ticket_id)
    desk.dispute(made.ticket_id)
    values: dict[str, Any] = {"reference": desk.reference, "actor": "account:3", "at": desk.at}
    desk.run(ruling.rule, made.ticket_id, ruling="upheld", unit_code="E-01", reason="供热职责", proposes=True, **values)
    desk.run(proposing.decide, 1, is_accepted=True, actor="account:3", at=desk.at)
    page = enter("adjudicator").get("/admin/catalogue?category=1001").text

    assert made.ticket_no in page
    assert "柳荫街道 → 测试热力集团" in page
    assert "已采纳的建议" in page
    assert "供热职责" not in page, "the words of a ruling stay with its ticket"


def test_accepted_proposal_becomes_a_line_in_force_when_taken_up_into_a_draft(enter: Enter, desk: Desk) -> None:
    made = desk.accept(category="1001", unit_code="110001")
    desk.acknowledge(made.ticket_id)
    desk.dispute(made.ticket_id)
    values: dict[str, Any] = {"reference": desk.reference, "actor": "account:3", "at": desk.at, "proposes": True}
    helpers = ["110001"]
    desk.run(
        *(ruling.rule, made.ticket_id),
        **({"ruling": "upheld", "unit_code": "E-01", "reason": "供热职责", "support_codes": helpers} | values),
    )
    desk.run(proposing.decide, 1, is_accepted=True, actor="account:3", at=desk.at)
    system = enter("system_admin")
    place = begun(system, "catalogue")
    assert saved(system, place, catalogue()).status_code == 303
    seen = seen_of(system, place)

    assert "已采纳而未写入的建议" in system.get(place).text
    assert "→ 测试热力集团 · 协办 柳荫街道" in system.get(place).text
    assert system.post(f"{place}/accepted", data={"seen": "another"}).status_code == 409
    assert system.post(f"{place}/accepted", data={"seen": seen}).status_code == 303
    page = system.get(place).text
    line = f"1001,110001,complaint,,E-01,110001,,,异议裁定先例（工单 {made.ticket_no}）"
    assert line in page
    assert "已采纳而未写入的建议" not in page
    assert "处错误" not in page
    assert system.post(f"{place}/accepted", data={"seen": seen}).status_code == 409


def test_refuse_whoever_may_not_when_pages_are_asked_for(enter: Enter) -> None:
    system = enter("system_admin")
    place = begun(system, "catalogue")
    viewer, officer = enter("city_supervisor"), enter("operator")
    for path in ("/admin/catalogue", "/admin/taxonomy", "/admin/catalogue/versions", "/admin/taxonomy/versions/1/file"):
        assert officer.get(path).status_code == 403
    assert viewer.get(place).status_code == 403
    for path in (place, f"{place}/trial", f"{place}/put", f"{place}/discard"):
        assert viewer.post(path).status_code == 403
    for path in ("/admin/catalogue/versions/1/draft", "/admin/catalogue/versions/1/withdraw"):
        assert viewer.post(path).status_code == 403


def test_hand_out_the_file_to_the_byte_when_it_is_downloaded(enter: Enter) -> None:
    system = enter("system_admin")
    for document, text in (("catalogue", shipped_catalogue_text()), ("taxonomy", shipped_taxonomy_text())):
        answer = system.get(f"/admin/{document}/versions/{number_of(system, document)}/file")
        assert answer.data == text.encode()
        assert "attachment" in answer.headers["Content-Disposition"]
    assert system.get("/admin/taxonomy/versions/99999999999999999999/file").status_code == 404
    assert system.get(f"/admin/taxonomy/versions/{number_of(system, 'catalogue')}/file").status_code == 404
    assert system.get("/admin/policy/versions").status_code == 404


def test_put_into_force_and_take_back_when_a_draft_was_tried(enter: Enter, desk: Desk, clock: FixedClock) -> None:
    for _ in range(2):
        desk.accept()
    clock.set(MONDAY + timedelta(days=30))
    desk.at = clock.now()
    system = enter("system_admin")
    place = begun(system, "catalogue")
    assert "没有变化" in system.get(place).text
    assert saved(system, place, catalogue("1601,,,,E-02,,,,改由水务")).status_code == 303
    page = system.get(place).text
    assert "改由水务" in page
    assert "看过试算结果之后才能发布" in page
    assert system.post(f"{place}/put", data={"effective_from": "2026-12-03T08:00"}).status_code == 409
    assert system.post(f"{place}/trial").status_code == 303
    tried = system.get(place).text
    for name, before, after in (("柳荫街道", 2, 0), ("测试自来水集团", 0, 2)):
        cells = f'<td class="number">{before}</td><td class="number">{after}</td>'
        assert re.search(f"{name} <span[^>]*>[^<]*</span></th>\\s*{cells}", tried)
    for typed in ("2026-12-01T08:00", "", "yesterday"):
        assert system.post(f"{place}/put", data={"effective_from": typed}).status_code == 422
    assert system.post(f"{place}/put", data={"effective_from": "2026-12-03T08:00"}).status_code == 303
    listed = system.get("/admin/catalogue/versions").text
    assert "待生效" in listed
    number = number_of(system, "catalogue")
    assert system.post(f"/admin/catalogue/versions/{number}/withdraw").status_code == 303
    assert "已撤回" in system.get("/admin/catalogue/versions").text
    assert system.get(place).status_code == 404


def test_name_every_fault_when_a_wrong_file_is_sent_in(enter: Enter) -> None:
    system = enter("system_admin")
    place = begun(system, "taxonomy")
    wrong = taxonomy("10,供暖,11,", "11,供水,10,", "12,供电,99,", '13,"<script>alert(1)</script>",98,').encode()
    answer = saved(system, place, "", file=(BytesIO(wrong), "taxonomy.csv"))
    assert answer.status_code == 303
    page = system.get(place).text
    for told in ("第 2 行", "绕回到它自己", "没有上级分类“99”", "没有上级分类“98”"):
        assert told in page
    assert "<script>alert" not in page
    assert system.post(f"{place}/trial").status_code == 422


@pytest.mark.parametrize(
    "content", ["code,name,parent_code\n10,供暖,\n".encode("gb18030"), b"\xff\xfe\x00", b"x" * 600_000]
)
def test_keep_the_draft_when_an_upload_is_no_text(enter: Enter, content: bytes) -> None:
    system = enter("system_admin")
    place = begun(system, "taxonomy")
    answer = saved(system, place, "typed", file=(BytesIO(content), "taxonomy.csv"))
    assert answer.status_code == 422
    assert "室温不达标" not in answer.text, "what was typed stays in the field"
    assert "室温不达标" in system.get(place).text


def test_refuse_with_a_sentence_when_two_write_one_draft(enter: Enter) -> None:
    system = enter("system_admin")
    place = begun(system, "taxonomy")
    assert saved(system, place, "first").status_code == 303
    answer = system.post(place, data={"seen": "taxonomy@0", "name": "试行", "text": "second"})
    assert (answer.status_code, "草稿已在别处修改" in answer.text) == (409, True)
    for data in ({}, {"seen": "x", "name": "", "text": ""}, {"seen": "x", "name": "a" * 500, "text": "b"}):
        assert system.post(place, data=data).status_code == 422
    assert system.post(f"{place}/discard").status_code == 303
    assert system.post(f"{place}/discard").status_code == 404
    assert system.get("/admin/taxonomy/drafts/77777777777777777777").status_code == 404


def test_tell_how_many_words_would_be_read_otherwise_when_a_taxonomy_is_tried(
    enter: Enter, desk: Desk, clock: FixedClock
) -> None:
    desk.accept()
    clock.set(MONDAY + timedelta(days=30))
    system = enter("system_admin")
    place = begun(system, "taxonomy")
    saved(system, place, taxonomy("10,供暖,,", "1001,堆积,10,垃圾:9", "99,其他,,"))
    assert system.post(f"{place}/trial").status_code == 303
    page = system.get(place).text
    assert "分类会变" in page
    assert "测试热力集团" in page, "the entry for heating would have got it"
    assert "在这份分类表中没有" in page


def test_offer_only_categories_in_force_when_a_form_is_shown(enter: Enter, desk: Desk, clock: FixedClock) -> None:
    desk.accept(category="1001")
    values: dict[str, Any] = {"name": "试行", "effective_from": MONDAY + timedelta(days=1), "actor": "x", "at": MONDAY}
    desk.run(services.put, Document.TAXONOMY, taxonomy("16,环境,,", "1699,清运,16,垃圾:9"), **values)
    clock.set(MONDAY + timedelta(days=2))
    operator = enter("operator")
    page = operator.get("/desk").text
    assert "环境 / 清运" in page
    assert "室温不达标" not in page
    assert "供暖 / 室温不达标" in operator.get(f"/tickets/{desk.accepted[0].ticket_no}").text
