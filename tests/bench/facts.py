"""Ranking from facts: frozen ones of a publication and Parquet files, beside the live count and the bare GROUP BY in the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from assessment.fact_files.ranking import table_of
from assessment.fact_files.writing import export
from assessment.publications import freezing, queries, recount, services
from assessment.publications.services import Wanted
from assessment.schemes import builtin_text
from assessment.schemes.model import Group
from dispatch.kernel.db import engine_options
from tests.bench import city
from tests.bench.figures import percentile, ratio
from tests.bench.home import temporary_home
from tests.bench.ranking import GROUP, SCHEME, Question, bare_group, fill, live_ranking, question_of
from tests.bench.report import Report, say, table, tell

RUNS = 9
FREEZE_TIMEOUT_SECONDS = 1800
AIM_FACTS_MS, AIM_COLD_RATIO, AIM_ANSWER_MS = 300, 1.3, 20
ANSWER = "UPDATE ticket SET satisfaction = 'satisfied', solved = 'yes' WHERE ticket_id = :ticket_id AND reached"


@dataclass(frozen=True)
class Rival:
    """One way to the same table: how many it counts as (received, valid, yes), as ``ranking.bare_group`` does."""

    name: str
    work: Callable[[], tuple[int, int, int]]


def measure(count: int, report: Report, *, months: int = 1) -> None:
    """Fill ``months`` periods with ``count`` tickets in all; freeze and export the settled one; rank it in every way in turn."""
    with temporary_home() as home, tempfile.TemporaryDirectory() as folder:
        city.load_city(home)
        question = question_of(home)
        start = question.period.start
        for _ in range(months - 1):
            start -= question.period.end - question.period.start
        tell(f"facts: writing {count} tickets of {months} month(s) by SQL")
        fill(home, start, question.period.end, count)
        options = engine_options(pool_size=1, statement_timeout_seconds=FREEZE_TIMEOUT_SECONDS)
        engine = create_engine(str(home.config.database_url), **options)
        try:
            freezing_seconds, number = _timed(lambda: _freeze(engine, question, home.config.time_zone))
            exporting_seconds, _rows = _timed(lambda: _export(engine, question, Path(folder)))
            taken = _in_turn(_rivals(engine, question, number, Path(folder)))
            answers = _answers(engine, question)
        finally:
            engine.dispose()
    _print(count, months, taken, answers, freezing_seconds, exporting_seconds)
    once = {"freezing_seconds": freezing_seconds, "exporting_seconds": exporting_seconds, "answer_seconds": answers}
    report.note("facts", {"tickets": count, "months": months, "seconds": taken, **once})


def _freeze(engine: Any, question: Question, zone: ZoneInfo) -> int:
    """A publication of the period, as a worker freezes it."""
    wanted = Wanted(scheme_text=builtin_text(SCHEME), period=question.period.name, group=GROUP)
    with Session(engine) as session, session.begin():
        begun = services.prepare(session, wanted, zone=zone, actor="system:bench", at=question.at)
        freezing.freeze(session, begun.publication_id, at=question.at)
        return begun.publication_id


def _export(engine: Any, question: Question, folder: Path) -> int:
    with Session(engine) as session:
        where = (question.scheme, builtin_text(SCHEME), question.period, Group(GROUP), question.at, folder)
        return export(session, *where)[1]


def _rivals(engine: Any, question: Question, number: int, folder: Path) -> list[Rival]:
    def from_frozen() -> tuple[int, int, int]:
        with Session(engine) as session:
            rows = recount.rows_of(session, queries.publication(session, number), queries.units(session, number))
        return _added([row.counts for row in rows])

    def from_files() -> tuple[int, int, int]:
        return _added([table_of(folder, question.scheme, question.period, GROUP).total])

    return [
        Rival("bare GROUP BY", lambda: bare_group(engine, question)),
        Rival("live, from the tickets", lambda: live_ranking(engine, question)),
        Rival("frozen facts", from_frozen),
        Rival("Parquet, DuckDB", from_files),
    ]


def _added(counts: list[Any]) -> tuple[int, int, int]:
    return sum(one.received for one in counts), sum(one.valid for one in counts), sum(one.yes for one in counts)


def _in_turn(rivals: list[Rival]) -> dict[str, list[float]]:
    """Seconds of each, run by run in turn after one unmeasured round; all must count the same."""
    taken: dict[str, list[float]] = {rival.name: [] for rival in rivals}
    for number in range(RUNS + 1):
        counted = {}
        for rival in rivals:
            seconds, counted[rival.name] = _timed(rival.work)
            if number:
                taken[rival.name].append(seconds)
        if len(set(counted.values())) != 1:
            raise RuntimeError(f"they count differently: {counted}")
    return taken


def _answers(engine: Any, question: Question) -> list[float]:
    """From one more answer to the table that holds it: an update and the whole live ranking, since nothing keeps counters."""
    taken = []
    for ticket_id in range(1, RUNS + 1):
        with engine.begin() as connection:
            connection.execute(text(ANSWER), {"ticket_id": ticket_id})
        taken.append(_timed(lambda: live_ranking(engine, question))[0])
    return taken


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def _print(
    count: int, months: int, taken: dict[str, list[float]], answers: list[float], freezing: float, exporting: float
) -> None:
    bare = taken["bare GROUP BY"]
    aims = {
        "live, from the tickets": f"× {AIM_COLD_RATIO}",
        "frozen facts": f"{AIM_FACTS_MS} ms",
        "Parquet, DuckDB": f"{AIM_FACTS_MS} ms",
    }
    lines = [
        [
            name,
            f"{median(runs) * 1000:.0f}",
            f"{percentile(sorted(runs), 95) * 1000:.0f}",
            f"{ratio(runs, bare):.2f}",
            aims.get(name, ""),
        ]
        for name, runs in taken.items()
    ]
    lines.append(
        ["one more answer", f"{median(answers) * 1000:.0f}", f"{max(answers) * 1000:.0f}", "", f"{AIM_ANSWER_MS} ms"]
    )
    heading = f"Ranking from facts: {count} tickets in {months} month(s), all townships, medians of {RUNS} runs in turn"
    table(heading, ["", "median ms", "p95 ms", "× the GROUP BY", "aim"], lines)
    say(f"freezing took {freezing:.1f} s, exporting {exporting:.1f} s")
