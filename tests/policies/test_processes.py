"""Two processes on one database: both see a new policy, each ticket by its own instant."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dispatch.kernel.config import Config
from dispatch.policies import services
from tests.policies.words import file, put
from tests.town import MONDAY, Desk

# Keeps its picture of the reference data between questions, as a worker does; each line in is an instant, each line out a name.
OTHER = """
import sys
from datetime import datetime
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
import dispatch.models
from dispatch.directory.snapshot import reference
engine = create_engine(sys.argv[1])
for line in sys.stdin:
    at = datetime.fromisoformat(line.strip())
    with Session(engine) as session:
        sys.stdout.write(reference(session, at).policy.name + "\\n")
        sys.stdout.flush()
"""


@pytest.fixture
def other(config: Config) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", OTHER, str(config.database_url)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as started:
        yield started
        started.terminate()


def test_see_a_new_policy_from_its_instant_on_when_another_process_put_it(
    other: subprocess.Popen[str], desk: Desk
) -> None:
    def asked(hours: float) -> str:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write((MONDAY + timedelta(hours=hours)).isoformat() + "\n")
        other.stdin.flush()
        return other.stdout.readline().strip()

    assert asked(3) == "出厂政策"
    row = put(desk, file(), MONDAY + timedelta(hours=2))
    assert [asked(1.99), asked(2), asked(3), asked(0)] == ["出厂政策", "新政策", "新政策", "出厂政策"]
    assert desk.reference.at(MONDAY + timedelta(hours=2)).policy.name == "新政策"
    desk.run(services.withdraw, row.number, actor="account:9", at=MONDAY)
    assert asked(3) == "出厂政策"
