"""R9: kill -9 of a sweep in its middle, again and again: each card, step and follow-up comes once, with its event and its effects."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.kernel import audit
from dispatch.tickets.models import Assignment
from tests.counts import examples
from tests.faults.conftest import ROOT, wait_for
from tests.faults.sweeper import BEGUN, ENDED
from tests.tickets import sweepable
from tests.tickets.sweepable import FIRST, ORDINARY
from tests.town import MONDAY, Desk

TICKETS, BATCH = 300, 20
KILLS = examples(5, deep=50)
AT = MONDAY + timedelta(days=60)
OF_EACH = {"yellow": 1, "red": 1, "50%": 1, "25%": 1, "due": 1, "+1wd": 1, "+5wd": 1}


def fill(session: Session) -> None:
    city = reference(session, MONDAY)
    for number in range(TICKETS):
        sweepable.write(session, ORDINARY, number, city)


def is_left(desk: Desk) -> bool:
    query = select(Assignment.ticket_id).where(Assignment.next_at <= AT).limit(1)
    return desk.run(lambda session: session.scalar(query)) is not None


def words(notes: Path) -> list[str]:
    return notes.read_text().split() if notes.exists() else []


def start(desk: Desk, notes: Path) -> subprocess.Popen[bytes]:
    url = desk.engine.url.render_as_string(hide_password=False)
    asked = [sys.executable, "-m", "tests.faults.sweeper", url, AT.isoformat(), str(BATCH), str(notes)]
    return subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.DEVNULL)


def kill_in_the_middle(process: subprocess.Popen[bytes], notes: Path) -> None:
    """kill -9 once it has begun something more."""
    before = words(notes).count(BEGUN)
    wait_for("the sweep to begin", 60, lambda: words(notes).count(BEGUN) > before or process.poll() is not None)
    time.sleep(random.uniform(0, 0.1))
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_each_card_comes_once_when_the_sweep_is_killed_in_the_middle(desk: Desk, tmp_path: Path) -> None:
    desk.run(fill)
    notes, hits = tmp_path / "notes", 0
    while hits < KILLS and is_left(desk):
        kill_in_the_middle(start(desk, notes), notes)
        hits += words(notes)[-1] == BEGUN
    assert hits, "no kill fell into the middle: the test proved nothing"
    assert is_left(desk), "too few tickets for so many kills"
    while is_left(desk):  # what a dead process still holds in the server, the next sweep passes by
        assert start(desk, notes).wait(timeout=120) == 0
    assert words(notes)[-1] == ENDED
    assert_each_once(desk)


def assert_each_once(desk: Desk) -> None:
    with Session(desk.engine) as session:
        made = session.execute(
            text(
                "SELECT ticket_id, colour AS what, issued_at AS at FROM card UNION ALL"
                " SELECT ticket_id, step, told_at FROM ladder_step"
            )
        ).all()
        asked = session.scalars(text("SELECT ticket_id FROM follow_up ORDER BY ticket_id")).all()
        effects = session.execute(text("SELECT ticket_id, number, consumer FROM outbox WHERE number > 1")).all()
        told = session.execute(
            text("SELECT ticket_id, type FROM event WHERE actor = 'system:sweep' ORDER BY ticket_id, number")
        ).all()
    tickets = [FIRST + 2 * number for number in range(TICKETS)]
    assert Counter((row.ticket_id, row.what) for row in made) == {
        (ticket_id, what): count for ticket_id in tickets for what, count in OF_EACH.items()
    }
    assert {row.at for row in made} == {AT}
    assert list(asked) == tickets
    kinds = Counter({"card.issued": 2, "ladder.reached": 5, "follow_up.opened": 1})
    assert Counter((row.ticket_id, row.type) for row in told) == {
        (ticket_id, kind): count for ticket_id in tickets for kind, count in kinds.items()
    }
    assert len(effects) == len(set(effects)) == len(told)  # one listener for each
    assert [found for found in audit.verify(desk.engine) if isinstance(found, audit.Finding)] == []
