"""Reading a scenario table; its form is explained at the head of ``dispute_upheld_then_designated.txt``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

YEAR = 2026
ZONE = ZoneInfo("Asia/Shanghai")
ROLES = {
    "operator": "operator",
    "officer": "unit_officer",
    "head": "unit_head",
    "district": "district_supervisor",
    "supervisor": "city_supervisor",
    "follow-up": "follow_up_agent",
    "evaluator": "evaluator",
    "adjudicator": "adjudicator",
}
UNITS_OF_TIME = {"d": "days", "h": "hours", "min": "minutes", "s": "seconds"}
CELLS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One row: when (empty: at once), who, does what, to which ticket, with what; and the code of its refusal, if any."""

    number: int
    when: str
    role: str
    unit: str | None
    verb: str
    ticket: str
    values: dict[str, str]
    refusal: str | None


def read(path: Path) -> list[Line]:
    """The rows of a table, without comments and empty lines."""
    lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
    return [_line(number, text) for number, text in lines if text.strip() and not text.lstrip().startswith("#")]


def _line(number: int, text: str) -> Line:
    cells = [cell.strip() for cell in text.split("|")]
    if not CELLS - 1 <= len(cells) <= CELLS + 1:
        raise ValueError(f"line {number}: {len(cells)} cells, expected when | who | does | ticket | with | refused")
    when, who, verb, ticket, *rest = [*cells, "", ""][: CELLS + 1]
    role, _, unit = who.partition(" ")
    if role not in ROLES:
        raise ValueError(f"line {number}: who is {role!r}? known: {', '.join(ROLES)}")
    refusal = rest[1].removeprefix("refused").strip() or None
    return Line(number, when, ROLES[role], unit.strip() or None, verb, ticket, _values(number, rest[0]), refusal)


def _values(number: int, cell: str) -> dict[str, str]:
    pairs = [pair.strip() for pair in cell.split(";") if pair.strip()]
    if any("=" not in pair for pair in pairs):
        raise ValueError(f"line {number}: each of {cell!r} is name=value, parted by ;")
    return {name.strip(): value.strip() for name, _, value in (pair.partition("=") for pair in pairs)}


def instant(text: str) -> datetime:
    """``11-02 09:00`` in the city's time; 24:00 is the midnight that follows."""
    day, hour = text.split()
    midnight = datetime.strptime(f"{YEAR}-{day}", "%Y-%m-%d").replace(tzinfo=ZONE)
    hours, minutes = hour.split(":")
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


def moved(now: datetime, when: str) -> datetime:
    """The instant of a row: ``11-02 09:00``, or a step such as ``+2h`` or ``+1d``, or empty: at once."""
    if not when:
        return now
    if not when.startswith("+"):
        return instant(when)
    step = re.fullmatch(r"\+(\d+)\s*(d|h|min|s)", when)
    if step is None:
        raise ValueError(f"when is {when!r}? a step is +2h, +20min or +1d")
    return now + timedelta(**{UNITS_OF_TIME[step[2]]: int(step[1])})
