"""Import of history through ``hotline import``, beside a bare COPY of the same file into one table of text."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from dispatch.kernel.clock import SystemClock
from dispatch.kernel.config import Config
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED
from tests.bench import city
from tests.bench.home import Home, temporary_home
from tests.bench.machine import Finished, hotline, run
from tests.bench.report import Report, megabytes, say, table, tell, verdict

COLUMNS = (*REQUIRED, *OPTIONAL)
TEXTS = 2_000
SPAN_MINUTES = 60 * 24 * 60
AIM_ROWS, AIM_SECONDS, AIM_BYTES = 1_000_000, 150.0, 500_000_000


def measure(count: int, report: Report) -> None:
    """Make a file of ``count`` rows, import it, copy it, print both."""
    with temporary_home() as home:
        tell(f"import: writing {count} rows")
        units, tickets = home.folder / "units.csv", home.folder / "tickets.csv"
        units.write_bytes(city.units_file())
        _write(tickets, count, home.config)
        size = tickets.stat().st_size
        tell(f"import: {megabytes(size)} MB; hotline import units")
        units_run = _hotline(home, "units", units)
        tell("import: hotline import tickets")
        tickets_run = _hotline(home, "tickets", tickets)
        _require(home, "ticket", count)
        tell("import: bare COPY")
        copy_run = _copy(home, tickets)
        _require(home, "bare", count)
    _print(
        count, size, {"hotline import units": units_run, "hotline import tickets": tickets_run, "bare COPY": copy_run}
    )
    report.note(
        "import",
        {
            "rows": count,
            "bytes": size,
            "units": asdict(units_run),
            "tickets": asdict(tickets_run),
            "copy": asdict(copy_run),
        },
    )


def _hotline(home: Home, what: str, file: Path) -> Finished:
    return run([hotline(), "import", what, str(file)], home.environment, home.folder / f"import-{what}.log")


def _copy(home: Home, file: Path) -> Finished:
    command = [sys.executable, "-m", "tests.bench.bare_copy", home.conninfo, str(file)]
    return run(command, home.environment, home.folder / "copy.log")


def _require(home: Home, name: str, count: int) -> None:
    with home.connect() as connection:
        row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    if row is None or row[0] != count:
        raise RuntimeError(f"{name} holds {row} rows instead of {count}")


def _print(count: int, size: int, runs: dict[str, Finished]) -> None:
    tickets, copy = runs["hotline import tickets"], runs["bare COPY"]
    lines = [
        [
            name,
            f"{done.seconds:.1f}",
            "" if name.endswith("units") else f"{count / done.seconds:.0f}",
            megabytes(done.max_rss),
            "" if name.endswith("units") else f"{done.seconds / copy.seconds:.1f}",
        ]
        for name, done in runs.items()
    ]
    heading = f"Import: {count} rows × {len(COLUMNS)} columns, {megabytes(size)} MB, one run"
    table(heading, ["", "seconds", "rows/s", "max RSS MB", "× the COPY"], lines)
    if count == AIM_ROWS:
        say(verdict(f"{tickets.seconds:.0f} s (aim ≤ {AIM_SECONDS:.0f})", tickets.seconds <= AIM_SECONDS))
    say(verdict(f"{megabytes(tickets.max_rss)} MB (aim ≤ {megabytes(AIM_BYTES)})", tickets.max_rss <= AIM_BYTES))


def _write(path: Path, count: int, config: Config) -> None:
    begin = SystemClock().now().astimezone(config.time_zone).replace(microsecond=0) - timedelta(days=90)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_rows(count, begin))


def _rows(count: int, begin: datetime) -> Iterator[list[str]]:
    """History as a city would send it: two months of calls, most dispatched, most of those followed up."""
    rng = Random(city.SEED)
    texts = city.complaints(TEXTS)
    codes = [line.split(",", 1)[0] for line in city.units_file().decode().splitlines() if ",township," in line]
    stamps = [(begin + timedelta(minutes=minute)).isoformat() for minute in range(SPAN_MINUTES + 20 * 24 * 60)]
    for number in range(count):
        said = texts[rng.randrange(TEXTS)]
        yield [
            f"H{number:09d}",
            said.kind,
            "phone",
            said.category_hint,
            *_life(rng, stamps, rng.choice(codes)),
            said.title,
            said.text,
            said.address,
            "",
        ]


def _life(rng: Random, stamps: list[str], code: str) -> list[str]:
    """From ``received_at`` to ``redos``; one in ten not dispatched, one in ten of the rest not followed up."""
    received = rng.randrange(SPAN_MINUTES)
    if rng.random() < 0.1:
        return [stamps[received], *[""] * 11, "false", "0", "0"]
    sent, done = received + rng.randrange(5), received + rng.randrange(60, 6 * 24 * 60)
    life = [received, sent, sent + 5 * 24 * 60, None, sent + rng.randrange(120), sent + rng.randrange(60), done]
    written = [code if at is None else stamps[at] for at in life]
    if rng.random() < 0.1:
        return [*written, *[""] * 5, "false", "0", "0"]
    followed = stamps[done + rng.randrange(60, 4 * 24 * 60)]
    if rng.random() < 0.15:
        answers = ["false", "", "", ""]
    else:
        answers = ["true", "true", rng.choice(("yes", "yes", "yes", "partly", "no"))]
        answers.append(rng.choice(("satisfied", "satisfied", "basically", "dissatisfied")))
    return [*written, followed, *answers, "true" if rng.random() < 0.01 else "false", str(rng.randrange(2)), "0"]
