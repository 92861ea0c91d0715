"""Places: how right and how fast the gazetteer is, what it holds in memory, and suggestions with all of China loaded."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from dispatch.directory.bulk import copy_rows
from dispatch.directory.models import BEGINNING, END
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import engine_options
from dispatch.limits.policy import shipped_policy
from dispatch.places import words
from dispatch.places.pinyin import spellings
from dispatch.places.suggesting import suggest
from dispatch.routing.normalise import search_key
from dispatch.routing.places import Gazetteer, Location
from tests.bench.figures import percentile
from tests.bench.home import Home, temporary_home
from tests.bench.machine import memory_of
from tests.bench.report import Report, megabytes, say, table, tell, verdict
from tests.routing.addresses import OFFICES, Case, City, cases, core, estates, shipped_units

SHARED = Path(os.environ.get("HOTLINE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
SEED, CASES_SEED = 12345, 54321
AIM_TOP, AIM_DIRECT, AIM_AMBIGUOUS = 0.97, 0.995, 0.99
AIM_LOCATE_MS, AIM_SUGGEST_MS = 5.0, 30.0
COMMUNITIES = 620_000
ASKED = 2_000
MATTER = "小区里的路灯坏了半个多月，物业说没有钱修，居委会也说管不了，晚上老人出门很不安全，请有关部门尽快处理。" * 3


def measure(count: int, report: Report, *, communities: int = COMMUNITIES) -> None:
    """``count`` addresses against the sample city with estates; then suggestions over all of China's townships."""
    if not SHARED.is_dir():
        say("routing-places: the shared data are absent (HOTLINE_SHARED_DATA)")
        return
    figures = {"accuracy": _accuracy(count), "suggestions": _suggestions(communities)}
    report.note("routing-places", figures)


def _accuracy(count: int) -> dict[str, float]:
    units = shipped_units()
    places = estates(SHARED, units, SEED)
    city = City(units, places)
    before = memory_of([os.getpid()]).rss
    began = time.perf_counter()
    gazetteer = Gazetteer.build(units, places)
    built = time.perf_counter() - began
    gazetteer.locate("", "没有这个小区3号楼")  # makes what tolerates slips
    held = memory_of([os.getpid()]).rss - before
    asked = list(cases(city, count, CASES_SEED))
    began = time.process_time()
    found = [gazetteer.locate(case.text, case.address) for case in asked]
    each = (time.process_time() - began) / count * 1000
    began = time.process_time()
    for case in asked[:1000]:
        gazetteer.locate(f"{case.text}{case.address}\n{MATTER}")
    told = (time.process_time() - began) / min(count, 1000) * 1000
    counts = _counted(asked, found)
    shares = {
        "top1": (counts["right"], counts["determined"]),
        "top1 clean": (counts["right clean"], counts["determined clean"]),
        "top1 with a wrong character": (counts["right slipped"], counts["determined slipped"]),
        "right among direct": (counts["direct right"], counts["direct"]),
        "ambiguous said": (counts["ambiguous said"], counts["ambiguous"]),
    }
    heading = f"Places: {count} addresses, {len(places)} estates put by seed {SEED}, addresses by seed {CASES_SEED}"
    table(
        heading,
        ["", "of", "right", "share %"],
        [[name, str(of), str(n), f"{n / of:.2%}"] for name, (n, of) in shares.items()],
    )
    rate = {name: n / of for name, (n, of) in shares.items()}
    say(verdict(f"top-1 {rate['top1']:.2%} (aim ≥ {AIM_TOP:.0%})", rate["top1"] >= AIM_TOP))
    say(
        verdict(
            f"direct {rate['right among direct']:.2%} (aim ≥ {AIM_DIRECT:.1%})",
            rate["right among direct"] >= AIM_DIRECT,
        )
    )
    say(
        verdict(
            f"ambiguous {rate['ambiguous said']:.2%} (aim ≥ {AIM_AMBIGUOUS:.0%})",
            rate["ambiguous said"] >= AIM_AMBIGUOUS,
        )
    )
    say(
        verdict(
            f"{each:.3f} ms per address, {told:.3f} ms with a matter of {len(MATTER)} characters", told < AIM_LOCATE_MS
        )
    )
    say(f"        built in {built:.2f} s, {megabytes(held)} MB held")
    return rate | {"ms": each, "ms_text": told, "build_seconds": built, "bytes": float(held)}


def _counted(asked: Sequence[Case], found: Sequence[Location]) -> Counter[str]:
    counts: Counter[str] = Counter()
    least = shipped_policy().procedure.direct_confidence
    for case, location in zip(asked, found, strict=True):
        kind = "slipped" if case.is_slipped else "clean"
        if len(case.meant) == 1:
            is_right = location.unit_code == case.township
            counts.update({"determined": 1, f"determined {kind}": 1, "right": is_right, f"right {kind}": is_right})
        elif len(case.meant) > 1 and not case.is_slipped:
            counts.update({"ambiguous": 1, "ambiguous said": location.ambiguous})
        if location.kind == "township" and location.confidence >= least:
            counts.update({"direct": 1, "direct right": location.unit_code == case.township})
    return counts


def _suggestions(communities: int) -> dict[str, float]:
    dice = random.Random(SEED)
    with temporary_home() as home:
        tell(f"routing-places: all of China with {communities} communities")
        engine = create_engine(
            str(home.config.database_url), **engine_options(pool_size=1, statement_timeout_seconds=600)
        )
        try:
            began = time.perf_counter()
            names = _load_china(home, Session(engine), communities, dice)
            loaded = time.perf_counter() - began
            taken = _ask(Session(engine), names, dice)
        finally:
            engine.dispose()
    taken.sort()
    p50, p95, p99 = (percentile(taken, share) * 1000 for share in (50, 95, 99))
    rows = [[f"{len(names)} units", f"{p50:.1f}", f"{p95:.1f}", f"{p99:.1f}", f"{taken[-1] * 1000:.1f}"]]
    table(f"Suggestions while typing, {ASKED} asked", ["", "p50 ms", "p95 ms", "p99 ms", "max ms"], rows)
    say(verdict(f"suggestions p95 {p95:.1f} ms (aim ≤ {AIM_SUGGEST_MS:.0f} ms)", p95 <= AIM_SUGGEST_MS))
    say(f"        units and words written in {loaded:.0f} s")
    return {"p50": p50, "p95": p95, "p99": p99, "load_seconds": loaded}


def _load_china(home: Home, session: Session, communities: int, dice: random.Random) -> list[str]:
    rows = list(_china(communities, dice))
    ids = {code: number for number, (code, *_rest) in enumerate(rows, start=1)}
    with session, session.begin():
        copy_rows(session, "unit", ("code", "kind"), ((code, kind) for code, _name, kind, _parent in rows))
        versions = ((ids[code], BEGINNING, END, name, ids.get(parent), None) for code, name, _kind, parent in rows)
        copy_rows(
            session, "unit_version", ("unit_id", "valid_from", "valid_to", "name", "parent_id", "population"), versions
        )
        tell("routing-places: words of names, pinyin and initials")
        words.sync(session)
    with home.connect() as bare:
        bare.execute("VACUUM (ANALYZE) unit, unit_version, place_word")
    return [name for _code, name, kind, _parent in rows if kind != "city"]


def _china(communities: int, dice: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """(code, name, kind, parent): provinces as cities, counties as districts, real townships, made-up communities."""
    divisions = SHARED / "divisions"
    areas = _rows(divisions / "china_areas.csv")
    for province in sorted({area["provinceCode"] for area in areas}):
        yield f"P{province}", f"第{province}省", "city", ""
    for area in areas:
        yield area["code"], area["name"], "district", f"P{area['provinceCode']}"
    known = {area["code"] for area in areas}
    streets = [street for street in _rows(divisions / "china_streets.csv.gz") if street["areaCode"] in known]
    for street in streets:
        yield street["code"], street["name"], "township", street["areaCode"]
    parts = [core(village["name"], OFFICES) for village in _rows(divisions / "beijing_villages.csv")]
    for number in range(communities):
        street = streets[number % len(streets)]
        name = dice.choice(parts)[:2] + dice.choice(parts)[-2:] + dice.choice(("社区居委会", "村委会", "社区"))
        yield f"{street['code']}{number:07}", name, "community", street["code"]


def _rows(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _ask(session: Session, names: Sequence[str], dice: random.Random) -> list[float]:
    """Beginnings of names as they are typed: the first letters weigh as much as the last."""
    at = SystemClock().now()
    taken = []
    with session:
        for number in range(ASKED + 20):
            key = search_key(dice.choice(names))
            whole, first = spellings(key)
            typed = dice.choice((key, *whole[:1], *first[:1]))
            if dice.random() < 0.2:
                typed = search_key(dice.choice(names[:2900])) + key
            typed = typed[: dice.randint(1, max(1, min(len(typed), 10)))]
            began = time.perf_counter()
            suggest(session, typed, at=at, limit=10)
            if number >= 20:
                taken.append(time.perf_counter() - began)
    return taken
