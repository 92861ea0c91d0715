"""Ranking of the townships from a big ticket table, beside the bare SQL GROUP BY of the same columns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from assessment.periods import Period
from assessment.schemes import builtin
from assessment.schemes.model import Scheme
from assessment.service import table as ranking_table
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import engine_options
from tests.bench import city
from tests.bench.figures import percentile, ratio
from tests.bench.home import Home, temporary_home
from tests.bench.machine import Finished, hotline, run
from tests.bench.report import Report, megabytes, say, table, tell

FOLDER = Path(__file__).parent
SCHEME, GROUP = "beijing", "township"
RUNS = 9
FILL_TIMEOUT_SECONDS = 3600


@dataclass(frozen=True)
class Question:
    """What is asked: one settled period, as of now."""

    scheme: Scheme
    period: Period
    at: datetime


def measure(count: int, report: Report) -> None:
    """Fill a database with ``count`` tickets of one period, then rank and group in turn."""
    with temporary_home() as home:
        city.load_city(home)
        question = question_of(home)
        tell(f"ranking: writing {count} tickets of {question.period.name} by SQL")
        fill(home, question.period.start, question.period.end, count)
        engine = create_engine(str(home.config.database_url), **engine_options(pool_size=1))
        try:
            ours, bare = _measure(engine, question)
        finally:
            engine.dispose()
        tell("ranking: hotline rank")
        command = [hotline(), "rank", "--scheme", SCHEME, "--period", question.period.name, "--group", GROUP]
        whole = run([*command, "--format", "csv"], home.environment, home.folder / "rank.log")
    _print(count, ours, bare, whole)
    report.note(
        "ranking",
        {"tickets": count, "ours_seconds": ours, "bare_seconds": bare, "command": {**asdict(whole), "output": ""}},
    )


def question_of(home: Home) -> Question:
    """The last settled period."""
    at, scheme = SystemClock().now(), builtin(SCHEME)
    period = Period.holding(at, scheme, home.config.time_zone)
    while period.settles_at > at:
        period = period.previous()
    return Question(scheme, period, at)


def fill(home: Home, start: datetime, end: datetime, count: int, *more: str) -> None:
    """Write ``count`` closed tickets received in [start, end), then what the SQL files ``more`` of this folder add to them."""
    options = engine_options(pool_size=1, statement_timeout_seconds=FILL_TIMEOUT_SECONDS)
    engine = create_engine(str(home.config.database_url), **options)
    values = {"start": start, "end": end, "count": count}
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT setseed(0.12345)"))
            connection.execute(text((FOLDER / "ranking.sql").read_text("utf-8")), values)
            for name in more:
                connection.exec_driver_sql((FOLDER / name).read_text("utf-8"))
    finally:
        engine.dispose()
    with home.connect() as bare:
        bare.execute("VACUUM (ANALYZE) ticket, ticket_number, event")
        bare.execute("CHECKPOINT")


def _measure(engine: Engine, question: Question) -> tuple[list[float], list[float]]:
    """Seconds of each, run by run in turn after one unmeasured round; both must count the same."""
    ours: list[float] = []
    bare: list[float] = []
    for number in range(RUNS + 1):
        mine, counted = _timed(lambda: live_ranking(engine, question))
        floor, grouped = _timed(lambda: bare_group(engine, question))
        if counted != grouped:
            raise RuntimeError(f"the ranking counts {counted}, the GROUP BY {grouped}")
        if number:
            ours.append(mine)
            bare.append(floor)
    return ours, bare


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def live_ranking(engine: Engine, question: Question) -> tuple[int, int, int]:
    """The whole table of the ranking, exact scores and classes included, in a transaction that ends as every request's does."""
    with Session(engine) as session, session.begin():
        made = ranking_table(session, question.scheme, question.period, GROUP, question.at, at=question.at)
    return made.total.received, made.total.valid, made.total.yes


def bare_group(engine: Engine, question: Question) -> tuple[int, int, int]:
    """The floor; both count received, valid and yes."""
    span = {"start": question.period.start, "end": question.period.end}
    with engine.connect() as connection:
        rows = connection.execute(text((FOLDER / "ranking_bare.sql").read_text("utf-8")), span).all()
    return sum(row.received for row in rows), sum(row.valid for row in rows), sum(row.yes for row in rows)


def _print(count: int, ours: list[float], bare: list[float], whole: Finished) -> None:
    lines = [
        [name, f"{median(taken) * 1000:.0f}", f"{percentile(sorted(taken), 95) * 1000:.0f}", beside, memory]
        for name, taken, beside, memory in (
            ("ranking (assessment.service.table)", ours, f"{ratio(ours, bare):.2f}", ""),
            ("bare GROUP BY", bare, "", ""),
            ("hotline rank, the whole command", [whole.seconds], "", megabytes(whole.max_rss)),
        )
    ]
    heading = f"Ranking: {count} tickets in one period, all townships, medians of {RUNS} runs in turn"
    table(heading, ["", "median ms", "p95 ms", "× the GROUP BY", "max RSS MB"], lines)
    say(f"the command printed {max(0, whole.output.count(chr(10)) - 1)} units")
