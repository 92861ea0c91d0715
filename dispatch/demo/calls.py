"""Who calls when, about what: the stream of calls that the replay takes in, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final

from dispatch.access.vault import Reporter
from dispatch.demo.dealing import deal, unit_of
from dispatch.demo.places import DemoCity
from dispatch.demo.real import real
from dispatch.demo.texts import Complaint
from dispatch.demo.window import Window, arrivals, tail_count
from dispatch.routing.places import PlaceUnit
from dispatch.tickets.intake import Intake

_CHANNELS: Final = (("phone", 70), ("wechat", 11), ("app", 8), ("web", 7), ("transfer", 4))
_URGENT: Final = 0.03
_CONFIDENTIAL: Final = 0.02
# Operators who send a matter to the wrong unit by hand; by day, so that the unit surely sends it back in time.
_MISPICKED: Final = 0.025
_MISPICKING_HOURS: Final = range(8, 16)


@dataclass(frozen=True, slots=True)
class Call:
    """A call at ``at``. ``right_unit``: whose matter it is where that is beyond doubt; None leaves it to whoever gets it."""

    at: datetime
    intake: Intake
    right_unit: str | None


def calls(
    seed: int,
    window: Window,
    tickets: int,
    *,
    units: Iterable[PlaceUnit],
    city: DemoCity,
    zone: tzinfo,
    complaints: Path | None = None,
) -> Iterator[Call]:
    """``tickets`` calls in the period and the tail's after it, in order of time; with ``complaints`` the words of that file."""
    rng = Random(f"{seed}:calls")
    tail = tail_count(tickets)
    instants = chain(
        arrivals(rng, window.starts_at, window.period_ends_at, tickets, zone),
        arrivals(rng, window.tail_starts_at, window.ends_at, tail, zone),
    )
    words = _from_file(complaints, list(units), seed) if complaints else _composed(seed, city, tickets, tail)
    for at, complaint in zip(instants, words, strict=False):
        is_wrong = rng.random() < _MISPICKED and at.astimezone(zone).hour in _MISPICKING_HOURS
        yield _call(rng, at, complaint, city, right_unit=unit_of(complaint, city) if is_wrong else None)


def _composed(seed: int, city: DemoCity, tickets: int, tail: int) -> Iterator[Complaint]:
    """Dealt apart, so that the period's share of each unit does not depend on the tail."""
    yield from deal(Random(f"{seed}:period"), city, tickets)
    yield from deal(Random(f"{seed}:tail"), city, tail)


def _from_file(path: Path, units: list[PlaceUnit], seed: int) -> Iterator[Complaint]:
    """The file from its beginning, again with other places when it is shorter than the month. Ends at once where it is empty."""
    turn = 0
    while True:
        found = False
        for complaint in real(path, units, Random(f"{seed}:{turn}")):
            found = True
            yield complaint
        if not found:
            return
        turn += 1


def _call(rng: Random, at: datetime, complaint: Complaint, city: DemoCity, *, right_unit: str | None) -> Call:
    wrong = rng.choice([code for code in city.targets if code != right_unit]) if right_unit else None
    return Call(
        at=at,
        right_unit=right_unit,
        intake=Intake(
            kind=complaint.kind,
            title=complaint.title,
            text=complaint.text,
            channel=rng.choices([name for name, _ in _CHANNELS], [weight for _, weight in _CHANNELS])[0],
            address=complaint.address,
            urgency="urgent" if rng.random() < _URGENT else "ordinary",
            unit_code=wrong,
            reporter=Reporter(complaint.reporter_name, complaint.reporter_phone),
            is_confidential=rng.random() < _CONFIDENTIAL,
        ),
    )
