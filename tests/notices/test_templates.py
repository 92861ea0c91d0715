"""The table of texts: complete, short enough, without a blank that nothing fills."""

from __future__ import annotations

import re
import unicodedata

import pytest

from dispatch.notices.citizens import CONDITIONS, told_events
from dispatch.notices.rules import sending_rules
from dispatch.notices.templates import AT_SENDING, BLANK, OPTIONAL, Template, fill, templates

ONE_MESSAGE, TWO_MESSAGES = 70, 2 * 67  # characters of UCS-2, as gateways count
LONGEST = {
    "ticket_no": "20261122-0000017",
    "code": "HKTAMWFC",
    "page": "https://12345.example.gov.cn/progress",
    "link": "https://12345.example.gov.cn/r/1a2b3c4d5e6f7a8b9c",
    "unit": "测试市柳荫区桥头镇人民政府",
    "due": "12月31日18:30",
    "until": "12月31日",
    "service": "110",
    "ground": "同一诉求正在办理或者已经办结且没有新情况",
}
ALL = sorted(templates().values(), key=lambda template: template.name)
by_name = pytest.mark.parametrize("template", ALL, ids=lambda template: template.name)


def longest(template: Template, text: str) -> str:
    words = dict.fromkeys(template.words, "字" * sending_rules().gist_characters)
    return fill(text, LONGEST | words)


@by_name
def test_know_a_source_for_every_blank_when_a_text_has_one(template: Template) -> None:
    filled = AT_SENDING | set(template.values) | set(template.words)
    assert set(BLANK.findall(template.text)) <= filled
    assert set(template.values) | set(template.words) <= set(BLANK.findall(template.text + template.confidential))


@by_name
def test_require_only_what_is_always_there_when_nothing_else_is_known(template: Template) -> None:
    always = {"ticket_no", "code", "unit", "due", "service"}
    assert set(BLANK.findall(OPTIONAL.sub("", template.text))) <= always


@by_name
def test_name_no_matter_when_the_caller_asked_for_secrecy(template: Template) -> None:
    assert set(BLANK.findall(template.confidential)) <= {"ticket_no", "code", "page", "link", "due"}
    assert not {"诉求", "投诉", "举报", "派单"} & set(re.findall("诉求|投诉|举报|派单", template.confidential))


@by_name
def test_fit_into_two_messages_when_every_blank_is_long(template: Template) -> None:
    for text in (template.text, template.confidential):
        assert len(longest(template, text)) <= TWO_MESSAGES
        assert len(fill(OPTIONAL.sub("", text), LONGEST)) <= ONE_MESSAGE


@by_name
def test_read_as_a_sentence_when_optional_parts_are_missing(template: Template) -> None:
    for text in (template.text, template.confidential):
        bare = fill(text, {name: LONGEST[name] for name in ("ticket_no", "code", "unit", "due", "service")})
        assert bare.startswith("【12345】")
        assert bare.endswith("。")
        assert not re.search(r"[{}\[\]]|[：，。][：，。]|（）", bare)
        assert all(unicodedata.category(letter) != "Cc" for letter in bare)


@by_name
def test_state_a_known_condition_when_it_depends(template: Template) -> None:
    assert template.when in CONDITIONS
    assert template.version >= 1


def test_leave_a_part_out_when_its_blank_is_empty() -> None:
    text = "已派{unit}办理[，最迟{due}答复][（{note}）]。"
    assert fill(text, {"unit": "柳荫街道", "due": "11月9日", "note": ""}) == "已派柳荫街道办理，最迟11月9日答复。"


def test_keep_brackets_of_a_value_when_a_citizen_or_unit_wrote_them() -> None:
    assert fill("答复：{answer}", {"answer": "见[附件]{unit}", "unit": "x"}) == "答复：见[附件]{unit}"


def test_send_nothing_when_the_data_do_not_name_the_event() -> None:
    assert "card.issued" not in told_events()
