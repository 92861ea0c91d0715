"""Hints for inspection: found in real work, judged against the others, never showing who called or what was written."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from assessment import schemes
from assessment.periods import Period
from assessment.rankings import UnitRow
from assessment.schemes.model import Group
from assessment.signals import queries, words
from assessment.signals.judging import judged
from assessment.signals.thresholds import Signal, loads, thresholds
from dispatch.access.vault import Reporter
from dispatch.kernel.errors import DomainError
from tests.exclusions.conftest import Office
from tests.exclusions.test_pages import House, house

__all__ = ["house"]

BEIJING = schemes.builtin("beijing")
ANSWER = "已安排保洁人员现场清运完毕，并加强日常巡查，感谢您的监督。"


def test_find_the_tickets_when_numbers_were_made_to_look_good(house: House, office: Office) -> None:
    desk, begun = office.desk, office.desk.at
    staged = [desk.accept(reporter=Reporter("赵一", "13900000001")).ticket_id for _ in range(5)]
    honest = desk.accept(reporter=Reporter("钱二", "13900000002")).ticket_id
    for ticket_id in [*staged, honest]:
        desk.later(minutes=1).acknowledge(ticket_id)
    for number, ticket_id in enumerate(staged):
        desk.later(minutes=1).complete(ticket_id, answer=ANSWER + " " * number)
    desk.later(days=2).complete(honest, answer="已修好，另附照片。")
    desk.later(days=6).sweep()
    for ticket_id in staged:
        desk.attempt(ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    desk.attempt(honest, contacted=True, solved="no", satisfaction="dissatisfied")
    period = Period.holding(begun, BEIJING, ZoneInfo("Asia/Shanghai"))
    where = (BEIJING, period, Group.TOWNSHIP, desk.at)
    tally = desk.run(queries.tally, *where, by=thresholds())
    found = {signal: tally["110001", signal] for signal in Signal}
    # The town had two tickets before: done in the minute of their signing, one of them unsolved.
    assert found == {
        Signal.CLOSED_FAST: (7, 8),
        Signal.LAST_MINUTE: (0, 8),
        Signal.SAME_ANSWER: (5, 8),
        Signal.SOLVED_BY_UNIT_ONLY: (2, 8),
        Signal.RECHECK_DISAGREES: (0, 0),
        Signal.SELF_CALLED: (5, 8),
        Signal.DISPUTE_PING_PONG: (0, 8),
        Signal.EXCLUDED: (0, 8),
    }
    line = judged([UnitRow("110001", "柳荫街道"), UnitRow("110002", "乙")], tally, thresholds())[0]
    assert {signal for signal, cell in line.cells if cell.is_hint} == {
        Signal.CLOSED_FAST,
        Signal.SAME_ANSWER,
        Signal.SELF_CALLED,
    }
    unit_id = desk.unit_id("110001")
    asked = {"unit_id": unit_id, "signal": Signal.SELF_CALLED, "by": thresholds()}
    assert desk.run(queries.ticket_ids, *where, **asked) == staged
    house.app.extensions["hotline"].clock.set(desk.at)
    _look(house, period.name, [accepted.ticket_no for accepted in desk.accepted if accepted.ticket_id in staged])


def _look(house: House, period: str, numbers: list[str]) -> None:
    asked = {"period": period, "group": "township", "scheme": "beijing"}
    evaluator = house.browser("evaluator")
    page = evaluator.get("/ranking/signals", query_string=asked)
    assert 'data-signal="self_called" data-cases="5" data-whole="8"' in page.text
    listed = evaluator.get("/ranking/110001/signals", query_string=asked | {"signal": "self_called"})
    assert [number in listed.text for number in numbers] == [True] * 5
    assert not {"13900000001", "赵一", ANSWER} & set(listed.text.split('"'))
    assert house.call("GET", f"/rankings/signals?{_query(asked)}", "evaluator").json["rows"][0]["hints"] == 3
    tickets = house.call(
        "GET", f"/rankings/110001/signals?signal=self_called&limit=2&{_query(asked)}", "evaluator"
    ).json
    assert tickets["items"] == numbers[:2]
    assert tickets["next"]
    assert evaluator.get("/ranking/110001/signals", query_string=asked | {"signal": "luck"}).status_code == 404
    for role, unit in (("unit_head", "110001"), ("operator", None)):
        assert house.browser(role, unit).get("/ranking/signals", query_string=asked).status_code == 403


def _query(asked: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in asked.items())


def test_hint_only_beyond_chance_when_others_do_the_same() -> None:
    units = [UnitRow(code, code) for code in "ABC"]
    alike = {(code, Signal.LAST_MINUTE): (10, 30) for code in "ABC"}
    assert not any(line.hints for line in judged(units, alike, thresholds()))
    one = alike | {("B", Signal.LAST_MINUTE): (25, 30)}
    assert [(line.unit.code, line.hints) for line in judged(units, one, thresholds())] == [("B", 1), ("A", 0), ("C", 0)]
    few = {("A", Signal.LAST_MINUTE): (4, 4)}
    assert not any(line.hints for line in judged(units, few, thresholds()))
    strict = replace(thresholds(), confidence=0.999999999)
    assert not judged(units, alike | {("B", Signal.LAST_MINUTE): (14, 30)}, strict)[0].hints


def test_name_the_key_when_a_threshold_makes_no_sense() -> None:
    from importlib import resources

    text = resources.files("assessment.signals").joinpath("thresholds.toml").read_text(encoding="utf-8")
    for old, new, key in (
        ("alike = 5", "alike = 1", "same_answer.alike"),
        ("[excluded]", "[excluded]\nfoo = 1", "excluded.foo"),
        ("times = 2", "", "dispute_ping_pong.times"),
    ):
        with pytest.raises(DomainError) as refused:
            loads(text.replace(old, new))
        assert refused.value.details["key"] == key


def test_give_every_signal_a_word_and_a_hint() -> None:
    assert set(words.SIGNAL_WORDS) == set(words.SIGNAL_HINTS) == set(words.numbers(thresholds())) == set(Signal)
