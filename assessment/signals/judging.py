"""When a unit's cases are out of line with the others': at least so many, and beyond what chance explains. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessment.metrics import Rate, wilson
from assessment.rankings import UnitRow
from assessment.signals.thresholds import Signal, Thresholds

Tally = Mapping[tuple[str, Signal], tuple[int, int]]


@dataclass(frozen=True)
class SignalCell:
    """``cases`` of ``whole`` tickets; ``is_hint``: more than chance explains, against the other units of the group."""

    cases: int
    whole: int
    is_hint: bool

    @property
    def share(self) -> Rate:
        """Cases in the whole."""
        return Rate(Fraction(self.cases), self.whole)


@dataclass(frozen=True)
class SignalLine:
    """One unit, its signals in their order."""

    unit: UnitRow
    cells: tuple[tuple[Signal, SignalCell], ...]

    @property
    def hints(self) -> int:
        """How many are out of line."""
        return sum(cell.is_hint for _signal, cell in self.cells)


def judged(units: Sequence[UnitRow], tally: Tally, by: Thresholds) -> list[SignalLine]:
    """Every unit, those with the most hints first, then by code."""
    totals = {signal: _sum(tally, [unit.code for unit in units], signal) for signal in Signal}
    lines = [
        SignalLine(
            unit,
            tuple((signal, _cell(signal, tally.get((unit.code, signal), (0, 0)), totals, by)) for signal in Signal),
        )
        for unit in units
    ]
    return sorted(lines, key=lambda line: (-line.hints, line.unit.code))


def _cell(signal: Signal, own: tuple[int, int], totals: Mapping[Signal, tuple[int, int]], by: Thresholds) -> SignalCell:
    cases, whole = own
    others = Rate(Fraction(totals[signal][0] - cases), totals[signal][1] - whole)
    if cases < by.least_of(signal):
        return SignalCell(cases, whole, is_hint=False)
    low, _high = wilson(Rate(Fraction(cases), whole), by.confidence)
    return SignalCell(cases, whole, is_hint=low > float(others.value))


def _sum(tally: Tally, codes: Sequence[str], signal: Signal) -> tuple[int, int]:
    found = [tally.get((code, signal), (0, 0)) for code in codes]
    return sum(cases for cases, _whole in found), sum(whole for _cases, whole in found)
