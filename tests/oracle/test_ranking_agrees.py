"""The pure ranking against the slow one, on counts that the slow reading took from random histories (rules.md §7 and §8).

The whole way, from the files through import and `hotline rank`, is another test's: it starts from the same histories.
"""

import csv
import io
import random
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from assessment import schemes, table
from assessment.metrics import Counts
from assessment.periods import Period
from assessment.rankings import UnitRow, rank
from tests.counts import examples

from .histories import SCHEME_NAMES, History, random_history
from .slow_counting import END_OF_TIME, Tally, slow_tallies, units_in_effect
from .slow_ranking import slow_scores, slow_table, table_of
from .slow_schemes import slow_period, slow_previous

HISTORIES = examples(60, deep=500)
ZONE = ZoneInfo("Asia/Shanghai")
RENAMED = {"explained": "explained_not_yes", "proactive": "proactive_topics"}


def as_counts(tally: Tally) -> Counts:
    return Counts(**{RENAMED.get(name, name): number for name, number in tally.items()})


def fast_table(
    names: dict[str, str], tallies: dict[str, Tally], *, scheme: str, group: str, previous: dict[str, Fraction]
) -> list[dict[str, str]]:
    """The rows as a reader of the CSV gets them, units and counts handed over in an order of no meaning."""
    units = [UnitRow(code, name) for code, name in names.items()]
    random.Random(len(units)).shuffle(units)
    counts = {code: as_counts(tally) for code, tally in reversed(tallies.items())}
    rows = rank(units, counts, schemes.load(scheme), group, previous)
    return list(csv.DictReader(io.StringIO(table.render(rows, "csv"), newline="")))


def compare(history: History, rng: random.Random) -> None:
    for question in history.questions():
        scheme, group, as_of = question["scheme"], question["group"], question["as_of"] or END_OF_TIME
        span, before = slow_period(question["period"], scheme), slow_previous(question["period"], scheme)
        names = units_in_effect(history.units, group, span)
        common = {"scheme": scheme, "group": group, "as_of": as_of}
        tallies = slow_tallies(history.units, history.tickets, span=span, **common)
        previous = slow_scores(slow_tallies(history.units, history.tickets, span=before, **common), scheme)
        context = {"scheme": scheme, "group": group, "previous": previous}
        expected = table_of(names, tallies, **context)
        assert fast_table(names, tallies, **context) == expected, (history.seed, question)
        if group == "township":
            assert slow_table(history.units, history.tickets, **question) == expected
        for tally in tallies.values():
            tally |= {name: rng.choice((0, 0, 1, 3, 12)) for name in ("red_cards", "lost_disputes", "proactive")}
        assert fast_table(names, tallies, **context) == table_of(names, tallies, **context), (history.seed, question)


@pytest.mark.parametrize("chunk", range(6))
def test_tables_agree_with_the_slow_reading_when_histories_are_random(chunk: int) -> None:
    rng = random.Random(f"points {chunk}")
    for seed in range(chunk, HISTORIES, 6):
        compare(random_history(seed), rng)


@pytest.mark.parametrize("scheme", SCHEME_NAMES)
@pytest.mark.parametrize("name", ["2025-01", "2025-10", "2024-12", "2024-02", "2025-W01", "2020-W53", "2025-W42"])
def test_periods_agree_with_the_slow_reading_when_named(scheme: str, name: str) -> None:
    period = Period.parse(name, schemes.load(scheme), ZONE)
    assert (period.start, period.end) == slow_period(name, scheme)
    assert (period.previous().start, period.previous().end) == slow_previous(name, scheme)
