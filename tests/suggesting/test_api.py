"""``/api/v1/suggest/{units,categories}`` while an operator types."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from dispatch.access import permissions
from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from tests.apps import whole_app
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"


@pytest.fixture
def ask(config: Config, desk: Desk) -> Any:
    """Asks as a person of a role."""
    clock = FixedClock(MONDAY)
    app: Flask = whole_app(config, clock=clock, machine_clock=clock)

    def call(path: str, *, role: str = "operator", **values: Any) -> Any:
        login = role.replace("_", "-")
        with app.app_context(), transaction() as session:
            who = {"login": login, "name": "某人", "password": PASSWORD, "roles": [role]}
            access.create(session, actor="system:test", at=MONDAY, **who)
            scopes = sorted(permissions.permissions_of([role]))
            token = access.issue_token(session, login, name="t", scopes=scopes, actor="system:test", at=MONDAY)
        client = app.test_client()
        return client.open(path, headers={"Authorization": f"Bearer {token}"}, **values)

    return call


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json["items"]]


@pytest.mark.parametrize("typed", ["柳荫", "lyjd", "liuyin", "110001"])
def test_units_are_found_when_typed_by_name_initials_spelling_or_code(ask: Any, typed: str) -> None:
    answer = ask(f"/api/v1/suggest/units?q={typed}")

    assert names(answer) == ["柳荫街道"]
    assert answer.json["items"][0]["district"] == "东区"


def test_communities_are_not_offered_when_they_cannot_lead(ask: Any) -> None:
    assert names(ask("/api/v1/suggest/units?q=柳荫第一")) == []


def test_categories_are_found_when_typed_by_name_or_keyword(ask: Any) -> None:
    assert "室温不达标" in names(ask("/api/v1/suggest/categories?q=暖气不热"))


def test_categories_are_judged_when_the_words_are_sent(ask: Any) -> None:
    answer = ask("/api/v1/suggest/categories", method="POST", json={"title": "暖气不热", "text": "室温只有十五度"})

    assert names(answer)[0] == "室温不达标"
    assert "暖气不热" in answer.json["reason"]
    assert set(answer.json["versions"]) == {"taxonomy"}


def test_nothing_is_found_when_nothing_is_typed(ask: Any) -> None:
    assert names(ask("/api/v1/suggest/units?q=")) == []


def test_question_is_refused_when_it_is_too_long(ask: Any) -> None:
    assert ask(f"/api/v1/suggest/units?q={'柳' * 500}").status_code == 422


def test_question_is_refused_when_the_person_takes_in_nothing(ask: Any) -> None:
    assert ask("/api/v1/suggest/units?q=柳", role="evaluator").status_code == 403
