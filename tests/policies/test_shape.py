"""A policy file that cannot be one is refused with the name of every key that is wrong."""

from __future__ import annotations

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.limits.policy import Policy, shipped_text
from dispatch.policies.checking import problems_of
from tests.policies.words import HOURS, file, ordinary


def keys(text: str) -> list[str]:
    return [one.partition("：")[0] for one in problems_of(text)]


def without(section: str) -> str:
    """The shipped file without the lines of a section."""
    head, _, rest = shipped_text().partition(f"[{section}]")
    return head + rest[rest.index("\n[") + 1 :]


def test_find_nothing_when_the_shipped_file_is_checked() -> None:
    assert problems_of(shipped_text()) == []
    assert problems_of(file(ordinary("5wd"))) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("ahead_hours = 24", "ahead_hour = 24"), ["cards.ahead_hours", "cards.ahead_hour"]),
        (("[cards]", "nonsense = 1\n[cards]"), ["office_hours.nonsense"]),
        (ordinary("7days"), ["limit[1].limit"]),
        (ordinary("7nd", "0h"), ["limit[1].acknowledge"]),
        (ordinary("7nd", "4h", "20min"), ["limit[1].first_contact"]),
        (("share_left = 0.25", "share_left = 1.5"), ["cards.share_left"]),
        (("share_left = 0.25", "share_left = nan"), ["cards.share_left"]),
        (("share_left = 0.25", 'share_left = "0.25"'), ["cards.share_left"]),
        (("long_hours = 72", "long_hours = 0"), ["cards.long_hours"]),
        (('at = "50%"', 'at = "150%"'), ["ladder[1].at"]),
        (('at = "25%"', 'at = "50%"'), ["ladder"]),
        (('tell = ["unit_officer"]', 'tell = ["mayor"]'), ["ladder[1].tell[1]"]),
        (('tell = ["unit_officer"]', "tell = []"), ["ladder[1].tell"]),
        (('urgency = "urgent"', 'urgency = "soon"'), ["limit[2].urgency"]),
        (('kind = "suggestion"', 'unit_kind = "ministry"'), ["limit[4].unit_kind"]),
        ((HOURS, 'working_day = ["12:00-09:00"]'), ["office_hours"]),
        ((HOURS, f"{HOURS}\nof_kind.ministry = {{ working_day = [], half_day = [] }}"), ["office_hours.of_kind.ministry"]),
        (('approver = "district"', 'approver = "nobody"'), ["extension.approver"]),
        (('event = "ticket.urged"', 'event = "ticket.sung"'), ["duty"]),
        (('name = "', 'title = "'), ["name", "title"]),
        (('name = "新政策"', 'name = ""'), ["name"]),
    ],
)  # fmt: skip
def test_name_the_key_when_it_is_wrong(change: tuple[str, str], key: list[str]) -> None:
    found = keys(file(change))
    assert [one.removesuffix(".key").removesuffix(".value") for one in found][: len(key)] == key or set(key) <= set(
        found
    )


@pytest.mark.parametrize("section", ["cards", "supervision", "extension", "routing", "handler", "archive"])
def test_name_the_section_when_it_is_missing(section: str) -> None:
    text = without(section) if section != "handler" else shipped_text().partition("[handler]")[0]
    assert section in {key.partition(".")[0] for key in keys(text)}


def test_refuse_a_gap_when_rows_leave_something_open() -> None:
    row = '[[dispute.window]]\nunit = "wh"\nwindow = "4h"\nruling = "1h"\n'
    assert keys(file((row, ""))) == ["dispute.window"]
    specific = ordinary("7nd")[0].replace("{ limit", '{ category = "99", limit')
    assert keys(file((ordinary("7nd")[0], specific))) == ["limit"]
    assert keys(file(("[[follow_up.sampling]]", '[[follow_up.sampling]]\nkind = "help"'))) == ["follow_up.sampling"]


@pytest.mark.parametrize("text", ["", "limit = [", "a = 1\na = 2", "\ufeffname = 1", "x" * 200_001, "a=" + "[" * 3000])
def test_refuse_in_one_sentence_when_it_is_no_file_at_all(text: str) -> None:
    assert problems_of(text)


def test_count_all_and_show_ten_when_much_is_wrong() -> None:
    with pytest.raises(DomainError, match="共") as refused:
        Policy.read("name = 1")
    wrong = refused.value.details["problems"]
    assert isinstance(wrong, list)
    assert len(wrong) > 10
    assert len(refused.value.message.splitlines()) == 11


def test_read_an_older_file_when_it_is_on_record_without_a_new_section() -> None:
    older = without("handler") if "[handler]\n[" in shipped_text() else shipped_text().partition("[handler]")[0]
    with pytest.raises(DomainError, match="handler"):
        Policy.read(older)
    found = Policy.read(older, is_on_record=True)
    assert found.procedure.sharing == Policy.read(shipped_text()).procedure.sharing
    assert found.version != Policy.read(shipped_text()).version
