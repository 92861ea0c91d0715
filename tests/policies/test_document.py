"""The parts of a policy file that a form edits: written back, everything else stands as it stood."""

from __future__ import annotations

import difflib
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.kernel.errors import DomainError
from dispatch.limits.policy import Policy, shipped_text
from dispatch.policies.document import ROWS, Parts, parts, with_parts


def changed_lines(before: str, after: str) -> list[str]:
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in found if line[:1] in "+-" and line[:3] not in {"+++", "---"} and line.strip("+- ")]


def test_leave_every_byte_when_nothing_is_changed() -> None:
    assert with_parts(shipped_text(), parts(shipped_text())) == shipped_text()


def test_touch_one_line_when_one_value_is_changed() -> None:
    have = parts(shipped_text())
    have.rows["limit"][0]["limit"] = "5wd"
    have.cards["ahead_hours"] = 12
    have.rows["extension.cap"][5]["count"] = 3
    text = with_parts(shipped_text(), have)
    assert len(changed_lines(shipped_text(), text)) == 6
    policy = Policy.read(text)
    assert policy.limits[0].limit == "5wd"
    assert "# Shandong" in text, "comments stay"


def test_add_and_remove_rows_when_a_form_does() -> None:
    have = parts(shipped_text())
    have.rows["limit"].append(
        {"category": "20", "limit": "10wd", "acknowledge": "4wh", "first_contact": "1wd", "basis": "新"}
    )
    del have.rows["limit"][4]
    have.rows["ladder"].insert(1, {"at": "40%", "tell": ["unit_head"]})
    del have.rows["dispute.window"][0]
    text = with_parts(shipped_text(), have)
    policy = Policy.read(text)
    assert len(policy.limits) == len(Policy.read(shipped_text()).limits)
    assert policy.limit_of("2001", "ordinary", "complaint").limit == "10wd"
    assert policy.limit_of("1001", "ordinary", "complaint").limit == "7nd"
    assert [step.name for step in policy.ladder][:3] == ["50%", "40%", "25%"]
    assert "# The ladder: who is told" in text


def test_keep_the_rest_when_rows_are_written_in_the_other_way() -> None:
    text = shipped_text()
    head, _, rest = text.partition("limit = [")
    _, _, rest = rest.partition("\n]\n")
    row = '[[limit]]\nlimit = "7nd"\nacknowledge = "4h"\nfirst_contact = "24h"\nbasis = "其余"\n'
    have = parts(f"{head}{rest}\n{row}")
    have.rows["limit"].append(have.rows["limit"][0] | {"urgency": "urgent"})
    assert len(Policy.read(with_parts(f"{head}{rest}\n{row}", have)).limits) == 2


@pytest.mark.parametrize(
    "text", ["limit = [", "limit = 5", "limit = [5]", "[cards]\n[cards]", "dispute = 3", "cards = []"]
)
def test_say_that_a_form_cannot_help_when_the_file_is_beyond_it(text: str) -> None:
    with pytest.raises(DomainError, match="全文"):
        with_parts(text, parts(text)._replace(name="新"))


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_say_what_was_wanted_when_rows_are_shuffled_dropped_and_repeated(data: st.DataObject) -> None:
    have = parts(shipped_text())
    rows = {key: data.draw(st.lists(st.sampled_from(have.rows[key]), min_size=1, max_size=6)) for key in ROWS}
    text = with_parts(shipped_text(), Parts("名", have.cards, "hotline", rows))
    tomllib.loads(text)
    assert parts(text) == Parts("名", have.cards, "hotline", rows)
