"""What a new caller may be repeating, by telephone, by place and category, and by words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from dispatch.access.vault import Reporter
from dispatch.likeness import services
from dispatch.merging import services as merging
from dispatch.routing.taxonomy import shipped_taxonomy
from dispatch.tickets.models import Ticket
from tests.likeness.conftest import OPERATOR, ask, ids
from tests.town import Desk

STORY = (
    "小区3号楼地下车库入口处的路灯坏了两个多月，晚上出入很不安全，物业公司一直没有派人维修，"
    "上周还有一位老人在这里摔倒受伤，居民多次打电话反映都没有结果，请尽快安排维修。"
)
RETOLD = (
    "您好！居民多次打电话反映都没有结果，上周还有一位老人在这里摔倒受伤。小区三号楼地下车库入口处的路灯坏了２个多月，"
    "夜间出入很不安全，物业一直没有派人维修，谢谢！"
)
STRANGE = "学校门口上下学时段车辆乱停，交警没有到场疏导，家长接送孩子非常危险，希望增设护栏和标线。"


def counted(desk: Desk) -> int:
    found: int = desk.run(lambda session: session.scalar(text("SELECT count(*) FROM likeness")))
    return found


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(desk.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(desk.engine, "before_cursor_execute", note)


def test_repeats_finds_the_callers_own_and_the_same_matter_when_asked(desk: Desk) -> None:
    mine = desk.accept(title="路灯不亮", text="柳荫街道路灯不亮")
    other = desk.accept(reporter=Reporter("李", "13900139000"))
    desk.accept(merge_into=other.ticket_no, reporter=Reporter("张", "13700137000"))
    seen = desk.ticket(other.ticket_id)
    phones = desk.vault.blind_indexes("13800138000")
    found = ask(desk, phone_indexes=phones, place_code=seen.place_code, category=seen.category)
    assert [(one.ticket.ticket_id, one.is_own, one.is_same_matter, one.people) for one in found.items] == [
        (mine.ticket_id, True, False, 1),
        (other.ticket_id, False, True, 2),
    ]
    assert not found.has_more


def test_repeats_finds_the_same_words_and_retold_ones_when_nothing_else_is_known(desk: Desk) -> None:
    older = desk.accept(title="车库路灯", text=STORY)
    desk.accept(title="校门口", text=STRANGE)
    same = ask(desk, title="车库路灯", text=STORY)
    assert [(one.ticket.ticket_id, one.likeness, one.is_own, one.is_same_matter) for one in same.items] == [
        (older.ticket_id, 100, False, False)
    ]
    (retold,) = ask(desk, title="路灯", text=RETOLD).items
    assert retold.ticket.ticket_id == older.ticket_id
    assert 60 <= retold.likeness < 100


def test_repeats_puts_what_has_more_reasons_first_when_words_are_the_same(desk: Desk) -> None:
    here = desk.accept(title="车库路灯", text=f"东区柳荫街道{STORY}", category=max(shipped_taxonomy().categories))
    there = desk.accept(title="车库路灯", text=f"西区八一街道{STORY}", category=max(shipped_taxonomy().categories))
    seen = desk.ticket(here.ticket_id)
    found = ask(desk, title="车库路灯", text=STORY, place_code=seen.place_code, category=seen.category)
    assert ids(found) == [here.ticket_id, there.ticket_id]
    assert [one.is_same_matter for one in found.items] == [True, False]


def test_repeats_names_the_survivor_when_a_voice_has_the_words(desk: Desk) -> None:
    survivor = desk.accept(title="楼下漆黑", text="晚上回家什么也看不见，已经很久没有人来管过了")
    voice = desk.accept(title="车库路灯", text=STORY, reporter=Reporter("李", "13900139000"))
    desk.run(
        merging.merge,
        voice.ticket_id,
        ticket_no=survivor.ticket_no,
        reference=desk.reference,
        actor="account:1",
        at=desk.at,
    )
    (found,) = ask(desk, title="路灯", text=RETOLD).items
    assert (found.ticket.ticket_id, found.people, found.can_join) == (survivor.ticket_id, 2, True)


def test_repeats_takes_few_words_for_the_same_only_when_they_are_and_not_elsewhere(desk: Desk) -> None:
    older = desk.accept(title="停电", text="", place_code="110001")
    assert ids(ask(desk, title="停电！", place_code="110001")) == [older.ticket_id]
    assert ids(ask(desk, title="断电")) == [older.ticket_id], "the same said otherwise, the place unknown"
    assert ids(ask(desk, title="停电", place_code="120001")) == []
    assert ids(ask(desk, title="停电了", place_code="110001")) == []


@pytest.mark.parametrize("words", ["", "。。。", "谢谢！", "\U0001f600", "\ud800"])
def test_repeats_finds_nothing_when_nothing_is_said(desk: Desk, words: str) -> None:
    desk.accept(title="谢谢！", text="。。。")
    assert ask(desk, title=words) == ask(desk)
    assert ids(ask(desk)) == []


def test_repeats_looks_no_farther_back_than_the_policy_says_when_words_are_alike(desk: Desk) -> None:
    older = desk.accept(title="车库路灯", text=STORY)
    days = desk.reference.procedure.repeat_days
    assert ids(ask(desk.later(days=days), title="车库路灯", text=STORY)) == [older.ticket_id]
    assert ids(ask(desk.later(minutes=1), title="车库路灯", text=STORY)) == []


def test_repeats_leaves_out_what_is_received_later_or_is_the_ticket_itself(desk: Desk) -> None:
    first = desk.accept(title="车库路灯", text=STORY)
    second = desk.later(hours=1).accept(title="车库路灯", text=STORY)
    assert ids(ask(desk, title="车库路灯", text=STORY, ticket_id=second.ticket_id)) == [first.ticket_id]
    desk.later(minutes=-30)
    assert ids(ask(desk, title="车库路灯", text=STORY)) == [first.ticket_id]


def test_repeats_says_that_there_are_more_when_many_are_the_same(desk: Desk) -> None:
    made = [desk.accept(title="全楼停水", text="今天早上起全楼停水到现在").ticket_id for _ in range(10)]
    found = ask(desk, title="全楼停水", text="今天早上起全楼停水到现在")
    assert ids(found) == sorted(made, reverse=True)[:8]
    assert found.has_more


def test_repeats_is_blind_to_others_when_a_unit_asks(desk: Desk) -> None:
    older = desk.accept(title="车库路灯", text=f"东区柳荫街道{STORY}")
    of_unit = replace(OPERATOR, roles=frozenset({"unit_officer"}))
    own = replace(of_unit, unit_id=desk.unit_id("110001"))
    foreign = replace(of_unit, unit_id=desk.unit_id("120001"))
    assert ids(ask(desk, person=own, title="车库路灯", text=STORY)) == [older.ticket_id]
    assert ids(ask(desk, person=foreign, title="车库路灯", text=STORY)) == []
    assert ids(ask(desk, person=of_unit, title="车库路灯", text=STORY)) == []


def test_repeats_asks_three_questions_when_everything_is_known(desk: Desk) -> None:
    for _ in range(3):
        desk.accept(title="车库路灯", text=f"东区柳荫街道{STORY}")
    seen = desk.ticket(desk.accepted[0].ticket_id)
    rules, phones = desk.reference.procedure, desk.vault.blind_indexes("13800138000")
    known = {"place_code": seen.place_code, "category": seen.category, "phone_indexes": phones}
    ask(desk, title="车库路灯", text=STORY, **known)
    with statements(desk) as sent:
        assert desk.reference.procedure == rules
        reference_alone = len(sent)
    with statements(desk) as sent:
        assert len(ask(desk, title="车库路灯", text=STORY, **known).items) == 3
    assert len(sent) - reference_alone == 3


def test_erase_takes_the_signature_along_when_the_words_go(desk: Desk) -> None:
    ticket_id = desk.accept(title="车库路灯", text=STORY).ticket_id
    assert counted(desk) == 1
    desk.run(services.erase, ticket_id)
    assert counted(desk) == 0
    assert ids(ask(desk, title="车库路灯", text=STORY)) == []


def test_forget_drops_what_nobody_looks_for_when_it_is_old(desk: Desk) -> None:
    desk.accept(title="车库路灯", text=STORY)
    young = desk.later(days=20).accept(title="校门口", text=STRANGE)
    desk.later(days=11)
    assert desk.run(services.forget_old, desk.at, days=30, limit=100) == 1
    assert desk.run(services.forget_old, desk.at, days=30, limit=100) == 0
    assert ids(ask(desk, title="校门口", text=STRANGE)) == [young.ticket_id]
    assert isinstance(desk.ticket(young.ticket_id), Ticket)
