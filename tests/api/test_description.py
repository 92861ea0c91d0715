"""OpenAPI describes every route of the API and nothing else; every route states who may ask."""

from __future__ import annotations

import re

from dispatch.kernel.route_rules import routes
from tests.api.conftest import Town

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
DESCRIPTION = "/api/v1/openapi.json"


def test_description_equals_routes_when_read(town: Town) -> None:
    answer = town.app.test_client().get(DESCRIPTION)
    described = {
        (path, method.upper())
        for path, operations in answer.json["paths"].items()
        for method in operations
        if method != "parameters"
    }
    served = {
        (PARAMETER.sub(r"{\1}", path), method)
        for path, _endpoint, method, _rule in routes(town.app)
        if path.startswith("/api/") and path != DESCRIPTION
    }
    assert described == served
    assert len(served) >= 16


def test_every_route_states_a_rule_when_served(town: Town) -> None:
    stated = [(path, rule) for path, _, _, rule in routes(town.app) if path.startswith("/api/")]
    assert [path for path, rule in stated if rule is None] == []
    assert [path for path, rule in stated if rule and rule.public_because] == [DESCRIPTION]


def test_description_names_no_other_host_when_read(town: Town) -> None:
    text = town.app.test_client().get(DESCRIPTION).text
    assert "http://" not in text
    assert "https://" not in text


def test_description_gives_problem_as_default_answer_when_read(town: Town) -> None:
    schemas = town.app.test_client().get(DESCRIPTION).json["components"]["schemas"]
    assert {"code", "detail", "request_id", "status", "title", "type"} <= set(schemas["Problem"]["properties"])


def test_every_operation_has_a_chinese_summary_when_described(town: Town) -> None:
    paths = town.app.test_client().get(DESCRIPTION).json["paths"]
    bare = [
        path
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters" and not re.search(r"[一-鿿]", operation.get("summary", ""))
    ]
    assert bare == []
