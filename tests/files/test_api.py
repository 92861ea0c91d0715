"""Files over HTTP: who may, how much, and how they are handed out."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse, create_environ, run_wsgi_app

from dispatch.files.limits import shipped_limits
from tests.api.conftest import Town
from tests.files import samples

UNIT = {"role": "unit_officer", "unit": "110001"}
PROBLEM = "application/problem+json"
LISTED = ("", "/1")


def send(
    town: Town,
    number: str,
    *files: tuple[bytes, str],
    purpose: str = "evidence",
    role: str = "operator",
    unit: str | None = None,
) -> TestResponse:
    form: dict[str, Any] = {"purpose": purpose, "file": [(io.BytesIO(content), name) for content, name in files]}
    headers = {"Authorization": f"Bearer {town.token(role, unit)}"}
    return town.app.test_client().post(f"/api/v1/tickets/{number}/files", data=form, headers=headers)


def test_file_is_listed_and_fetched_when_sent(town: Town) -> None:
    number = town.number()
    sent = send(town, number, (samples.photograph(), "现场.png"), (samples.pdf(), "说明.pdf"), **UNIT)
    assert sent.status_code == 201, sent.text
    listed = town.call("GET", f"/tickets/{number}/files", **UNIT).json
    assert listed == sent.json
    photo, paper = listed["files"]
    assert (photo["name"], photo["unit"]["code"], photo["at"]) == ("现场.jpg", "110001", "2026-11-02T09:00:00+08:00")
    shown = town.call("GET", f"/tickets/{number}/files/{photo['number']}", **UNIT)
    saved = town.call("GET", f"/tickets/{number}/files/{paper['number']}", **UNIT)
    assert (shown.content_type, shown.headers["Content-Disposition"].split(";")[0]) == ("image/jpeg", "inline")
    assert (saved.content_type, saved.headers["Content-Disposition"].split(";")[0]) == ("application/pdf", "attachment")
    for answer in (shown, saved):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert saved.data == samples.pdf()
    assert b"SecretPhone" not in shown.data


def test_thumbnail_is_small_when_fetched(town: Town) -> None:
    number = town.number()
    send(town, number, (samples.photograph(size=(3000, 2000)), "a.jpg"), (samples.pdf(), "b.pdf"))
    whole, small, none = (
        town.call("GET", f"/tickets/{number}/files/{path}") for path in ("1", "1/thumbnail", "2/thumbnail")
    )
    assert len(small.data) < len(whole.data)
    assert (small.content_type, none.status_code) == ("image/jpeg", 404)


@pytest.mark.parametrize("kind", sorted(samples.REFUSED))
def test_upload_is_refused_and_nothing_kept_when_one_file_is_unsound(town: Town, kind: str) -> None:
    number = town.number()
    content, code = samples.REFUSED[kind]
    answer = send(town, number, (samples.pdf(), "a.pdf"), (content, "b.jpg"))
    assert (answer.json["code"], answer.content_type) == (code, PROBLEM)
    assert answer.status_code in (413, 415, 422)
    assert "b.jpg" not in answer.text
    assert town.sql("SELECT (SELECT count(*) FROM ticket_file), (SELECT count(*) FROM file_content)") == [(0, 0)]


class Counted(io.RawIOBase):
    """A body of so many bytes that counts how far it was read."""

    def __init__(self, head: bytes, size: int) -> None:
        self.head, self.left, self.taken = head, size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self.head[: len(buffer)] or bytes(min(len(buffer), self.left))
        self.left -= 0 if self.head else len(block)
        self.head = self.head[len(block) :]
        buffer[: len(block)] = block
        self.taken += len(block)
        return len(block)


def bomb(town: Town, number: str, **environ: Any) -> tuple[int, dict[str, Any], int]:
    """50 MB in one part, straight into the server's own interface: status, answer, bytes read."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    body = Counted(head, 50_000_000)
    called = create_environ(f"/api/v1/tickets/{number}/files", method="POST")
    called |= {
        "HTTP_AUTHORIZATION": f"Bearer {town.token('operator')}",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": body,
        **environ,
    }
    answer, status, _headers = run_wsgi_app(town.app, called)
    return int(status[:3]), json.loads(b"".join(answer)), body.taken


def test_bomb_is_refused_unread_when_it_declares_its_length(town: Town) -> None:
    status, said, taken = bomb(town, town.number(), CONTENT_LENGTH="50000000")
    assert (status, said["code"], taken) == (413, "file.too_big", 0)


def test_bomb_is_cut_off_at_the_cap_when_it_comes_in_chunks(town: Town) -> None:
    status, said, taken = bomb(town, town.number(), **{"wsgi.input_terminated": True})
    assert (status, said["code"]) == (413, "file.too_big")
    assert taken <= shipped_limits().request_bytes + 1_000_000


def test_other_routes_keep_their_small_cap_when_uploads_have_a_large_one(town: Town) -> None:
    answer = town.app.test_client().post(
        "/api/v1/tickets", data=bytes(2_000_000), headers={"Authorization": f"Bearer {town.token('operator')}"}
    )
    assert answer.status_code in (413, 415)


def test_upload_is_refused_when_there_are_too_many_files_or_none(town: Town) -> None:
    number = town.number()
    many = [(samples.pdf(f"/N {place}"), "a.pdf") for place in range(shipped_limits().request_files + 1)]
    answer = send(town, number, *many)
    assert (answer.status_code, answer.json["code"]) == (422, "file.too_many")
    assert send(town, number).status_code == 422
    assert town.sql("SELECT count(*) FROM ticket_file") == [(0,)]


def test_foreign_ticket_looks_like_none_when_a_unit_asks_for_its_files(town: Town) -> None:
    number = town.number()
    send(town, number, (samples.photograph(), "a.jpg"), **UNIT)
    for unit in ("110002", "120", "E-01"):
        for path in ("/files", "/files/1", "/files/1/thumbnail"):
            answer = town.call("GET", f"/tickets/{number}{path}", role="unit_officer", unit=unit)
            assert (answer.status_code, answer.json["code"]) == (404, "ticket.unknown"), path
        assert send(town, number, (samples.pdf(), "b.pdf"), role="unit_head", unit=unit).status_code == 404
        gone = town.call("POST", f"/tickets/{number}/files/1/remove", {"reason": "x"}, role="unit_head", unit=unit)
        assert gone.status_code == 404


def test_unit_reads_but_does_not_attach_when_it_only_watches(town: Town) -> None:
    number = town.number()
    town.sql("UPDATE ticket SET charged_unit_id = (SELECT unit_id FROM unit WHERE code = '120001')")
    watcher = {"role": "unit_officer", "unit": "120001"}
    assert town.call("GET", f"/tickets/{number}/files", **watcher).status_code == 200
    answer = send(town, number, (samples.pdf(), "a.pdf"), **watcher)
    assert (answer.status_code, answer.json["code"]) == (403, "file.not_holding")


@pytest.mark.parametrize(("is_confidential", "seen"), [(True, 0), (False, 1)])
def test_reporters_files_stay_with_the_hotline_when_the_reporter_asked_for_confidence(
    town: Town, is_confidential: bool, seen: int
) -> None:
    number = town.number(is_confidential=is_confidential)
    send(town, number, (samples.photograph(), "自家门口.jpg"), purpose="reporter")
    assert len(town.call("GET", f"/tickets/{number}/files", **UNIT).json["files"]) == seen
    expected = 200 if seen else 404
    for path in ("1", "1/thumbnail"):
        assert town.call("GET", f"/tickets/{number}/files/{path}", **UNIT).status_code == expected
    assert town.call("GET", f"/tickets/{number}/files/1", role="follow_up_agent").status_code == 200


def test_name_is_screened_when_it_tells_who_called(town: Town) -> None:
    number = town.number()
    send(town, number, (samples.pdf(), "欧阳小明13800138000.pdf"))
    for answer in (town.call("GET", f"/tickets/{number}/files{path}", **UNIT) for path in LISTED):
        told = answer.text if answer.is_json else str(answer.headers)
        assert "13800138000" not in told
        assert "%E6%AC%A7%E9%98%B3%E5%B0%8F" not in told


def test_file_is_gone_when_its_unit_removes_it(town: Town) -> None:
    number = town.number()
    send(town, number, (samples.pdf(), "a.pdf"), **UNIT)
    send(town, number, (samples.photograph(), "b.jpg"))
    theirs = town.call("POST", f"/tickets/{number}/files/2/remove", {"reason": "不是我传的"}, **UNIT)
    assert (theirs.status_code, theirs.json["code"]) == (403, "file.not_yours")
    gone = town.call("POST", f"/tickets/{number}/files/1/remove", {"reason": "传错了"}, **UNIT)
    assert gone.status_code == 200
    assert town.call("GET", f"/tickets/{number}/files/1", **UNIT).status_code == 404
    assert [file["number"] for file in town.call("GET", f"/tickets/{number}/files", **UNIT).json["files"]] == [2]


@pytest.mark.parametrize("place", ["0", "99999", "x", "-1", "1%2F..", "１"])
def test_file_is_unknown_when_its_number_is_nonsense(town: Town, place: str) -> None:
    answer = town.call("GET", f"/tickets/{town.number()}/files/{place}")
    assert answer.status_code == 404
