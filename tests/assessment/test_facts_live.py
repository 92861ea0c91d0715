"""Counting live tickets as of any instant, against the slow reading of what the services left behind (rules.md §6)."""

from __future__ import annotations

import random
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from assessment import facts, schemes
from assessment.metrics import Counts
from assessment.periods import Period
from assessment.schemes.model import CountBy, Group
from tests.assessment.live import UNITS, instants, live, retold, rule_cases
from tests.counts import examples
from tests.oracle.slow_counting import slow_tallies
from tests.town import Desk, desk, engine

__all__ = ["desk", "engine"]

ZONE = ZoneInfo("Asia/Shanghai")
SEEDS = examples(1, deep=20)
PERIODS = ("2026-11", "2026-12", "2026-W46", "2026-W45")
RENAMED = {"explained": "explained_not_yes", "proactive": "proactive_topics"}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_counts_agree_with_the_slow_reading_when_tickets_are_live(desk: Desk, seed: int) -> None:
    rng = random.Random(f"live {seed}")
    live(desk, rng)
    rule_cases(desk, random.Random(f"cases {seed}"))
    seen, voices = Counts(), Counts()
    with Session(desk.engine) as session:
        for as_of in instants(desk, rng, 9):
            tickets = retold(session, as_of)
            for name in schemes.builtin_names():
                scheme = schemes.load(name)
                period = Period.parse(rng.choice(PERIODS), scheme, ZONE)
                for group in Group:
                    found = facts.counts(session, scheme, period, group, as_of)
                    span = (period.start, period.end)
                    slow = slow_tallies(UNITS, tickets, scheme=name, span=span, group=group, as_of=as_of)
                    expected = {code: as_counts(tally, name) for code, tally in slow.items() if any(tally.values())}
                    assert {code: told(of) for code, of in found.items()} == expected, (as_of, name, period.name, group)
                    seen += sum(found.values(), Counts())
                    by_voice = replace(scheme, count_by=CountBy.VOICE)
                    found = facts.counts(session, by_voice, period, group, as_of)
                    slow = slow_tallies(
                        UNITS, tickets, scheme=name, span=span, group=group, as_of=as_of, count_by="voice"
                    )
                    expected = {code: as_counts(tally, name) for code, tally in slow.items() if any(tally.values())}
                    assert {code: told(of) for code, of in found.items()} == expected, (as_of, name, "voice", group)
                    voices += sum(found.values(), Counts())
    if seed == 0:  # the comparison proves nothing about what no ticket did; this town is known to have done it all
        assert min(seen.valid, seen.excluded, seen.on_time, seen.first_contacted) > 0
        assert voices.received > seen.received
        assert voices.valid > seen.valid
        assert min(seen.red_cards, seen.lost_disputes) > 0


def as_counts(tally: dict[str, int], scheme: str) -> Counts:
    blames = ("red_cards", "lost_disputes")
    kept = {name: number for name, number in tally.items() if scheme == "deductions" or name not in blames}
    return Counts(**{RENAMED.get(name, name): number for name, number in kept.items()})


def told(of: Counts) -> Counts:
    """Without the answers that were not given: the slow reading has no name for them."""
    return replace(of, unknown_contacted=0, unknown_solved=0, unknown_satisfaction=0)
