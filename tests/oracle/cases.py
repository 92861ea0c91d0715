"""Random questions about limits: midnights, lunch, make-up days, year ends, 2007–2028, every unit, mixed extensions, pauses."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .slow_limits import LOCAL, Pause, Quantity, SlowCalendar

CLOCK_TIMES = (
    "00:00",
    "00:00:01",
    "08:59:59",
    "09:00",
    "11:59:59",
    "12:00",
    "12:30",
    "13:00",
    "17:59:59",
    "18:00",
    "23:59:59",
)
UNITS = ("h", "nd", "nd_end", "wd", "wh")
USUAL_AMOUNTS = {
    "h": (1, 2, 24, 71, 72, 73),
    "nd": (1, 2, 3, 7, 15),
    "nd_end": (1, 3, 7, 15),
    "wd": (1, 2, 5, 15),
    "wh": (1, 2, 4, 8, 40),
}


@dataclass(frozen=True)
class Case:
    """One question: a limit from a start, with extensions in order and pauses in any order."""

    start: datetime
    limit: Quantity
    extensions: tuple[Quantity, ...]
    pauses: tuple[Pause, ...]


def random_case(rng: random.Random, calendar: SlowCalendar) -> Case:
    """A case, half of them without extension and half without pause."""
    start = random_instant(rng, calendar)
    extensions = tuple(_quantity(rng) for _ in range(rng.choice((0, 0, 1, 2, 3))))
    return Case(start, _quantity(rng), extensions, _pauses(rng, start))


def random_instant(rng: random.Random, calendar: SlowCalendar) -> datetime:
    """Local instants with a bias to holidays, make-up days, weekends and year ends, and to the edges of office hours."""
    day = date(2007, 1, 1) + timedelta(days=rng.randrange(22 * 365))
    chance = rng.random()
    if chance < 0.3:
        day = rng.choice(sorted(calendar.is_off)) + timedelta(days=rng.randint(-3, 1))
    elif chance < 0.4:
        day = date(rng.randint(2007, 2028), 12, 31) - timedelta(days=rng.randint(0, 6))
    clock = time.fromisoformat(rng.choice(CLOCK_TIMES))
    if rng.random() < 0.5:
        clock = time(
            rng.randrange(24), rng.randrange(60), rng.choice((0, rng.randrange(60))), rng.choice((0, 0, 250_000))
        )
    return datetime.combine(max(day, date(2007, 1, 1)), clock, LOCAL)


def _quantity(rng: random.Random) -> Quantity:
    unit = rng.choice(UNITS)
    return rng.choice((*USUAL_AMOUNTS[unit], rng.randint(1, 30))), unit


def _pauses(rng: random.Random, start: datetime) -> tuple[Pause, ...]:
    """None to four pauses that do not overlap; some touch, some lie before the start, some beyond any due instant."""
    at, pauses = start - timedelta(hours=rng.choice((0, 0, 5, 30))), []
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4))):
        begin = _near(rng, at + timedelta(minutes=rng.choice((0, 20, 200, 2000, 9000))), at)
        end = _near(rng, begin + timedelta(minutes=rng.choice((1, 45, 500, 3000, 20000))), begin + timedelta(seconds=1))
        pauses.append((begin, end))
        at = end
    rng.shuffle(pauses)
    return tuple(pauses)


def _near(rng: random.Random, instant: datetime, earliest: datetime) -> datetime:
    """The instant, or an edge of office hours on its day, no earlier than `earliest`."""
    edge = datetime.combine(instant.date(), time.fromisoformat(rng.choice(CLOCK_TIMES)), LOCAL)
    return max(edge, earliest) if rng.random() < 0.5 else max(instant, earliest)
