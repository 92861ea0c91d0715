"""How units and citizens behave: chances and delays by seed, pure. Units differ, so that the ranking has something to say."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

DAY_BEGINS: Final = 8
DAY_ENDS: Final = 21
_LEAST_HANDLING: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Traits:
    """A unit's nature. ``quality`` 0–1; chances 0–1; delays in minutes (medians)."""

    quality: float
    has_night_duty: bool
    acknowledge_minutes: float
    contact_chance: float
    late_chance: float
    never_chance: float
    explain_chance: float
    dispute_chance: float


@dataclass(frozen=True, slots=True)
class Handling:
    """When a unit does what with one assignment; None: it does not."""

    acknowledge_at: datetime
    contact_at: datetime | None
    complete_at: datetime | None
    is_explained: bool


@dataclass(frozen=True, slots=True)
class Experience:
    """What the citizen has seen by the time of the follow-up."""

    quality: float
    was_contacted: bool
    is_completed: bool
    is_late: bool
    is_explained: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """One attempt's outcome and the three answers, where they were given."""

    outcome: str
    contacted: bool | None = None
    solved: str | None = None
    satisfaction: str | None = None
    words: str | None = None


def traits(seed: int, code: str, kind: str) -> Traits:
    """The nature of the unit with this code: the same seed, the same nature."""
    rng = Random(f"{seed}:unit:{code}")
    quality = rng.betavariate(3.2, 2)
    slack = 1 - quality
    return Traits(
        quality=quality,
        has_night_duty=rng.random() < (0.75 if kind == "township" else 0.35),
        acknowledge_minutes=6 + 90 * slack * rng.uniform(0.6, 1.4),
        contact_chance=min(0.99, 0.62 + 0.37 * quality + rng.uniform(-0.05, 0.05)),
        late_chance=0.02 + 0.26 * slack * rng.uniform(0.6, 1.4),
        never_chance=0.004 + 0.05 * slack,
        explain_chance=0.05 + 0.16 * slack,
        dispute_chance=0.01 + 0.035 * rng.random(),
    )


def awake(instant: datetime, zone: tzinfo, rng: Random, *, has_night_duty: bool) -> datetime:
    """``instant``, or within the first hour of the next day's work where nobody is there at night."""
    local = instant.astimezone(zone)
    if has_night_duty or DAY_BEGINS <= local.hour < DAY_ENDS:
        return instant
    day = local.date() + timedelta(days=1 if local.hour >= DAY_ENDS else 0)
    opening = datetime(day.year, day.month, day.day, DAY_BEGINS, tzinfo=zone)
    return (opening + timedelta(minutes=rng.uniform(0, 60))).astimezone(instant.tzinfo)


def handling(rng: Random, unit: Traits, *, sent_at: datetime, due_at: datetime, zone: tzinfo) -> Handling:
    """What the unit will do with an assignment sent now and due then."""
    acknowledge_at = _later(rng, unit, sent_at, unit.acknowledge_minutes, zone)
    contact_at = None
    if rng.random() < unit.contact_chance:
        contact_at = _later(rng, unit, acknowledge_at, 25 + 120 * (1 - unit.quality), zone)
    begun = contact_at or acknowledge_at
    if rng.random() < unit.never_chance:
        return Handling(acknowledge_at, contact_at, None, False)
    if rng.random() < unit.late_chance:
        wanted = due_at + (due_at - sent_at) * rng.expovariate(5)
    else:
        wanted = sent_at + (due_at - sent_at) * (0.12 + 0.85 * rng.betavariate(1.6, 2.2))
    complete_at = max(awake(wanted, zone, rng, has_night_duty=unit.has_night_duty), begun + _LEAST_HANDLING)
    return Handling(acknowledge_at, contact_at, complete_at, rng.random() < unit.explain_chance)


def _later(rng: Random, unit: Traits, since: datetime, median_minutes: float, zone: tzinfo) -> datetime:
    wanted = since + timedelta(minutes=1 + median_minutes * rng.lognormvariate(0, 0.8))
    return awake(wanted, zone, rng, has_night_duty=unit.has_night_duty)


def answers(rng: Random, seen: Experience) -> Answers:
    """What comes of one attempt to reach the citizen."""
    luck = rng.random()
    if luck < 0.14:
        return Answers("refused" if luck < 0.02 else "wrong_number" if luck < 0.03 else "no_answer")
    solved = _solved(rng, seen)
    satisfaction = _satisfaction(rng, seen, solved)
    contacted = rng.random() < (0.97 if seen.was_contacted else 0.12)
    return Answers(
        "reached",
        contacted=None if rng.random() < 0.01 else contacted,
        solved=None if rng.random() < 0.02 else solved,
        satisfaction=None if rng.random() < 0.04 else satisfaction,
        words=words(rng, f"follow_up_{solved}") if rng.random() < 0.2 else None,
    )


def _solved(rng: Random, seen: Experience) -> str:
    if not seen.is_completed:
        chances = (0.04, 0.08)
    elif seen.is_explained:
        chances = (0.18, 0.35)
    else:
        good = 0.5 + 0.48 * seen.quality - (0.12 if seen.is_late else 0)
        chances = (good, (1 - good) * 0.45)
    luck = rng.random()
    return "yes" if luck < chances[0] else "partly" if luck < sum(chances) else "no"


def _satisfaction(rng: Random, seen: Experience, solved: str) -> str:
    happy = {"yes": 0.78, "partly": 0.25, "no": 0.04}[solved] + 0.14 * seen.quality - (0.1 if seen.is_late else 0)
    content = {"yes": 0.7, "partly": 0.6, "no": 0.15}[solved]
    if rng.random() < happy:
        return "satisfied"
    return "basically" if rng.random() < content else "dissatisfied"


def words(rng: Random, kind: str) -> str:
    """What people write in that situation."""
    return rng.choice(_replies()[kind])


@cache
def _replies() -> Mapping[str, tuple[str, ...]]:
    text = (files("dispatch.demo") / "data" / "replies.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        found.setdefault(row["kind"], []).append(row["words"])
    return {kind: tuple(items) for kind, items in found.items()}
