"""The edge: errors in both forms, headers, ids, logs, and strict reading of what clients send."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text
from structlog.testing import capture_logs

from dispatch.access import views
from dispatch.kernel.application import create_app
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.edge import CONTENT_SECURITY_POLICY
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.kernel.http import ApiBlueprint, HotlineApi, Instant, Schema, Words, fields, validate
from dispatch.kernel.route_rules import public

OPEN = public("a route of the tests")


class MatterSchema(Schema):
    """What the tests send."""

    title = Words(required=True, longest=10)
    text = Words(longest=50, is_blank_allowed=True)
    count = fields.Integer(strict=True, validate=validate.Range(min=0, max=9))
    kind = fields.String(validate=validate.OneOf(["help", "praise"]))
    received_at = Instant()


@pytest.fixture
def app(config: Config, tmp_path: Path) -> Iterator[Flask]:
    (tmp_path / "a.js").write_text("let a = 1;")
    (tmp_path / "a.js.gz").write_bytes(gzip.compress(b"let a = 1;"))
    (tmp_path / "b.js").write_text("let b = 2;")
    (tmp_path / "c.css").write_text("p { margin: 0 }\n" * 100)
    app = create_app(config, static_folder=tmp_path, parts=[views.install, add_routes])
    yield app
    with app.app_context():
        db.engine.dispose()


def add_routes(app: Flask) -> None:
    api = HotlineApi(app, title="试验")
    blueprint = ApiBlueprint("matters", __name__, url_prefix="/api/v1/matters")

    @blueprint.route("", methods=["POST"])
    @OPEN
    @blueprint.arguments(MatterSchema)
    @blueprint.response(201)
    def accept(matter: dict[str, object]) -> dict[str, str]:
        return {name: str(value) for name, value in matter.items()}

    api.register_blueprint(blueprint)
    for prefix in ("/api/v1", ""):
        add_failures(app, prefix)


def add_failures(app: Flask, prefix: str) -> None:
    def refuse() -> str:
        raise Conflict("ticket.taken", "这张工单已由他人签收。", by="东城区")

    def refuse_field() -> str:
        raise DomainError("ticket.unit_unknown", "没有这个单位。", field="unit_code")

    def fail() -> str:
        raise RuntimeError("13812345678")

    def query() -> str:
        with transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = '50ms'"))
            session.execute(text("SELECT pg_sleep(1)"))
        return ""

    def upload() -> str:
        return str(len(request.get_data()))

    for view in (refuse, refuse_field, fail, query):
        app.add_url_rule(f"{prefix}/{view.__name__}", f"{prefix}{view.__name__}", OPEN(view))
    app.add_url_rule(f"{prefix}/upload", f"{prefix}upload", OPEN(upload), methods=["POST"])


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nowhere", 404, "request.not_found"),
        ("/api/v1/upload", 405, "request.method_not_allowed"),
        ("/api/v1/refuse", 409, "ticket.taken"),
        ("/api/v1/refuse_field", 422, "ticket.unit_unknown"),
        ("/api/v1/fail", 500, "system.failure"),
        ("/api/v1/query", 503, "system.unavailable"),
    ],
)
def test_api_answers_problem_json_when_something_is_wrong(client, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    body = answer.get_json()
    assert (body["status"], body["code"]) == (status, code)
    assert body.keys() >= {"type", "title", "detail", "request_id"}
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["detail"])


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/refuse", 409), ("/fail", 500), ("/query", 503)])
def test_page_is_friendly_when_something_is_wrong(client, path: str, status: int) -> None:
    page = client.get(path)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "<html" in page.text
    fragment = client.get(path, headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.mimetype) == (status, "text/html")
    assert "<html" not in fragment.text
    assert 'role="alert"' in fragment.text


def test_problem_names_field_and_facts_when_rule_does(client) -> None:
    assert client.get("/api/v1/refuse_field").get_json()["fields"] == {"unit_code": ["没有这个单位。"]}
    assert client.get("/api/v1/refuse").get_json()["details"] == {"by": "东城区"}


def test_answer_tells_when_to_retry_when_database_is_slow(client) -> None:
    assert client.get("/api/v1/query").headers["Retry-After"] == "5"


def test_answer_says_what_is_allowed_when_method_is_not(client) -> None:
    assert "POST" in client.get("/api/v1/upload").headers["Allow"]


@pytest.mark.parametrize("prefix", ["/api/v1", ""])
def test_body_is_refused_when_larger_than_a_megabyte(client, prefix: str) -> None:
    assert client.post("/api/v1/upload", data=b"x" * 1_000_000).status_code == 200
    answer = client.post(f"{prefix}/upload", data=b"x" * 1_000_001)
    assert answer.status_code == 413
    assert "超过上限" in answer.text


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({}, "title", "必填。"),
        ({"title": None}, "title", "不能为空。"),
        ({"title": 5}, "title", "须为文字。"),
        ({"title": "  "}, "title", "不能为空。"),
        ({"title": "a\x00b"}, "title", "含有无法保存的字符"),
        ({"title": "a\ud800"}, "title", "含有无法保存的字符"),
        ({"title": "a\x07"}, "title", "含有控制字符。"),
        ({"title": "十" * 11}, "title", "至多 10 个字符，现有 11 个。"),
        ({"title": "a", "nonsense": 1}, "nonsense", "未知字段。"),
        ({"title": "a", "count": "5.5"}, "count", "须为整数。"),
        ({"title": "a", "count": 10}, "count", "须不小于 0 且不大于 9。"),
        ({"title": "a", "kind": "x"}, "kind", "须为以下之一：help, praise。"),
        ({"title": "a", "received_at": "2026-11-22T12:00:00"}, "received_at", "时间须带时区"),
        ({"title": "a", "received_at": "yesterday"}, "received_at", "须为带时区的 ISO 8601 时间"),
        ({"title": "a", "\ud800": 1}, "\ud800", "未知字段。"),
        ([], "body", "须为对象。"),
        ("text", "body", "须为对象。"),
    ],
)
def test_field_is_named_when_it_is_wrong(client, body: object, field: str, sentence: str) -> None:
    answer = client.post("/api/v1/matters", data=json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "request.invalid")
    assert sentence in answer.get_json()["fields"][field][0]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"title": "a", "title": "b"}',
        b'{"title": NaN}',
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"count": ' + b"9" * 5_000 + b"}",
    ],
)
def test_body_is_refused_when_it_is_no_strict_json(client, raw: bytes) -> None:
    answer = client.post("/api/v1/matters", data=raw, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "request.unreadable")


def test_body_is_refused_when_its_type_is_not_json(client) -> None:
    answer = client.post("/api/v1/matters", data={"title": "a"})
    assert (answer.status_code, answer.get_json()["code"]) == (415, "request.media_type")


def test_words_are_kept_as_written_when_they_can_be(client) -> None:
    answer = client.post("/api/v1/matters", json={"title": " 噪声😀 ", "text": "一\r\n二\t三", "count": 3})
    assert answer.status_code == 201
    assert answer.get_json() == {"title": "噪声😀", "text": "一\n二\t三", "count": "3"}


def test_description_of_the_api_has_our_problem_when_read(client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    operation = answer.get_json()["paths"]["/api/v1/matters"]["post"]
    problem = answer.get_json()["components"]["schemas"]["Problem"]["properties"]
    assert set(problem) == {"type", "title", "status", "code", "detail", "request_id", "fields", "details"}
    assert "422" in operation["responses"]


@pytest.mark.parametrize("path", ["/healthz-of-nobody", "/api/v1/nowhere", "/static/a.js", "/fail"])
def test_headers_bind_the_browser_when_anything_is_answered(client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    assert (headers["Cache-Control"] == "no-store") != path.startswith("/static/")


def test_cookies_and_https_are_bound_when_configured(config: Config) -> None:
    app = create_app(replace(config, cookie_secure=True), parts=[views.install])
    answer = app.test_client().get("/nowhere", base_url="https://hotline.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    ("given", "is_kept"), [("abc-12345", True), ("x", False), ("a b c d e f g h", False), ("é" * 9, False)]
)
def test_request_id_is_taken_over_when_it_is_harmless(client, given: str, is_kept: bool) -> None:
    answer = client.get("/api/v1/nowhere", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is is_kept
    assert len(answer.headers["X-Request-ID"]) >= 8


def test_log_has_one_line_without_what_was_asked_when_requested(client) -> None:
    with capture_logs() as lines:
        client.get("/api/v1/refuse?phone=13812345678", headers={"Referer": "http://x/13812345678"})
    assert [line["event"] for line in lines] == ["request"]
    assert (lines[0]["route"], lines[0]["status"]) == ("/api/v1/refuse", 409)
    assert "13812345678" not in json.dumps(lines)


def test_log_tells_place_but_no_words_when_code_fails(client) -> None:
    with capture_logs() as lines:
        client.get("/api/v1/fail")
    failure = next(line for line in lines if line["event"] == "failure")
    assert failure["error"] == "RuntimeError"
    assert any("fail" in frame for frame in failure["frames"])
    assert "13812345678" not in json.dumps(lines)


def test_static_file_is_sent_packed_when_the_browser_takes_it(client) -> None:
    packed = client.get("/static/a.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == "text/javascript"
    assert gzip.decompress(packed.data) == client.get("/static/a.js").data
    plain = client.get("/static/b.js", headers={"Accept-Encoding": "gzip"})
    assert plain.data == b"let b = 2;"
    assert client.get("/static/../secret", headers={"Accept-Encoding": "gzip"}).status_code == 404
    ours = client.get("/static/c.css", headers={"Accept-Encoding": "gzip"})
    assert (ours.headers["Content-Encoding"], ours.mimetype) == ("gzip", "text/css")
    assert gzip.decompress(ours.data) == client.get("/static/c.css").data
    again = client.get("/static/c.css", headers={"Accept-Encoding": "gzip", "If-None-Match": ours.headers["ETag"]})
    assert again.status_code == 304


def test_page_is_sent_packed_when_it_is_long_and_no_two_are_equally_long(app: Flask, client) -> None:
    app.add_url_rule("/long", view_func=OPEN(lambda: "<p>一段文字</p>" * 1_000), endpoint="long")
    took = [client.get("/long", headers={"Accept-Encoding": "gzip"}) for _ in range(8)]
    assert {one.headers["Content-Encoding"] for one in took} == {"gzip"}
    assert "Accept-Encoding" in took[0].headers["Vary"]
    assert {gzip.decompress(one.data) for one in took} == {client.get("/long").data}
    assert len({len(one.data) for one in took}) > 1
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_client_is_who_the_proxy_says_when_it_is_trusted(config: Config, proxies: int, seen: str) -> None:
    app = create_app(replace(config, trusted_proxies=proxies))
    app.add_url_rule("/who", view_func=lambda: str(request.remote_addr))
    assert app.test_client().get("/who", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}).text == seen
