"""What the city says in place of the shipped texts: checked, tried, versioned, taken back; each message knows its words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dispatch.console.wording_views import NAMES
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.notices import wording_verbs, wordings
from dispatch.notices.render import text_of
from dispatch.notices.templates import templates
from dispatch.notices.wording_rules import message_faults, script_faults
from dispatch.notices.wording_trial import BLANK_WORDS, trial
from dispatch.notices.wordings import OWN_FROM, WordingKind
from tests.apps import whole_app
from tests.notices.conftest import Town
from tests.policies.test_pages import enter

__all__ = ["enter"]

MESSAGE, SCRIPT = WordingKind.MESSAGE, WordingKind.SCRIPT
NEW = "【12345】您好，诉求（{ticket_no}）已交{unit}办理[，{due}前答复]。"
DISCREET = "【12345】您的事项（{ticket_no}）已在办理。"


def faults(name: str, text: str, confidential: str = DISCREET) -> list[tuple[str, str]]:
    found = message_faults(templates()[name], text, confidential)
    return [(field, one.told()) for field, of_field in found.items() for one in of_field]


@pytest.mark.parametrize("name", list(templates()))
def test_find_nothing_wrong_when_the_words_are_the_shipped_ones(name: str) -> None:
    assert faults(name, templates()[name].text, templates()[name].confidential) == []
    assert name in NAMES
    assert {*templates()[name].values, *templates()[name].words} <= BLANK_WORDS.keys()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("【12345】诉求（{ticket_no}）已派{phone}办理。", "不能使用占位符 {phone}"),
        ("【12345】诉求（{ticket_no}）查询码{code}。", "不能使用占位符 {code}"),
        ("【12345】诉求已派{unit}办理。", "缺少占位符 {ticket_no}"),
        (
            "【12345】诉求（{ticket_no}）已派办[，{due。",
            "括号不成对：占位符写作 {名称}，可省略的部分写作 […]，不能嵌套",
        ),
        ("【12345】诉求（{ticket_no}）请联系13800138000。", "不能写入电话号码或证件号码"),
        ("诉求（{ticket_no}）已派{unit}办理。", "短信应以签名开头，如【12345】"),
        ("【12345】诉求（{ticket_no}）\n已派。", "不能有换行或控制字符"),
        ("【12345】（{ticket_no}）" + "长" * 120, "最长会有 145 个字，不能超过 134 个字"),
        ("", "不能为空"),
    ],
)
def test_name_the_fault_when_words_may_not_be_said(text: str, told: str) -> None:
    assert ("text", told) in faults("dispatched", text)


def test_keep_the_matter_out_when_the_caller_asked_for_secrecy() -> None:
    secret = faults("dispatched", NEW, "【12345】您的投诉（{ticket_no}）已派{unit}。")
    assert ("confidential", "不能使用占位符 {unit}") in secret
    assert ("confidential", "保密来电的短信不能提到“投诉”") in secret
    assert ("text", "{reason} 有时没有内容，请放在 […] 里") in faults(
        "extended", "【12345】（{ticket_no}）因{reason}延期。"
    )
    assert [one.told() for one in script_faults("请拨打{code}。")["text"]] == ["不能使用占位符 {code}"]


def test_say_each_message_in_the_words_in_force_when_it_was_written(town: Town) -> None:
    desk = town.desk
    desk.accept()
    town.perform()
    put: dict[str, Any] = {"text": NEW, "confidential": DISCREET, "actor": "account:1"}
    first = desk.run(wording_verbs.put, MESSAGE, "dispatched", **put, reason="更简短", at=desk.at)
    later = desk.at + timedelta(days=1)
    to_come = put | {"text": NEW.replace("您好，", ""), "in_force_from": later}
    second = desk.run(wording_verbs.put, MESSAGE, "dispatched", **to_come, reason="明天起", at=desk.at)
    assert (first.version, second.version) == (OWN_FROM, OWN_FROM + 1)
    desk.accept()
    town.perform()
    old, new = [one for one in town.messages() if one.template == "dispatched"]
    assert (old.template_version, new.template_version) == (1, OWN_FROM)
    said = [desk.run(text_of, one, vault=desk.vault, public_url=None) for one in (old, new)]
    assert "已派柳荫街道办理" in said[0]
    assert said[1].startswith("【12345】您好，诉求（")

    tried = desk.run(trial, MESSAGE, "dispatched", text=NEW, confidential=DISCREET)
    assert [(one.kind, one.ticket_no) for one in tried] == [("complaint", desk.accepted[-1].ticket_no), (None, None)]
    assert "已交柳荫街道办理" in tried[0].text
    assert tried[1].text == "【12345】您好，诉求（〔工单号〕）已交〔承办单位〕办理，〔最迟日期〕前答复。"

    back = desk.run(wording_verbs.restore, MESSAGE, "dispatched", 1, reason="改回", actor="account:1", at=desk.at)
    assert (back.version, back.restores, back.text) == (OWN_FROM + 2, 1, templates()["dispatched"].text)
    for at in (desk.at, later):
        assert desk.run(wordings.templates_at, at)["dispatched"].text == templates()["dispatched"].text
    assert [one.version for one in desk.run(wordings.history, MESSAGE, "dispatched")] == [1002, 1001, 1000, 1]
    with pytest.raises(Conflict):
        desk.run(wording_verbs.put, MESSAGE, "dispatched", **put, reason="再改", based_on=1, at=desk.at)
    early = put | {"in_force_from": desk.at - timedelta(hours=1)}
    with pytest.raises(DomainError, match="wording_past"):
        desk.run(wording_verbs.put, MESSAGE, "dispatched", **early, reason="再改", at=desk.at)


@pytest.fixture
def pages(config: Config, town: Town) -> Flask:
    made = whole_app(config, clock=FixedClock(town.desk.at))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.mark.usefixtures("pages")
def test_try_put_and_take_back_when_an_administrator_has_the_page(town: Town, enter: Any) -> None:
    chief = enter("system_admin")
    place = "/admin/templates/script/unlawful"
    wrong = chief.post(f"{place}/trial", data={"text": "请打13800138000"})
    assert wrong.status_code == 422
    assert "不能写入电话号码或证件号码" in wrong.text
    said = {"text": "这件事我们不能办理，请您依法表达诉求。", "reason": "更口语", "based_on": "1"}
    assert "没有保存，也没有发送" in chief.post(f"{place}/trial", data=said).text
    assert "更口语" not in chief.get(place).text
    assert chief.post(place, data=said).status_code == 303
    assert town.desk.run(wordings.scripts_at, town.desk.at)["unlawful"] == said["text"]
    stale = chief.post(place, data=said | {"text": "另一句。"})
    assert stale.status_code == 409
    assert chief.get("/api/v1/wordings").json["items"][-1]["version"] == OWN_FROM
    assert chief.post(f"{place}/restore", data={"version": "1"}).status_code == 303
    assert [one["version"] for one in chief.get("/api/v1/wordings/script/unlawful").json["items"]] == [1001, 1000, 1]
    assert chief.get("/api/v1/wordings/letter/unlawful").status_code == 404
    assert enter("operator").get("/admin/templates").status_code == 403
