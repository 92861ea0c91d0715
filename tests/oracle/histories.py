"""Random small histories as exchange files (design.md §9), full of the edges of rules.md §6–7.

    history = random_history(seed)
    units_csv, tickets_csv = history.write(folder)         # for `hotline import units|tickets`
    for question in history.questions():                   # for `hotline rank --scheme … --period … --group … [--as-of …]`
        expected = slow_table(history.units, history.tickets, **question)  # of slow_ranking

Every instant but a due time lies before 2026, so no clock of a later day refuses a row. One history fills a whole city:
import each into an empty database. What each one is sure to hold: three townships equal to the last ticket (ties of
three), a township whose tickets have no follow-up, one without any ticket, city departments outside every district,
communities, grids and district departments that pool upwards, and tickets at the very edges of the periods.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

LOCAL = timezone(timedelta(hours=8))
GROUPS = ("township", "district", "department", "enterprise")
SCHEME_NAMES = ("beijing", "fair", "xining", "shanghai", "deductions")
UNIT_COLUMNS = ("code", "name", "kind", "parent_code", "population")
TICKET_COLUMNS = (
    *("ticket_no", "kind", "channel", "category", "received_at", "dispatched_at", "due_at", "unit_code"),
    *("acknowledged_at", "first_contact_at", "completed_at", "followed_up_at", "reached", "contacted", "solved"),
    *("satisfaction", "excluded", "returns", "redos", "title", "text", "address", "explained"),
)
EDGES = [
    datetime(2025, month, day, hour, minute, second, tzinfo=LOCAL)
    for month, day in ((8, 19), (9, 1), (9, 19), (10, 1), (10, 13), (10, 19), (10, 20), (11, 1))
    for hour, minute, second in ((0, 0, 0), (0, 0, 1), (23, 59, 59))
]
JUDGED, OTHERS = ("help", "complaint", "complaint", "report"), ("consultation", "suggestion", "praise")
FIRST, LAST = datetime(2025, 8, 10, tzinfo=LOCAL), datetime(2025, 11, 10, tzinfo=LOCAL)
WORDS = (
    "路灯不亮",
    "半夜施工",
    '有人写着"停车"',
    "暖气不热,三天了",
    "井盖缺失\n请尽快处理",
    "=1+1",
    "𠮷祥里垃圾",
    "投诉😀",
    "",
)

Ticket = dict[str, str]


@dataclass(frozen=True)
class History:
    """The rows of one history, as strings, in file order."""

    seed: int
    units: list[dict[str, str]]
    tickets: list[Ticket]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write `units.csv` and `tickets.csv` into the folder and return their paths."""
        return (
            _write(folder / "units.csv", UNIT_COLUMNS, self.units),
            _write(folder / "tickets.csv", TICKET_COLUMNS, self.tickets),
        )

    def questions(self) -> Iterator[dict[str, Any]]:
        """Keyword arguments of `slow_table`: every scheme × group once, the periods and as-of instants in turn."""
        rng = random.Random(f"questions {self.seed}")
        for scheme in SCHEME_NAMES:
            for group in GROUPS:
                period = rng.choice(("2025-10", "2025-10", "2025-10", "2025-10", "2025-11", "2025-W42"))
                as_of = rng.choice((None, None, None, LAST, rng.choice(EDGES[9:]), _instant_of_some(rng, self.tickets)))
                yield {"scheme": scheme, "period": period, "group": group, "as_of": as_of}


@dataclass(frozen=True)
class _Flow:
    """What decides how a history's tickets are drawn."""

    first: datetime
    last: datetime
    kinds: tuple[str, ...]
    quality: dict[str, float]
    silent: str


def random_history(seed: int) -> History:
    """A history from a seed: mostly small ones, every fifth with enough tickets for the minimum of `fair`."""
    rng = random.Random(f"history {seed}")
    is_large = seed % 5 == 0
    units = _units(rng, rng.randint(5, 9) if is_large else rng.randint(5, 50 if seed % 7 == 1 else 12))
    townships = [unit["code"] for unit in units if unit["kind"] == "township"]
    silent, empty, triplets = townships[0], townships[1], townships[-3:]
    codes = [
        unit["code"] for unit in units if unit["kind"] != "city" and not unit["code"].startswith((empty, *triplets))
    ]
    codes += townships[2:-3] * (6 if is_large else 1)
    flow = _Flow(
        datetime(2025, 9, 8, tzinfo=LOCAL) if is_large else FIRST,
        datetime(2025, 10, 20, tzinfo=LOCAL) if is_large else LAST,
        JUDGED * 6 + OTHERS if is_large else JUDGED + OTHERS,
        {unit["code"]: rng.random() for unit in units},
        silent,
    )
    count = rng.randint(500, 900) if is_large else rng.choice((30, 120, 240, 400))
    rows = [_ticket(rng, number, rng.choice(codes), flow) for number in range(count)]
    for number in range(rng.randint(45, 90) if is_large else rng.randint(1, 9)):
        model = _ticket(rng, count + number, triplets[0], flow)
        for code in triplets:
            unit_code = code if model["unit_code"] else ""
            rows.append({**model, "ticket_no": f"{model['ticket_no']}/{code}", "unit_code": unit_code})
    rng.shuffle(rows)
    return History(seed, units, rows)


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _units(rng: random.Random, townships: int) -> list[dict[str, str]]:
    rows = [_unit(rng, "C", "city", "")]
    districts = [f"D{number}" for number in range(1, rng.randint(2, 5))]
    rows += [_unit(rng, code, "district", "C") for code in districts]
    for number in range(townships):
        code = f"T{number:02d}"
        rows.append(_unit(rng, code, "township", rng.choice(districts)))
        if rng.random() < 0.4:
            rows.append(_unit(rng, f"{code}-01", "community", code))
            rows.append(_unit(rng, f"{code}-01-1", "grid", f"{code}-01"))
    for number in range(rng.randint(0, 5)):
        rows.append(_unit(rng, f"B{number}", "department", rng.choice([*districts, "C"])))
        if rng.random() < 0.2:
            rows.append(_unit(rng, f"B{number}-1", "department", f"B{number}"))
    for number in range(rng.randint(0, 3)):
        rows.append(_unit(rng, f"e{number}", "enterprise", "C"))
    return rows


def _unit(rng: random.Random, code: str, kind: str, parent: str) -> dict[str, str]:
    population = str(rng.randint(1000, 90000)) if rng.random() < 0.7 else ""
    return {"code": code, "name": f"{code}单位", "kind": kind, "parent_code": parent, "population": population}


def _between(rng: random.Random, earliest: datetime, latest: datetime) -> datetime:
    span = int((latest - earliest).total_seconds())
    at = earliest + timedelta(seconds=rng.randint(0, max(0, span)))
    candidates = [edge for edge in EDGES if earliest <= edge <= latest]
    return rng.choice(candidates) if candidates and rng.random() < 0.25 else at


def _text(rng: random.Random, instant: datetime | None) -> str:
    """The instant in one of the offsets a file may use."""
    if instant is None:
        return ""
    return instant.astimezone(rng.choice((LOCAL, LOCAL, LOCAL, UTC, timezone(timedelta(hours=-5))))).isoformat()


def _instant_of_some(rng: random.Random, tickets: list[Ticket]) -> datetime:
    """An as-of instant of October exactly at, or one second before, a fact of some ticket."""
    columns = ("received_at", "dispatched_at", "followed_up_at", "completed_at", "first_contact_at")
    facts = [datetime.fromisoformat(ticket[column]) for ticket in tickets for column in columns if ticket[column]]
    return rng.choice([fact for fact in facts if fact >= EDGES[9]]) - timedelta(seconds=rng.choice((0, 1)))


def _ticket(rng: random.Random, number: int, unit_code: str, flow: _Flow) -> Ticket:
    received = _between(rng, flow.first, flow.last)
    is_dispatched = rng.random() < 0.95
    row = dict.fromkeys(TICKET_COLUMNS, "")
    row |= {
        "ticket_no": f"京{number:05d}",
        "kind": rng.choice(flow.kinds),
        "channel": rng.choice(("phone", "web", "wechat", "other", "")),
        "category": rng.choice(("供暖", "噪声", "停车", "")),
        "received_at": _text(rng, received),
        "excluded": rng.choice(("", "", "", "", "", "", "false", "false", "true")),
        "returns": rng.choice(("", "0", "1")),
        "redos": rng.choice(("", "0", "2")),
        "title": rng.choice(WORDS),
        "text": rng.choice(WORDS),
        "address": rng.choice(WORDS),
    }
    if is_dispatched:
        row["unit_code"] = unit_code
        _handle(rng, row, max(received, _between(rng, received, received + timedelta(hours=30))))
        if not unit_code.startswith(flow.silent):
            _follow_up(rng, row, flow.quality[unit_code])
    return row


def _handle(rng: random.Random, row: Ticket, dispatched: datetime) -> None:
    due = _between(rng, dispatched, dispatched + timedelta(days=12)) if rng.random() < 0.95 else None
    completed = _between(rng, dispatched, dispatched + timedelta(days=14)) if rng.random() < 0.85 else None
    if completed and due and rng.random() < 0.1:
        completed = due  # done in the very instant is on time
    contacted = _between(rng, dispatched, dispatched + timedelta(days=2)) if rng.random() < 0.7 else None
    row["dispatched_at"], row["due_at"] = _text(rng, dispatched), _text(rng, due)
    row["completed_at"], row["first_contact_at"] = _text(rng, completed), _text(rng, contacted)
    row["acknowledged_at"] = row["first_contact_at"] if rng.random() < 0.5 else ""


def _follow_up(rng: random.Random, row: Ticket, quality: float) -> None:
    """Answers in proportion to the unit's quality; each may be unknown on its own."""
    if rng.random() < 0.1:
        return
    dispatched = datetime.fromisoformat(row["dispatched_at"])
    row["followed_up_at"] = _text(rng, _between(rng, dispatched, dispatched + timedelta(days=20)))
    row["reached"] = rng.choice(("true",) * 8 + ("false", ""))
    if row["reached"] != "true":
        return
    is_good = rng.random() < quality
    if rng.random() < 0.9:
        row["contacted"] = "true" if is_good or rng.random() < 0.6 else "false"
    if rng.random() < 0.9:
        row["solved"] = "yes" if is_good else rng.choice(("yes", "partly", "no", "no"))
    if rng.random() < 0.9:
        row["satisfaction"] = rng.choice(
            ("satisfied", "satisfied", "basically") if is_good else ("basically", "dissatisfied")
        )
    row["explained"] = rng.choice(("", "false", "true"))
