"""Who stands where: score, order, ties, the not ranked, classes (rules.md §7). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from assessment.classes import UnitClass, classify
from assessment.counted import NO_COUNTS
from assessment.metrics import NOTHING_BESIDE, Beside, Counts, Rate
from assessment.sameness import made_once
from assessment.schemes.model import Group, Scheme
from assessment.scored import Scored, scorer
from dispatch.kernel.errors import DomainError

LISTED, GAINS = 2048, 4096  # remembered: what stands beside a unit of which nothing was entered, gains


class Note(StrEnum):
    """Why a unit is not ranked."""

    NO_VALID_FOLLOW_UP = "no_valid_follow_up"
    BELOW_MINIMUM = "below_minimum"


NOTE_TITLES = {Note.NO_VALID_FOLLOW_UP: "无有效回访，不排名", Note.BELOW_MINIMUM: "有效回访低于最低样本，不排名"}


class UnitRow(NamedTuple):
    """A unit of the group in effect in the period; ``population`` in residents, where known."""

    code: str
    name: str
    population: int | None = None


class Row(NamedTuple):
    """One line of the ranking, in the exchange table's words. Not ranked: ``rank``, rates and ``score`` are None.

    Rates are exact and 0 to 1, ``score`` and ``gain`` (over the previous period, where ranked in both) exact points.
    """

    rank: int | None
    unit: UnitRow
    counts: Counts
    response_rate: Rate | None
    resolution_rate: Rate | None
    satisfaction_rate: Rate | None
    score: Fraction | None
    classes: tuple[UnitClass, ...] = ()
    note: Note | None = None
    gain: Fraction | None = None
    beside: Beside = NOTHING_BESIDE


def rank(
    units: Sequence[UnitRow],
    counts: Mapping[str, Counts],
    scheme: Scheme,
    group: Group | str,
    previous: Mapping[str, Fraction] | None = None,
    entered: Mapping[str, Beside] | None = None,
) -> list[Row]:
    """One row per unit, those without tickets included, in the order of rules.md §7.

    ``counts`` by unit code (absent = nothing happened; codes of no listed unit have no row, see ``unlisted``);
    ``previous``: unrounded scores of the units ranked in the period before; ``entered``: marks and given values by unit code.
    Raises ``DomainError`` ``ranking.unknown_group``, ``ranking.group_not_assessed``, ``ranking.repeated_unit``.
    """
    peer_group = peer_group_of(group, scheme)
    by_code = _by_code(units)
    counted = _of_each(by_code, counts)
    besides = besides_of(units, counts, entered or {})
    scores = _scored(counted, scheme, besides)
    ranks = _ranks(scores)
    gains = {code: _gain(one, previous[code]) for code, one in scores.items() if code in previous} if previous else {}
    classes = _classes(counted, ranks, gains, peer_group, scheme)
    in_order = [*ranks, *(code for code in by_code if code not in ranks)]
    return [
        _row(
            by_code[code],
            counted[code],
            besides[code],
            ranks.get(code),
            scores.get(code),
            gains.get(code),
            classes.get(code, ()),
        )
        for code in in_order
    ]


def scores(
    units: Sequence[UnitRow], counts: Mapping[str, Counts], scheme: Scheme, entered: Mapping[str, Beside]
) -> dict[str, Fraction]:
    """``scores_of`` what ``rank`` makes of the same, without its rows. Raises ``DomainError`` ``ranking.repeated_unit``."""
    counted = _of_each(_by_code(units), counts)
    found = _scored(counted, scheme, besides_of(units, counts, entered))
    return {code: one.value for code, one in found.items()}


def _by_code(units: Sequence[UnitRow]) -> dict[str, UnitRow]:
    """In the order of the codes, which is that of units of equal rank."""
    found = {unit.code: unit for unit in sorted(units, key=attrgetter("code"))}
    if len(found) != len(units):
        raise DomainError("ranking.repeated_unit", "同一单位在名单中出现了两次。")
    return found


def _of_each(by_code: Mapping[str, UnitRow], counts: Mapping[str, Counts]) -> dict[str, Counts]:
    return {code: counts.get(code, NO_COUNTS) for code in by_code}


def besides_of(
    units: Sequence[UnitRow], counts: Mapping[str, Counts], entered: Mapping[str, Beside]
) -> dict[str, Beside]:
    """By unit code, what stands beside its counts: the group's intake (of the listed units), its residents, what was entered."""
    intake = sum(counts[unit.code].received for unit in units if unit.code in counts)
    alike = {population: _nothing_entered(intake, population) for population in {unit.population for unit in units}}
    found = {unit.code: alike[unit.population] for unit in units}
    for unit in units if entered else ():
        if unit.code in entered:
            found[unit.code] = replace(entered[unit.code], group_received=intake, population=unit.population)
    return found


@lru_cache(maxsize=LISTED)
def _nothing_entered(intake: int, population: int | None) -> Beside:
    return Beside(intake, population)


def scores_of(rows: Iterable[Row]) -> dict[str, Fraction]:
    """Unrounded scores of the ranked units: what the next period's ``rank`` takes as ``previous``."""
    return {row.unit.code: row.score for row in rows if row.score is not None}


def unlisted(units: Sequence[UnitRow], counts: Mapping[str, Counts]) -> list[str]:
    """Codes that have counts and no row (a unit that ended before the period), sorted: say so, do not lose them."""
    return sorted(counts.keys() - {unit.code for unit in units})


def peer_group_of(group: Group | str, scheme: Scheme) -> Group:
    """The group of that name, if the scheme assesses it. Raises as ``rank`` does."""
    if group not in {name.value for name in Group}:
        known = "、".join(Group)
        raise DomainError("ranking.unknown_group", f"没有“{group}”这一组别，可用：{known}。", group=str(group))
    if Group(group) not in scheme.peer_groups:
        raise DomainError("ranking.group_not_assessed", f"考核办法“{scheme.title}”不考核此组别。", group=str(group))
    return Group(group)


def least(scheme: Scheme) -> int:
    """Valid follow-ups below which a unit is not ranked."""
    return max(1, scheme.minimum)


def _scored(counted: Mapping[str, Counts], scheme: Scheme, besides: Mapping[str, Beside]) -> dict[str, Scored]:
    """Of the units that are ranked."""
    score, enough = scorer(scheme), least(scheme)
    return {code: score(found, besides[code]) for code, found in counted.items() if found.valid >= enough}


@made_once(GAINS)
def _gain(now: Scored, before: Fraction) -> Fraction:
    """Exact; most units have the very scores that they had when somebody asked last."""
    return now.value - before


def _ranks(scores: Mapping[str, Scored]) -> dict[str, int]:
    """Ranks 1, 2, 2, 4 by code, in this order: equal in score and in every tie field means equal in rank, and as they came."""
    found: dict[str, int] = {}
    before: tuple[Scored, int] | None = None
    ordered = sorted(scores.items(), key=lambda item: item[1].order, reverse=True)
    for place, (code, one) in enumerate(ordered, 1):
        rank = before[1] if before is not None and before[0].order == one.order else place
        found[code], before = rank, (one, rank)
    return found


def _classes(
    counted: Mapping[str, Counts],
    ranks: Mapping[str, int],
    gains: Mapping[str, Fraction],
    group: Group,
    scheme: Scheme,
) -> Mapping[str, tuple[UnitClass, ...]]:
    if scheme.classes is None or group not in scheme.classes.groups:
        return {}
    return classify(ranks, gains, {code: found.received for code, found in counted.items()}, scheme.classes)


def _row(
    unit: UnitRow,
    found: Counts,
    beside: Beside,
    rank: int | None,
    scored: Scored | None,
    gain: Fraction | None,
    classes: tuple[UnitClass, ...],
) -> Row:
    if rank is None or scored is None:
        note = Note.BELOW_MINIMUM if found.valid else Note.NO_VALID_FOLLOW_UP
        return Row(None, unit, found, None, None, None, None, classes, note, None, beside)
    # By place: names take twice as long, and a table has hundreds of rows.
    return Row(
        rank,
        unit,
        found,
        scored.response,
        scored.resolution,
        scored.satisfaction,
        scored.value,
        classes,
        None,
        gain,
        beside,
    )
