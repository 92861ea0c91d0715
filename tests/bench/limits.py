"""Limits: one due instant beside a loop over days; the sweep that finds nothing and the one that finds ten thousand, at three sizes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.jobs import SWEEP_BATCH, SWEPT_SINGLY
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import engine_options
from dispatch.limits import sweep
from dispatch.limits.calendar import Calendar
from dispatch.limits.rules import due_at
from dispatch.limits.values import Limit
from tests.bench import city
from tests.bench.home import Home, temporary_home
from tests.bench.report import Report, say, table, tell, verdict

FOLDER = Path(__file__).parent
CASES, RUNS = 2_000, 9
DUE = 10_000
CLOSED_PER_OPEN = 9
AIM_DUE_MICROSECONDS, AIM_EMPTY_MILLISECONDS, AIM_FULL_SECONDS = 20.0, 2.0, 10.0
SOON = timedelta(days=20)


def measure(sizes: tuple[int, ...], report: Report) -> None:
    """The engine, then a database that grows to each of ``sizes`` open tickets with nine closed ones beside each."""
    one, loop = _engine()
    lines, found = [], []
    with temporary_home() as home:
        city.load_city(home)
        engine = create_engine(str(home.config.database_url), **engine_options(statement_timeout_seconds=3600))
        have = 0
        for size in sizes:
            tell(f"limits: {size} open and {size * CLOSED_PER_OPEN} closed tickets by SQL")
            grow(home, engine, have, size)
            have = size
            empty, plan = _empty(engine)
            seconds, cards = _full(engine)
            found.append((size, empty, seconds, cards))
            lines.append([f"{size:,}", f"{empty:.2f}", f"{seconds:.1f}", f"{cards / seconds:.0f}", plan])
        engine.dispose()
    _print(one, loop, lines, found)
    report.note("limits", {"due_microseconds": one, "loop_microseconds": loop, "sweeps": found})


def _engine() -> tuple[float, float]:
    """Microseconds for one due instant in working days with two pauses: ours, and a loop that asks day after day."""
    calendar, rng, cases = Calendar.shipped(), random.Random(4), []
    for _ in range(CASES):
        start = datetime.fromisoformat("2026-01-05T09:00:00+08:00") + timedelta(minutes=rng.randrange(300 * 1440))
        first = start + timedelta(hours=rng.randrange(1, 100))
        pauses = [(first, first + timedelta(days=3)), (first + timedelta(days=4), first + timedelta(days=9))]
        cases.append((start, Limit.parse(f"{rng.randrange(1, 20)}wd"), pauses))

    def ours() -> None:
        for start, limit, pauses in cases:
            due_at(start, limit, calendar, (), pauses)

    def loop() -> None:  # without pauses: already dearer
        for start, limit, _ in cases:
            day, left = calendar.local_day(start), limit.amount
            while left:
                day += timedelta(days=1)
                left -= calendar.is_working_day(day)

    return _microseconds(ours), _microseconds(loop)


def _microseconds(work: Callable[[], None]) -> float:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) / CASES * 1e6)
    return median(taken)


def grow(home: Home, engine: Engine, have: int, size: int, *, closed: int = CLOSED_PER_OPEN) -> None:
    """Open tickets ``have`` + 1 … ``size``, none of them due, and ``closed`` ones beside each."""
    fill = (FOLDER / "limits.sql").read_text("utf-8").split(";\n")
    values = {"first": have + 1, "last": size, "closed": closed, "due": SystemClock().now() + SOON}
    with engine.begin() as connection:
        for statement in filter(str.strip, fill):
            connection.execute(text(statement), values)
    with home.connect() as bare:
        bare.execute("VACUUM (ANALYZE) ticket, assignment, event")
        bare.execute("CHECKPOINT")


def _empty(engine: Engine) -> tuple[float, str]:
    """Milliseconds of a sweep that finds nothing, the transaction included, and how PostgreSQL finds it."""
    at, taken = SystemClock().now(), []
    for _ in range(RUNS * 5):
        with Session(engine) as session, session.begin():
            known = reference(session, at)
            began = time.perf_counter()
            if sweep.sweep(session, at, reference=known, limit=SWEEP_BATCH, singly=SWEPT_SINGLY):
                raise RuntimeError("something was due")
            taken.append((time.perf_counter() - began) * 1000)
    with Session(engine) as session:
        query = "EXPLAIN SELECT min(next_at) FROM assignment WHERE next_at IS NOT NULL AND next_at <= now()"
        lines = session.scalars(text(query)).all()
    node = next(line.strip(" ->") for line in lines if "Scan" in line)
    return median(taken), node.partition(" (")[0].partition(" using ")[0]


def _full(engine: Engine) -> tuple[float, int]:
    """Seconds until ten thousand that have come due have their cards, events and effects committed; how many cards."""
    at = SystemClock().now()
    with engine.begin() as connection:
        mark = "UPDATE assignment SET due_at = :due, yellow_at = NULL, next_at = :due WHERE next_at IS NOT NULL AND ticket_id IN"
        some = (
            " (SELECT ticket_id FROM assignment WHERE next_at > :at AND role = 'lead' ORDER BY ticket_id LIMIT :most)"
        )
        connection.execute(text(mark + some), {"due": at - timedelta(hours=1), "at": at, "most": DUE})
        before = int(connection.execute(text("SELECT count(*) FROM card")).scalar_one())
    began = time.perf_counter()
    while True:
        with Session(engine) as session, session.begin():
            if not sweep.sweep(session, at, reference=reference(session, at), limit=SWEEP_BATCH, singly=SWEPT_SINGLY):
                break
    seconds = time.perf_counter() - began
    with engine.connect() as connection:
        return seconds, int(connection.execute(text("SELECT count(*) FROM card")).scalar_one()) - before


def _print(one: float, loop: float, lines: list[list[str]], found: list[tuple[int, float, float, int]]) -> None:
    say(f"\nOne due instant (working days, two pauses): {one:.1f} µs; a loop over days without pauses: {loop:.1f} µs")
    say(verdict(f"one due instant in {one:.1f} µs (aim ≤ {AIM_DUE_MICROSECONDS:.0f} µs)", one <= AIM_DUE_MICROSECONDS))
    heading = f"Sweep: nothing due, and {DUE} due; {CLOSED_PER_OPEN} closed tickets beside each open one"
    table(heading, ["open", "nothing due, ms", f"{DUE} due, s", "cards/s", "found by"], lines)
    _, empty, seconds, cards = found[-1]
    say(
        verdict(f"nothing due: {empty:.2f} ms (aim ≤ {AIM_EMPTY_MILLISECONDS:.0f} ms)", empty <= AIM_EMPTY_MILLISECONDS)
    )
    is_met = seconds <= AIM_FULL_SECONDS * cards / DUE
    say(verdict(f"{cards} cards in {seconds:.1f} s (aim: {DUE} in {AIM_FULL_SECONDS:.0f} s)", is_met))
