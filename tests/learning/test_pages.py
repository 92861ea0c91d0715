"""The page and the API of the models: the administrator sees and changes what suggests, others only look or see nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from dispatch.access import services as access
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import transaction
from dispatch.learning import services, suggesting
from dispatch.learning.models import CategoryModelFile
from dispatch.learning.suggesting import current_model
from dispatch.learning.training import TrainedModel
from tests.apps import whole_app
from tests.town import MONDAY, Desk

PASSWORD = "correct horse battery"

Enter = Callable[..., FlaskClient]


@pytest.fixture
def pages(config: Config, desk: Desk) -> Flask:
    clock = FixedClock(MONDAY)
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


def keep(desk: Desk, trained: TrainedModel) -> int:
    return int(desk.run(services.keep, trained, source="file:a.csv", actor="account:1", at=MONDAY).number)


def test_show_versions_figures_and_who_when_the_administrator_looks(
    enter: Enter, desk: Desk, trained: TrainedModel
) -> None:
    admin = enter("system_admin")
    cold = admin.get("/admin/models")
    assert cold.status_code == 200
    assert "还没有在用的分类模型" in cold.text
    number = keep(desk, trained)
    page = admin.get("/admin/models").text
    assert trained.found is not None
    for shown in (
        trained.model.version,
        "在用",
        "供水 W-01",
        f"{trained.found.macro_f1:.4f}",
        "把握与实际",
        "file:a.csv",
    ):
        assert shown in page
    assert "还没有在用的分类模型" not in page
    assert admin.post("/admin/models/retire").status_code == 303
    assert desk.run(current_model) is None
    assert "已停用" in admin.get("/admin/models").text
    assert admin.post(f"/admin/models/{number}/use").status_code == 303
    assert desk.run(current_model) is not None
    assert "这个模型已经在用" in admin.post(f"/admin/models/{number}/use", follow_redirects=True).text
    assert admin.post("/admin/models/999/use").status_code == 404
    assert admin.post(f"/admin/models/{2**70}/use").status_code == 404


def test_say_that_keywords_suggest_when_the_file_is_lost(enter: Enter, desk: Desk, trained: TrainedModel) -> None:
    keep(desk, trained)
    desk.run(lambda session: session.execute(update(CategoryModelFile).values(body=b"cut")))
    suggesting.forget()
    admin = enter("system_admin")
    page = admin.get("/admin/models").text
    assert "文件丢失" in page
    assert "暂按关键词建议分类" in page
    assert admin.get("/api/v1/models").json["absent"] == "broken"
    metrics = admin.get("/metrics").text
    assert "hotline_category_model_in_force 1.0" in metrics
    assert 'hotline_category_model_fallbacks_total{reason="broken"}' in metrics


def test_change_nothing_when_the_person_may_only_look(enter: Enter, desk: Desk, trained: TrainedModel) -> None:
    number = keep(desk, trained)
    evaluator = enter("evaluator")
    page = evaluator.get("/admin/models")
    assert page.status_code == 200
    assert "停用模型" not in page.text
    assert evaluator.post("/admin/models/retire").status_code == 403
    assert evaluator.post(f"/admin/models/{number}/use").status_code == 403
    operator = enter("operator")
    assert operator.get("/admin/models").status_code == 403
    assert operator.get("/api/v1/models").status_code == 403


def test_answer_every_model_when_the_api_is_asked(enter: Enter, desk: Desk, trained: TrainedModel) -> None:
    admin = enter("system_admin")
    assert admin.get("/api/v1/models").json == {"items": [], "absent": "cold"}
    keep(desk, trained)
    told = admin.get("/api/v1/models").json
    (item,) = told["items"]
    assert told["absent"] is None
    assert (item["version"], item["is_current"], item["rows"], item["labels"]) == (trained.model.version, True, 60, 3)
    assert item["metrics"]["unseen"]["rows"] == 60
    assert item["drift"] == []
    assert item["trained_at"] == (MONDAY + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S+08:00")
