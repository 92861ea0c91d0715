"""POST /api/v1/tickets: a matter is with its unit before the client has its answer."""

from __future__ import annotations

from tests.api.conftest import Town


def test_take_in_answers_with_unit_limit_and_reasons_when_place_is_clear(town: Town) -> None:
    answer = town.take_in()
    assert answer.status_code == 201, answer.text
    body = answer.json
    assert body["state"] == "dispatched"
    assert body["unit"] == {"code": "110001", "name": "柳荫街道"}
    assert body["district"] == {"code": "110", "name": "东区"}
    assert body["limit"]
    assert body["due_at"].endswith("+08:00")
    assert body["confidence"] > 0
    assert any("柳荫" in reason for reason in body["reasons"])
    assert answer.headers["Location"] == f"/api/v1/tickets/{body['ticket_no']}"
    assert answer.headers["ETag"] == '"2"'
