"""A ranking of the database: facts counted, ranked, and compared with the period before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property

from sqlalchemy.orm import Session

from assessment import beside
from assessment.metrics import Beside, Counts, pool
from assessment.periods import Period
from assessment.publications.queries import published_scores
from assessment.rankings import Row, UnitRow, peer_group_of, rank, scores, unlisted
from assessment.running import reading as running
from assessment.sameness import made_once
from assessment.schemes.model import Group, Scheme
from dispatch import contract
from dispatch.contract import UnitInEffect
from dispatch.kernel.errors import DomainError

LISTS_KEPT, SCORES_KEPT = 64, 16  # of periods and peer groups, and of schemes besides


@dataclass(frozen=True)
class Table:
    """A ranking as of an instant. ``is_running``: ``as_of`` is before ``settles_at``, the numbers may still change.

    ``pending``: tickets that could still become valid (counted only while running); ``unlisted``: codes of units that were
    charged and have no row, since they were not in effect in the period.
    """

    scheme: Scheme
    period: Period
    group: Group
    as_of: datetime
    rows: tuple[Row, ...]
    unlisted: tuple[str, ...]
    is_running: bool
    pending: int
    settles_at: datetime

    @cached_property
    def total(self) -> Counts:
        """The pooled counts of all rows; rates of a total are computed from it, never averaged."""
        return pool(row.counts for row in self.rows)


def table(
    session: Session,
    scheme: Scheme,
    period: Period,
    group: Group | str,
    as_of: datetime,
    *,
    at: datetime,
    with_excluded: bool = False,
) -> Table:
    """The ranking of ``group`` in ``period`` from the facts recorded at or before ``as_of``; ``at`` is the present instant.

    ``with_excluded``: the table as it would be had nobody excluded a ticket (rules.md §6), beside the official one.
    Raises ``DomainError``: ``ranking.unknown_group``, ``ranking.group_not_assessed``, ``period.not_begun``.
    """
    peer_group = peer_group_of(group, scheme)
    require_begun(period, max(at, as_of))
    is_running = as_of < period.settles_at
    previous = _published_before(session, scheme, period, peer_group, as_of, with_excluded=with_excluded)
    periods = {period: is_running} if previous is not None else {period: is_running, period.previous(): False}
    units = _listed(session, peer_group, periods)
    counts = running.counts_of(session, scheme, periods, peer_group, as_of, with_excluded=with_excluded)
    if previous is None:
        before = period.previous()
        previous = _scores(units[before], counts[before], scheme, beside.entered(session, scheme, before, as_of))
    entered = beside.entered(session, scheme, period, as_of)
    return Table(
        scheme=scheme,
        period=period,
        group=peer_group,
        as_of=as_of,
        rows=tuple(rank(units[period], counts[period], scheme, peer_group, previous, entered)),
        unlisted=tuple(unlisted(units[period], counts[period])),
        is_running=is_running,
        pending=sum(found.pending for found in counts[period].values()),
        settles_at=period.settles_at,
    )


def scores_before(
    session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime
) -> Mapping[str, Fraction]:
    """Unrounded scores of the period before: as published by then, else recomputed at the same instant (rules.md §7).

    Only classes ask for them: without classes in this group there are none.
    """
    published = _published_before(session, scheme, period, group, as_of)
    if published is not None:
        return published
    before = period.previous()
    units = _listed(session, group, [before])[before]
    counts = running.counts(session, scheme, before, group, as_of)
    return _scores(units, counts, scheme, beside.entered(session, scheme, before, as_of))


def _scores(
    units: Sequence[UnitRow], counts: Mapping[str, Counts], scheme: Scheme, entered: Mapping[str, Beside]
) -> Mapping[str, Fraction]:
    """The month before is nearly always the very same as when it was last asked for."""
    return scores(units, counts, scheme, entered) if entered else _scores_again(units, counts, scheme)


@made_once(SCORES_KEPT)
def _scores_again(units: Sequence[UnitRow], counts: Mapping[str, Counts], scheme: Scheme) -> Mapping[str, Fraction]:
    return scores(units, counts, scheme, {})


def _published_before(
    session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime, *, with_excluded: bool = False
) -> Mapping[str, Fraction] | None:
    """What ``scores_before`` need not recompute; None where it has to. With the excluded back in it always has to: what was
    published has them out."""
    if scheme.classes is None or group not in scheme.classes.groups:
        return {}
    return None if with_excluded else published_scores(session, scheme.name, period.previous(), group, as_of)


def _listed(session: Session, group: Group, periods: Iterable[Period]) -> dict[Period, Sequence[UnitRow]]:
    """The units that have a row in each of the periods."""
    asked = list(periods)
    lists = contract.units_in_each(session, group, [(one.start, one.end) for one in asked])
    return {period: _unit_rows(listed) for period, listed in zip(asked, lists, strict=True)}


@made_once(LISTS_KEPT)
def _unit_rows(listed: tuple[UnitInEffect, ...]) -> tuple[UnitRow, ...]:
    return tuple(UnitRow(unit.code, unit.name, unit.population) for unit in listed)


def require_begun(period: Period, at: datetime) -> None:
    """Raises ``DomainError`` ``period.not_begun``."""
    if period.start > at:
        raise DomainError("period.not_begun", f"{period.label}尚未开始，不能排名。", period=period.name)
