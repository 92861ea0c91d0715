"""Ranking from facts: frozen ones, Parquet files, the kept rows of an open month, beside the live count and the bare GROUP BY."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from assessment import facts
from assessment.fact_files.ranking import table_of
from assessment.fact_files.writing import export
from assessment.publications import freezing, queries, recount, services
from assessment.publications.services import Wanted
from assessment.running import keeping, reading
from assessment.schemes import builtin_text
from assessment.schemes.model import Group
from dispatch.kernel.db import engine_options
from tests.bench import city
from tests.bench.figures import percentile, ratio
from tests.bench.home import temporary_home
from tests.bench.ranking import GROUP, SCHEME, Question, bare_group, fill, live_ranking, question_of
from tests.bench.report import Report, say, table, tell

RUNS, ANSWERS = 9, 40
FREEZE_TIMEOUT_SECONDS = 1800
AIM_FACTS_MS, AIM_COLD_RATIO, AIM_ANSWER_MS = 300, 1.3, 20
# As a verb leaves a ticket: one event more, which no seal covers yet.
ANSWER = (
    "UPDATE ticket SET satisfaction = 'satisfied', solved = 'yes', event_count = event_count + 1"
    " WHERE ticket_id = :ticket_id AND reached"
)
IN_THE_MONTH = (
    "SELECT ticket_id FROM ticket WHERE received_at >= :start AND received_at < :end AND kind = 'complaint'"
    " AND reached AND satisfaction <> 'satisfied' ORDER BY ticket_id LIMIT :many"
)
BARE, BARE_TWICE = "bare GROUP BY", "bare, and of the month before"
LIVE, KEPT = (
    "live, from the tickets",
    "open month, kept",
)  # live counts both months: the classes ask for the scores before
COUNTS, RANKING = "one more answer, counts", "one more answer, ranking"
RANKING_CPU = "  of it processor time"
EACH_CHECKED = 20  # answers after which the kept month is counted from the tickets too


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
            keeping_seconds, _done = _timed(lambda: _keep(engine, question))
            taken |= _in_turn([Rival(KEPT, lambda: live_ranking(engine, question))])
            _require_kept_is_live(engine, question)
            answers = _answers(engine, question)
            again_seconds, _done = _timed(lambda: _keep(engine, question, seconds=1))
        finally:
            engine.dispose()
    once = {"freezing": freezing_seconds, "exporting": exporting_seconds, "keeping": keeping_seconds}
    once["keeping again"] = again_seconds
    _print(count, months, taken, answers, once)
    report.note(
        "facts",
        {
            "tickets": count,
            "months": months,
            "seconds": taken,
            "once_seconds": once,
            "answer_seconds": answers,
        },
    )


def _freeze(engine: Any, question: Question, zone: ZoneInfo) -> int:
    """A publication of the period, as a worker freezes it and autovacuum leaves it."""
    wanted = Wanted(scheme_text=builtin_text(SCHEME), period=question.period.name, group=GROUP)
    with Session(engine) as session, session.begin():
        begun = services.prepare(session, wanted, zone=zone, actor="system:bench", at=question.at)
        freezing.freeze(session, begun.publication_id, at=question.at)
        number = begun.publication_id
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) publication_fact"))  # as autovacuum does within a minute
    return number


def _export(engine: Any, question: Question, folder: Path) -> int:
    with Session(engine) as session:
        where = (question.scheme, builtin_text(SCHEME), question.period, Group(GROUP), question.at, folder)
        return export(session, *where)[1]


def _keep(engine: Any, question: Question, *, seconds: int = 0) -> bool:
    """The rows of the period, as the scheduler copies those of open months; 1 second later what changed."""
    at = question.at + timedelta(seconds=seconds)
    span = facts.span_of(question.scheme, question.period)
    before = facts.span_of(question.scheme, question.period.previous())  # whose scores the classes ask for
    with Session(engine) as session, session.begin():
        session.execute(text("SET LOCAL statement_timeout = 0"))
        if seconds:
            session.execute(text("UPDATE open_span SET as_of = as_of - interval '1 hour'"))
        keeping.refresh(session, before, at=at)
        return keeping.refresh(session, span, at=at)


def _require_kept_is_live(engine: Any, question: Question) -> None:
    where = (question.scheme, question.period, GROUP, question.at)
    with Session(engine) as session, session.begin():  # a rollback would throw the prepared statements away
        if reading.counts(session, *where) != facts.counts(session, *where):
            raise RuntimeError("the kept month counts otherwise than the tickets")


def _rivals(engine: Any, question: Question, number: int, folder: Path) -> list[Rival]:
    def from_frozen() -> tuple[int, int, int]:
        with Session(engine) as session:
            rows = recount.rows_of(session, queries.publication(session, number), queries.units(session, number))
        return _added([row.counts for row in rows])

    def from_both_months() -> tuple[int, int, int]:
        bare_group(engine, replace(question, period=question.period.previous()))
        return bare_group(engine, question)

    def from_files() -> tuple[int, int, int]:
        return _added([table_of(folder, question.scheme, question.period, GROUP).total])

    return [
        Rival(BARE, lambda: bare_group(engine, question)),
        Rival(BARE_TWICE, from_both_months),
        Rival(LIVE, lambda: live_ranking(engine, question)),
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


def _answers(engine: Any, question: Question) -> dict[str, list[float]]:
    """From one more answer to the counts that hold it, and to the whole ranking, exact scores and classes included: seconds, and
    of the ranking also those of the two processors, ours and the database's, which others on the machine lengthen less."""
    found: dict[str, list[float]] = {COUNTS: [], RANKING: [], RANKING_CPU: []}
    for number, ticket_id in enumerate(_of_the_month(engine, question), 1):
        with engine.begin() as connection:
            connection.execute(text(ANSWER), {"ticket_id": ticket_id})
            backend = connection.scalar(text("SELECT pg_backend_pid()"))
        found[COUNTS].append(_timed(lambda: _kept_counts(engine, question))[0])
        began = _processor_seconds(backend)
        found[RANKING].append(_timed(lambda: live_ranking(engine, question))[0])
        found[RANKING_CPU].append(_processor_seconds(backend) - began)
        if number % EACH_CHECKED == 0:
            _require_kept_is_live(engine, question)
    return found


def _of_the_month(engine: Any, question: Question) -> list[int]:
    """Answered tickets of the very month that is ranked: an answer to another month's is told apart by an index, and is no test."""
    span = {"start": question.period.start, "end": question.period.end, "many": ANSWERS}
    with engine.begin() as connection:
        found = list(connection.scalars(text(IN_THE_MONTH), span))
    if len(found) < ANSWERS:
        raise RuntimeError(f"only {len(found)} tickets of the month are answered")
    return found


def _processor_seconds(backend: int) -> float:
    """Used so far by this process and by the one connection's (the pool holds one; 0 for it where the system does not say)."""
    path = Path(f"/proc/{backend}/schedstat")
    theirs = int(path.read_text().split()[0]) / 1e9 if path.exists() else 0.0
    return time.process_time() + theirs


def _kept_counts(engine: Any, question: Question) -> Any:
    with Session(engine) as session, session.begin():
        return reading.counts(session, question.scheme, question.period, GROUP, question.at)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def _print(
    count: int, months: int, taken: dict[str, list[float]], answers: dict[str, list[float]], once: dict[str, float]
) -> None:
    floors = {LIVE: taken[BARE_TWICE]}
    aims = {
        LIVE: f"× {AIM_COLD_RATIO}",
        KEPT: f"{AIM_FACTS_MS} ms",
        "frozen facts": f"{AIM_FACTS_MS} ms",
        "Parquet, DuckDB": f"{AIM_FACTS_MS} ms",
    }
    lines = [
        [
            name,
            f"{median(runs) * 1000:.0f}",
            f"{percentile(sorted(runs), 95) * 1000:.0f}",
            f"{ratio(runs, floors.get(name, taken[BARE])):.2f}",
            aims.get(name, ""),
        ]
        for name, runs in taken.items()
    ]
    lines += [
        [name, f"{median(runs) * 1000:.0f}", f"{percentile(sorted(runs), 95) * 1000:.0f}", "", f"{AIM_ANSWER_MS} ms"]
        for name, runs in answers.items()
    ]
    heading = f"Ranking from facts: {count} tickets in {months} month(s), all townships, {RUNS} runs in turn, {ANSWERS} answers"
    table(heading, ["", "median ms", "p95 ms", "× the GROUP BY", "aim"], lines)
    say(f"{LIVE}: beside the GROUP BY of both months")
    say(", ".join(f"{name} took {seconds:.1f} s" for name, seconds in once.items()))
