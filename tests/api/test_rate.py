"""A client that runs away is told to wait; others are not."""

from __future__ import annotations

import pytest

from dispatch.kernel import rate
from tests.api.conftest import Town


def test_calls_are_allowed_again_when_time_passes() -> None:
    rate.forget()
    assert [rate.take(1, 0.0) for _ in range(int(rate.BURST))] == [0.0] * int(rate.BURST)
    assert 0 < rate.take(1, 0.0) <= 1 / rate.CALLS_PER_SECOND
    assert rate.take(2, 0.0) == 0
    assert rate.take(1, 1.0) == 0


def test_call_is_told_to_wait_when_the_account_has_used_up_its_share(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "BURST", 1.0)
    monkeypatch.setattr(rate, "CALLS_PER_SECOND", 0.001)
    assert town.call("GET", "/units").status_code == 200
    refused = town.call("GET", "/units")
    assert (refused.status_code, refused.json["code"]) == (429, "request.too_many")
    assert int(refused.headers["Retry-After"]) > 1
    assert town.call("GET", "/units", role="evaluator").status_code == 200
