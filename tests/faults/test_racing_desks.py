"""Eight desks race through separate gunicorn workers on the same fifty tickets: one winner per move, and events = moves."""

from __future__ import annotations

import json
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from dispatch.access import permissions, services
from dispatch.kernel.config import Config
from tests.counts import IS_DEEP
from tests.faults.conftest import ROOT, environment_of, wait_for
from tests.town import MONDAY, Desk

SECONDS, TRIES = 60, 60  # the deep run races for a minute, the ordinary one for so many tries of each desk
CLIENTS, TICKETS = 8, 50

# Who may do what, with the body, and the event that each success leaves.
MOVES: dict[str, tuple[str, str | None, dict[str, object], str]] = {
    "acknowledge": ("unit_officer", "110001", {}, "assignment.acknowledged"),
    "complete": ("unit_officer", "110001", {"answer": "已清运"}, "assignment.completed"),
    "dispute": ("unit_officer", "110001", {"ground": "outside_duty", "reason": "非本单位职责"}, "assignment.disputed"),
    "rule": ("adjudicator", None, {"ruling": "refused", "reason": "属实"}, "dispute.ruled"),
    "reassign": ("city_supervisor", None, {"unit_code": "110002", "reason": "派错"}, "ticket.reassigned"),
    "ask-extension": ("unit_officer", "110001", {"amount": "1nd", "reason": "等待"}, "extension.asked"),
    "decide-extension": ("city_supervisor", None, {"is_granted": True, "reason": "可"}, "extension.granted"),
}


@pytest.fixture
def tokens(desk: Desk) -> dict[str, str]:
    """A token for each role in the race."""
    people = {(role, unit) for role, unit, _body, _event in MOVES.values()}

    def issue(session: object) -> dict[str, str]:
        made = {}
        for role, unit in sorted(people, key=str):
            login, scopes = role.replace("_", "-"), sorted(permissions.permissions_of([role]))
            stamp = {"actor": "system:test", "at": MONDAY}
            unit_id = desk.unit_id(unit) if unit else None
            password = secrets.token_urlsafe(24)
            services.create(
                session,  # type: ignore[arg-type]
                login=login,
                name="测试",
                password=password,
                roles=[role],
                unit_id=unit_id,
                **stamp,
            )
            made[role] = services.issue_token(session, login, name="测试", scopes=scopes, **stamp)  # type: ignore[arg-type]
        return made

    found: dict[str, str] = desk.run(issue)
    return found


@pytest.fixture
def site(config: Config, desk: Desk, tmp_path: Path) -> Iterator[str]:
    """gunicorn with four worker processes on the desk's database, whose simulated clock stands at the desk's hour."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    settings = environment_of(config) | {"PYTHONPATH": str(ROOT), "HOTLINE_BIND": bind, "HOTLINE_WORKERS": "4"}
    command = [str(Path(sys.executable).with_name("hotline")), "serve"]
    with (
        (tmp_path / "web.log").open("wb") as log,
        subprocess.Popen(command, env=settings, stdout=log, stderr=log) as web,
    ):
        try:
            wait_for("the web", 180, lambda: _answers(f"http://{bind}/healthz"))
            yield f"http://{bind}"
        finally:
            web.terminate()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def _post(url: str, body: dict[str, object], token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_have_one_winner_per_move_when_eight_desks_race(
    desk: Desk, tokens: dict[str, str], site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.at = desk.run(lambda session: session.scalar(text("SELECT clock_timestamp()")))  # windows are open now
    numbers = [desk.accept().ticket_no for _ in range(TICKETS)]
    won: Counter[tuple[str, str]] = Counter()
    answers: Counter[int] = Counter()
    lock, stop_at = threading.Lock(), time.monotonic() + SECONDS

    def race(seed: int) -> None:
        chance = random.Random(seed)
        tries = 0
        while time.monotonic() < stop_at if IS_DEEP else tries < TRIES:
            tries += 1
            number, verb = chance.choice(numbers), chance.choice(sorted(MOVES))
            role, _unit, body, _event = MOVES[verb]
            status = _post(f"{site}/api/v1/tickets/{number}/{verb}", body, tokens[role])
            with lock:
                answers[status] += 1
                if status == 200:
                    won[number, verb] += 1

    runners = [threading.Thread(target=race, args=(seed,)) for seed in range(CLIENTS)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    if IS_DEEP:
        with capsys.disabled():
            sys.stdout.write(f"\n{sum(answers.values())} calls by {CLIENTS} desks in {SECONDS} s: {dict(answers)}\n")
    assert set(answers) <= {200, 403, 404, 409, 422}, answers
    assert answers[200] >= TICKETS, "there was a race"
    recorded = desk.run(
        lambda session: {
            (row.ticket_no, row.type): row.times
            for row in session.execute(
                text(
                    "SELECT t.ticket_no, e.type, count(*) AS times FROM event e JOIN ticket t USING (ticket_id) GROUP BY 1, 2"
                )
            )
        }
    )
    moves = {(number, verb): recorded.get((number, MOVES[verb][3]), 0) for number in numbers for verb in MOVES}
    assert {key: times for key, times in moves.items() if times} == dict(won)
    once = ("acknowledge", "complete", "dispute", "decide-extension")
    assert {key for key, times in won.items() if key[1] in once and times > 1} == set()
    counts = "SELECT count(*) FROM ticket t WHERE event_count <> (SELECT max(number) FROM event WHERE ticket_id = t.ticket_id)"
    assert desk.run(lambda session: session.scalar(text(counts))) == 0
