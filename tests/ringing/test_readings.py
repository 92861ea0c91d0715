"""Readiness and numbers of the ringing process: it is ready only while it hears."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from dispatch.access.rings import desk_of
from dispatch.ringing.views import EXTENSION, PATH


def numbers(app: Flask) -> dict[str, float]:
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    return {one.name: one.value for family in text_string_to_metric_families(answer.text) for one in family.samples}


def test_ready_only_while_it_hears(ringing_app: Flask) -> None:
    client = ringing_app.test_client()
    assert client.get("/readyz").get_json()["checks"]["ringing"] == "ok"
    ringing_app.extensions[EXTENSION].hear_nothing()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["ringing"]) == (503, "deaf")
    assert client.get("/healthz").status_code == 200, "it is alive, and will hear again"


def test_count_who_listens_is_woken_and_is_refused(ringing_app: Flask, listener: FlaskClient) -> None:
    streams = ringing_app.extensions[EXTENSION]
    listener.get(PATH)
    streams.wake(desk_of("wang"))
    assert numbers(ringing_app) == {
        "hotline_ringing_hears": 1,
        "hotline_ringing_streams": 1,
        "hotline_ringing_woken_total": 1,
        "hotline_ringing_refused_total": 0,
    }
    streams.hear_nothing()
    assert listener.get(PATH).status_code == 503
    assert (numbers(ringing_app)["hotline_ringing_hears"], numbers(ringing_app)["hotline_ringing_refused_total"]) == (
        0,
        1,
    )


def test_tell_strangers_nothing(ringing_app: Flask, listener: FlaskClient) -> None:
    behind_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert ringing_app.test_client().get("/metrics", headers=behind_a_proxy).status_code == 401
    assert listener.get("/metrics", headers=behind_a_proxy).status_code == 403
