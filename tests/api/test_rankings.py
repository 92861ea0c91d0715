"""GET /api/v1/rankings equals ``hotline rank``, cut to what the person may see."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from assessment.cli import rank
from tests.api.conftest import Town
from tests.api.test_verbs import post, run_sweep

QUESTION = "/rankings?scheme=beijing&period=2026-11&group=township"


@pytest.fixture
def followed_up(town: Town) -> Town:
    """A town with one ticket answered well and one not handled at all."""
    good, _bad = town.number(), town.number(text="东区桥头镇垃圾堆积三天没人清运", title="桥头镇垃圾")
    post(town, good, "acknowledge")
    post(town, good, "complete", {"answer": "已清运"})
    town.clock.advance(timedelta(days=20))
    run_sweep(town)
    answers = {"outcome": "reached", "contacted": True, "solved": "yes", "satisfaction": "satisfied"}
    assert post(town, good, "follow-ups/attempts", answers, role="follow_up_agent").status_code == 200
    return town


def test_ranking_equals_the_command_when_the_same_is_asked(followed_up: Town) -> None:
    asked = ["--scheme", "beijing", "--period", "2026-11", "--group", "township", "--format", "json"]
    printed = followed_up.app.test_cli_runner().invoke(rank, asked)
    answer = followed_up.call("GET", QUESTION, role="evaluator").json
    assert answer["rows"] == json.loads(printed.stdout)
    assert [row["unit_code"] for row in answer["rows"] if row["rank"]] == ["110001"]
    assert answer["is_running"] is True
    assert answer["pending"] == 1


def test_ranking_is_cut_to_the_own_unit_when_a_unit_asks(followed_up: Town) -> None:
    def seen(unit: str) -> list[str]:
        rows = followed_up.call("GET", QUESTION, role="unit_head", unit=unit).json["rows"]
        return [row["unit_code"] for row in rows]

    assert (seen("110001"), sorted(seen("110")), seen("120")) == (["110001"], ["110001", "110002"], ["120001"])


def test_ranking_looks_back_when_an_instant_is_given(followed_up: Town) -> None:
    answer = followed_up.call("GET", f"{QUESTION}&as_of=2026-11-03T00:00:00%2B08:00", role="evaluator").json
    assert [row["rank"] for row in answer["rows"]] == ["", "", ""]
    assert answer["as_of"] == "2026-11-03T00:00:00+08:00"


def test_score_is_told_term_by_term_to_whom_may_see_the_unit(followed_up: Town) -> None:
    asked = QUESTION.replace("/rankings", "/rankings/110001/score")
    terms = followed_up.call("GET", asked, role="unit_head", unit="110001").json["terms"]
    assert [(term["name"], term["fraction"], term["share"], term["amount"], term["part"]) for term in terms] == [
        ("response", "1 ÷ 1", "10%", "10.00", "contacted"),
        ("resolution", "1 ÷ 1", "50%", "50.00", "solved"),
        ("satisfaction", "1 ÷ 1", "40%", "40.00", "satisfied"),
        ("score", "", "", "100.00", ""),
    ]
    assert followed_up.call("GET", asked, role="unit_head", unit="120001").status_code == 404
    unranked = asked.replace("110001", "110002")
    assert followed_up.call("GET", unranked, role="evaluator").json == {"terms": []}


def test_ranking_is_refused_when_the_question_makes_no_sense(town: Town) -> None:
    bad = {
        "period=2026-13&group=township": "period.unreadable",
        "period=2030-01&group=township": "period.not_begun",
        "period=2026-11&group=village": "ranking.unknown_group",
        "period=2026-11&group=township&scheme=nonsense": "scheme.unknown",
        "period=2026-11&group=township&scheme=../own.toml": "scheme.unknown",
        "period=2026-11&group=township&as_of=2026-11-03T00:00:00": "request.invalid",
        "group=township": "request.invalid",
        "period=2026-11&group=township&colour=red": "request.invalid",
    }
    told = {}
    for query in bad:
        answer = town.call("GET", f"/rankings?{query}", role="evaluator")
        assert answer.status_code in (404, 422), query
        told[query] = answer.json["code"]
    assert told == bad
