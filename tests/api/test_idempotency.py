"""Same key, same answer: once in the database, however often and however fast it is asked."""

from __future__ import annotations

import hashlib
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.tickets import idempotency
from dispatch.tickets.idempotency import Answer, StillRunning
from tests.api.conftest import COMPLAINT, MONDAY, Town

TICKETS = "SELECT count(*) FROM ticket"


def test_take_in_is_refused_when_key_is_missing(town: Town) -> None:
    answer = town.call("POST", "/tickets", COMPLAINT)
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency.key_missing")
    assert "Idempotency-Key" in answer.json["fields"]
    assert town.sql(TICKETS) == [(0,)]


@pytest.mark.parametrize("key", ["x" * 256, "键", "a\tb"])
def test_take_in_is_refused_when_key_is_unusable(town: Town, key: str) -> None:
    answer = town.take_in(key=key.encode().decode("latin-1"))
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency.key_unusable")


def test_take_in_gives_stored_answer_when_repeated(town: Town) -> None:
    first = town.take_in(key="order-17")
    town.clock.advance(timedelta(hours=1))
    again = town.take_in(dict(reversed(COMPLAINT.items())), key="order-17")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert town.sql(TICKETS) == [(1,)]


def test_take_in_is_refused_when_key_comes_with_other_words(town: Town) -> None:
    town.take_in(key="order-17")
    other = town.take_in(key="order-17", title="柳荫街道路灯不亮")
    assert (other.status_code, other.json["code"]) == (422, "idempotency.key_reused")
    assert town.sql(TICKETS) == [(1,)]


def test_key_is_free_when_another_client_uses_it(town: Town) -> None:
    first = town.take_in(key="order-17")
    other = town.token("operator", "120")
    answer = town.app.test_client().post(
        "/api/v1/tickets", json=COMPLAINT, headers={"Authorization": f"Bearer {other}", "Idempotency-Key": "order-17"}
    )
    assert answer.status_code == 201
    assert answer.json["ticket_no"] != first.json["ticket_no"]


def test_key_is_free_when_the_first_request_was_refused(town: Town) -> None:
    assert town.take_in(key="order-17", unit_code="nowhere").status_code == 422
    assert town.take_in(key="order-17").status_code == 201


def test_take_in_says_still_running_when_the_first_has_not_ended(town: Town, config) -> None:
    first = town.take_in(key="order-17")
    digest = town.sql("SELECT key_digest FROM idempotency_key")[0][0]
    town.sql("DELETE FROM idempotency_key")
    engine = create_engine(str(config.database_url))
    with engine.begin() as other:
        lock = int.from_bytes(bytes(digest)[:8], "big", signed=True)  # type: ignore[arg-type]
        other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        answer = town.take_in(key="order-17")
    engine.dispose()
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency.still_running")
    assert int(answer.headers["Retry-After"]) >= 1
    assert town.sql(TICKETS) == [(1,)]
    assert first.status_code == 201


def test_one_ticket_results_when_the_same_request_races_itself(town: Town) -> None:
    town.token("operator")
    for _ in range(5):
        key = secrets.token_hex(16)
        before = int(str(town.sql(TICKETS)[0][0]))
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, key=key: town.take_in(key=key), range(8)))
        statuses = {answer.status_code for answer in answers}
        assert 201 in statuses
        assert statuses <= {201, 409}
        assert len({answer.json["ticket_no"] for answer in answers if answer.status_code == 201}) == 1
        assert int(str(town.sql(TICKETS)[0][0])) == before + 1


def test_work_is_undone_when_another_wrote_the_key_after_our_snapshot(town: Town, config) -> None:
    """The lock was free, but its last holder committed in between: nothing of ours may stay."""
    engine = create_engine(str(config.database_url))
    theirs = {"key": hashlib.sha256(b"test\0order-17").digest(), "at": MONDAY}

    def work() -> None:
        with transaction() as session:

            def act() -> Answer:
                session.execute(text("INSERT INTO ticket_number VALUES ('ours', 1)"))
                with engine.begin() as other:
                    other.execute(text("INSERT INTO idempotency_key VALUES (:key, 'x', 201, 'theirs', :at)"), theirs)
                return Answer(201, "ours")

            idempotency.once(session, "order-17", scope="test", secret="s", payload=b"{}", at=MONDAY, act=act)

    with town.app.app_context(), pytest.raises(StillRunning):
        work()
    engine.dispose()
    assert town.sql("SELECT body FROM idempotency_key") == [("theirs",)]
    assert town.sql("SELECT * FROM ticket_number") == []


def test_kept_row_tells_nothing_of_the_reporter_when_read(town: Town) -> None:
    town.take_in(key="order-17")
    kept = town.sql("SELECT key_digest, request_digest, body FROM idempotency_key")[0]
    assert "order-17" not in str(kept)
    assert "13800138000" not in str(kept)
    assert "欧阳小明" not in str(kept)
    bare = hashlib.sha256(json.dumps(COMPLAINT, sort_keys=True).encode()).digest()
    assert bytes(kept[1]) != bare  # type: ignore[call-overload]


def test_keys_are_forgotten_when_a_day_has_passed(town: Town) -> None:
    town.take_in(key="old")
    town.clock.advance(idempotency.KEPT)
    town.take_in(key="young")
    town.clock.advance(timedelta(seconds=1))
    with town.app.app_context(), transaction() as session:
        assert idempotency.forget_old(session, town.clock.now()) == 1
    assert town.sql("SELECT count(*) FROM idempotency_key") == [(1,)]


def test_key_is_refused_below_the_edge_when_empty() -> None:
    with pytest.raises(DomainError, match=r"idempotency\.key_missing"):
        idempotency.once(None, "", scope="t", secret="s", payload=b"", at=MONDAY, act=lambda: Answer(201, ""))  # type: ignore[arg-type]
