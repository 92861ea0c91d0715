"""A new year's notice that moves many open tickets, beside the bare SQL that rewrites the same rows without counting anything."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import create_engine, text

from dispatch.kernel.db import engine_options
from tests.bench import city
from tests.bench.home import Home, temporary_home
from tests.bench.machine import Finished, hotline, run
from tests.bench.report import Report, megabytes, say, table, tell, verdict

FOLDER = Path(__file__).parent
AIM_SECONDS = 60.0  # issue: 200,000 due instants, streamed
YEAR = 2027
DAYS_OFF = (date(YEAR, 1, 1), date(YEAR, 1, 4), date(YEAR, 1, 5), date(YEAR, 2, 5), date(YEAR, 2, 8), date(YEAR, 2, 9))
# What has to be written at the least: both rows of each ticket and an event, in three statements.
BARE_TICKETS = """
    UPDATE ticket SET due_at = due_at + interval '1 day', is_due_provisional = false, event_count = event_count + 1,
        changed_at = now()"""
BARE_PARTS = """
    UPDATE assignment SET due_at = due_at + interval '1 day', yellow_at = yellow_at + interval '1 day',
        next_at = next_at + interval '1 day'"""
BARE_EVENTS = """
    INSERT INTO event (ticket_id, number, type, at, actor, unit_code, data, schema, algorithm, previous, hash)
    SELECT ticket_id, event_count, 'ticket.due_moved', now(), 'bench', NULL,
        jsonb_build_object('because', 'calendar', 'ticket_due_at', due_at, 'ticket_due_before', due_at - interval '1 day'),
        1, 1, head, sha256(head)
    FROM ticket"""
BARE = (BARE_TICKETS, BARE_PARTS, BARE_EVENTS)


def measure(count: int, report: Report) -> None:
    """Import the notice over ``count`` open tickets, all of which move; then the bare statements over the same rows."""
    with temporary_home() as home:
        city.load_city(home)
        tell(f"notice: writing {count} open tickets by SQL")
        _sql(home, (FOLDER / "notice.sql").read_text("utf-8").replace(":count", str(count)).split(";\n"))
        path = home.folder / "notice.json"
        days = [{"name": "节日", "date": day.isoformat(), "isOffDay": True} for day in DAYS_OFF]
        path.write_text(json.dumps({"year": YEAR, "days": days}), "utf-8")
        tell("notice: hotline calendar import")
        ours = run([hotline(), "calendar", "import", str(path)], home.environment, home.folder / "notice.log")
        with home.connect() as connection:
            row = connection.execute("SELECT count(*) FROM event WHERE type = 'ticket.due_moved'").fetchone()
            moved = int(str(row[0])) if row else 0
        tell("notice: the bare statements")
        bare = _sql(home, BARE)
    _print(count, moved, ours, bare)
    report.note(
        "notice", {"tickets": count, "moved": moved, "seconds": ours.seconds, "rss": ours.max_rss, "bare": bare}
    )


def _sql(home: Home, statements: tuple[str, ...] | list[str]) -> float:
    """Run the statements as one transaction; returns its seconds. The statistics are brought up to date afterwards."""
    options = engine_options(pool_size=1, statement_timeout_seconds=int(timedelta(minutes=10).total_seconds()))
    engine = create_engine(str(home.config.database_url), **options)
    began = time.perf_counter()
    with engine.begin() as connection:
        for statement in statements:
            if statement.strip():
                connection.execute(text(statement.replace(":", r"\:")))
    taken = time.perf_counter() - began
    engine.dispose()
    with home.connect() as bare:
        bare.execute("VACUUM (ANALYZE) ticket, assignment, event")
        bare.execute("CHECKPOINT")
    return taken


def _print(count: int, moved: int, ours: Finished, bare: float) -> None:
    lines = [
        ["hotline calendar import", f"{ours.seconds:.1f}", f"{moved / ours.seconds:.0f}", megabytes(ours.max_rss)],
        ["bare UPDATE, UPDATE, INSERT", f"{bare:.1f}", f"{count / bare:.0f}", ""],
    ]
    heading = (
        f"Notice: {count} open tickets, {moved} moved, each with its event; × the bare SQL: {ours.seconds / bare:.1f}"
    )
    table(heading, ["", "s", "tickets/s", "max RSS MB"], lines)
    say(
        verdict(
            f"{moved} due instants in {ours.seconds:.0f} s (aim ≤ {AIM_SECONDS:.0f} s)", ours.seconds <= AIM_SECONDS
        )
    )
