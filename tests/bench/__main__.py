"""``python -m tests.bench [part …] [--quick] [--json FILE]``: by default in one run all parts but the big ones (``PARTS``)."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import (
    bulletin,
    busy,
    desks,
    facts,
    import_,
    intake,
    limits,
    machine,
    notice,
    ranking,
    ringing,
    routing_categories,
    routing_places,
    routing_repeats,
    verbs,
)
from tests.bench.report import Report, say, tell

WITHOUT_ASKING = ("intake", "import", "ranking", "verbs", "notice", "bulletin")
ROUTING = ("routing-categories", "routing-places", "routing-repeats")
# Ten million tickets are not written unasked.
PARTS = (*WITHOUT_ASKING, *ROUTING, "busy", "desks", "ringing", "facts", "limits")
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130


def main() -> int:
    """Measure the parts asked for; 0 when all ran (aims missed are said, not punished: machines differ)."""
    asked = _arguments()
    for number in STOPS:
        signal.signal(number, _interrupt)
    report, began = Report(), time.monotonic()
    report.note("machine", facts := machine.describe())
    say("\n".join(f"{name}: {value}" for name, value in facts.items()))
    if machine.is_busy():
        say("BUSY: others use this machine; trust ratios and processor time, not rates and latencies")
    try:
        _measure(asked, report)
    except KeyboardInterrupt:
        tell("interrupted; services stopped, files removed")
        return INTERRUPTED
    finally:
        if asked.json:
            report.write(asked.json)
    say(f"\nall in {time.monotonic() - began:.0f} s")
    return 0


def _measure(asked: argparse.Namespace, report: Report) -> None:
    parts, is_quick = asked.parts or WITHOUT_ASKING, asked.quick
    if "intake" in parts:
        intake.measure(intake.Plan(seconds=3, rounds=2, warm_up_seconds=2) if is_quick else intake.Plan(), report)
    if "import" in parts:
        import_.measure(50_000 if is_quick else 1_000_000, report)
    if "ranking" in parts:
        ranking.measure(100_000 if is_quick else 1_000_000, report)
    if "bulletin" in parts:
        bulletin.measure(5_000 if is_quick else 50_000, report)
    if "verbs" in parts:
        verbs.measure(verbs.Plan(tickets=50_000, calls=40, rounds=1) if is_quick else verbs.Plan(), report)
    if "notice" in parts:
        notice.measure(20_000 if is_quick else 200_000, report)
    if "routing-places" in parts:
        sizes = (2_000, 50_000) if is_quick else (20_000, routing_places.COMMUNITIES)
        routing_places.measure(sizes[0], report, communities=sizes[1])
    if "routing-categories" in parts:
        routing_categories.measure((1,) if is_quick else (1, 2, 3), report)
    _measure_big(parts, report, is_quick=is_quick, tickets=asked.tickets)


def _measure_big(parts: Sequence[str], report: Report, *, is_quick: bool, tickets: int | None) -> None:
    """Those that are not run unasked."""
    if "facts" in parts and tickets is not None:
        facts.measure(tickets, report)
    elif "facts" in parts:
        facts.measure(100_000 if is_quick else 1_000_000, report)
        facts.measure(200_000 if is_quick else 10_000_000, report, months=2 if is_quick else 10)
    if "busy" in parts:
        busy.measure(busy.Plan(tickets=50_000, seconds=15) if is_quick else busy.Plan(), report)
    if "desks" in parts:
        desks.measure(desks.Plan(open_leads=10_000, seconds=9) if is_quick else desks.Plan(), report)
    if "ringing" in parts:
        ringing.measure(ringing.Plan(seconds=6) if is_quick else ringing.Plan(), report)
    if "limits" in parts:
        limits.measure((1_000, 10_000) if is_quick else (10_000, 100_000, 1_000_000), report)
    if "routing-repeats" in parts:
        routing_repeats.measure(*((30_000, 60) if is_quick else (1_000_000, 400)), report)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="part", help=" ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a look in about two minutes, not a figure to publish")
    parser.add_argument(
        "--tickets", type=int, metavar="N", help="facts: one month of so many, instead of its two sizes"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single run there")
    return parser.parse_args()


def _interrupt(_signal: int, _frame: Any) -> None:
    """Once: an impatient second Ctrl-C must not cut the clean-up short."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
