"""What a matter is about, and what the shipped tables say of it."""

from __future__ import annotations

import re
import time

import pytest

from dispatch.limits.policy import shipped_policy
from dispatch.routing import catalogue as tables
from dispatch.routing.catalogue import shipped_catalogue
from dispatch.routing.categories import alarms
from dispatch.routing.datasets import dataset_version, rows
from dispatch.routing.places import PlaceUnit
from dispatch.routing.taxonomy import shipped_taxonomy

KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("ordinary", "urgent", "critical")

classify = shipped_taxonomy().classify
leaves = shipped_taxonomy().leaves
responsible = shipped_catalogue().entry


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("暖气不热", "室温只有十五度，暖气片是凉的", "1001"),
        ("工地夜间施工", "凌晨还在打桩，睡不着", "1701"),
        ("垃圾没人清", "楼下垃圾堆积，臭味很大", "1601"),
        ("拖欠工资", "包工头欠薪三个月", "2301"),
        ("公交等车太久", "发车间隔太长，末班车太早", "2001"),
        ("家里停水", "没有通知，什么时候恢复供水", "1101"),
        ("违法建设", "顶层私自搭建彩钢房", "1501"),
        ("健身房不退费", "会员卡里还有余额，老板跑路", "2201"),
        ("路灯不亮", "晚上一片漆黑", "1802"),
        ("流浪狗追人", "还有人遛狗不拴绳", "1606"),
    ],
)
def test_classify_finds_the_category_when_its_words_occur(title: str, text: str, code: str) -> None:
    assert classify(title, text)[0].code == code


def test_classify_shows_its_evidence_when_words_are_found() -> None:
    best = classify("暖气不热", "室温低")[0]

    assert best.evidence == ("暖气不热", "室温")
    assert best.name == "室温不达标"
    assert best.score == 2 * 9 + 7


def test_classify_counts_the_longest_word_when_words_overlap() -> None:
    assert classify("", "消防通道")[0].code == "1902"
    assert "消防" not in {word for score in classify("", "消防通道") for word in score.evidence}


def test_classify_weighs_the_title_more_when_text_says_something_else() -> None:
    assert classify("路灯", "井盖")[0].code == "1802"
    assert classify("井盖", "路灯")[0].code == "1801"


def test_classify_counts_a_word_once_when_it_is_repeated() -> None:
    assert classify("", "路灯" * 50)[0].score == classify("", "路灯")[0].score


def test_classify_reads_full_width_letters_when_a_keyword_has_letters() -> None:
    assert classify("", "楼下ＫＴＶ太吵")[0].evidence == classify("", "楼下ktv太吵")[0].evidence


@pytest.mark.parametrize("text", ["", "你好", "😀", "abc 123"])
def test_classify_gives_nothing_when_no_keyword_occurs(text: str) -> None:
    assert classify(text, text) == []


def test_classify_stays_fast_when_the_text_is_very_long() -> None:
    start = time.process_time()
    classify("", ("楼下垃圾没人清，噪音扰民，" * 10_000)[:100_000])

    assert time.process_time() - start < 0.2


@pytest.mark.parametrize(
    ("text", "word", "hand_over"),
    [
        ("他扬言要来", "扬言", ""),
        ("家里燃气泄漏了", "燃气泄漏", "119"),
        ("有人要跳楼", "跳楼", "110"),
        ("老人昏迷不醒", "昏迷不醒", "120"),
    ],
)
def test_alarms_name_word_and_hand_over_when_danger_is_spoken_of(text: str, word: str, hand_over: str) -> None:
    (alarm,) = alarms(text)

    assert (alarm.word, alarm.hand_over, text[alarm.start : alarm.end]) == (word, hand_over, word)


def test_alarms_stay_silent_when_the_matter_is_ordinary() -> None:
    assert alarms("楼道灯不亮，希望修一下") == []


def test_catalogue_names_only_known_units_when_the_sample_city_is_loaded(city_units: list[PlaceUnit]) -> None:
    units = {unit.code: unit for unit in city_units}

    assert shipped_catalogue().check(shipped_taxonomy(), units) == []


def test_catalogue_never_guesses_a_street_when_the_place_is_unknown() -> None:
    for leaf in leaves():
        entry = responsible(leaf.code, "complaint", "none", None, None)
        unit = tables.unit_code(entry.lead, township=None, district=None)
        assert unit is None or re.fullmatch(r"[BE]-\d\d", unit)


@pytest.mark.parametrize(
    ("category", "place", "unit"),
    [
        ("1601", "township", "110105026"),
        ("1601", "district", "110105"),
        ("1601", "none", None),
        ("1001", "township", "E-01"),
        ("1104", "township", "110105026"),
        ("1104", "none", "E-07"),
        ("2301", "district", "D110105-06"),
        ("2301", "none", "B-06"),
        ("2001", "none", "E-05"),
    ],
)
def test_responsible_unit_follows_category_and_place_when_asked(category: str, place: str, unit: str | None) -> None:
    township = "110105026" if place == "township" else None
    district = "110105" if place != "none" else None

    entry = responsible(category, "complaint", place, township, district)
    assert tables.unit_code(entry.lead, township=township, district=district) == unit


@pytest.mark.parametrize(
    ("category", "urgency", "kind", "limit"),
    [
        ("1601", "ordinary", "complaint", "7nd"),
        ("1601", "urgent", "complaint", "24h"),
        ("1501", "ordinary", "report", "15nd"),
        ("1501", "critical", "report", "2h"),
        ("1101", "ordinary", "help", "2h"),
        ("1001", "ordinary", "help", "24h"),
        ("1601", "ordinary", "suggestion", "15nd"),
        ("", "ordinary", "complaint", "7nd"),
    ],
)
def test_policy_picks_the_most_specific_when_several_fit(category: str, urgency: str, kind: str, limit: str) -> None:
    assert shipped_policy().limit_of(category, urgency, kind).limit == limit


def test_policies_cover_everything_when_category_urgency_and_kind_are_known() -> None:
    for leaf in leaves():
        for urgency in URGENCIES:
            for kind in KINDS:
                row = shipped_policy().limit_of(leaf.code, urgency, kind)
                limits = (row.limit, row.acknowledge, row.first_contact)
                assert all(re.fullmatch(r"[1-9]\d*(h|nd|wd|wh)", limit) for limit in limits)


def test_categories_are_a_tree_of_two_levels_when_shipped() -> None:
    assert len(leaves()) >= 60
    assert {item.level for item in shipped_taxonomy().categories.values()} == {1, 2}
    assert {leaf.level for leaf in leaves()} == {2}


@pytest.mark.parametrize("name", ["categories", "catalogue", "alarm_words", "false_friends"])
def test_dataset_version_is_stable_when_the_file_does_not_change(name: str) -> None:
    assert re.fullmatch(rf"{name}@[0-9a-f]{{12}}", dataset_version(name))
    assert rows(name)


def test_dataset_version_refuses_when_there_is_no_such_table() -> None:
    with pytest.raises(FileNotFoundError):
        dataset_version("nothing")
