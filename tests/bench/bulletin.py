"""The Excel bulletin of a month with many tickets: the whole command, its time and its memory."""

from __future__ import annotations

from dataclasses import asdict

from tests.bench import city
from tests.bench.home import temporary_home
from tests.bench.machine import hotline, run
from tests.bench.ranking import GROUP, SCHEME, fill, question_of
from tests.bench.report import Report, megabytes, table, tell

AIM_SECONDS, AIM_MEGABYTES = 20, 300


def measure(count: int, report: Report) -> None:
    """Fill one period with ``count`` tickets, all of them some township's, and write its workbook."""
    with temporary_home() as home:
        city.load_city(home)
        question = question_of(home)
        tell(f"bulletin: writing {count} tickets by SQL")
        fill(home, question.period.start, question.period.end, count)
        output = home.folder / "bulletin.xlsx"
        command = [hotline(), "bulletin", "write", "--scheme", SCHEME, "--period", question.period.name]
        tell("bulletin: hotline bulletin write")
        whole = run(
            [*command, "--group", GROUP, "--output", str(output)], home.environment, home.folder / "bulletin.log"
        )
        size = output.stat().st_size
    line = [f"{whole.seconds:.1f}", megabytes(whole.max_rss), f"{size / 1e6:.1f}"]
    aims = [f"{AIM_SECONDS} s", f"{AIM_MEGABYTES} MB", ""]
    table(
        f"Bulletin: Excel with {count} ticket rows, the whole command",
        ["", "seconds", "max RSS MB", "file MB"],
        [["hotline bulletin write", *line], ["aim", *aims]],
    )
    report.note("bulletin", {"tickets": count, "bytes": size, "command": {**asdict(whole), "output": ""}})
