"""The table from fact files: the counts of ``conditions.py`` over Parquet, then the same ranking as from PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from sqlalchemy import select

from assessment import beside, conditions, facts
from assessment.counted import FIELDS, Counts
from assessment.fact_files import engine
from assessment.fact_files.engine import FACT
from assessment.fact_files.layout import Manifest, Place, read
from assessment.periods import Period
from assessment.rankings import UnitRow, peer_group_of, rank, unlisted
from assessment.schemes import loads
from assessment.schemes.model import Group, Scheme
from assessment.service import Table
from dispatch.kernel.errors import DomainError


def table_of(folder: Path, scheme: Scheme, period: Period, group: Group | str, as_of: datetime | None = None) -> Table:
    """The ranking as of the instant of the export. ``as_of``: said only to make sure that it is that one.

    Raises ``DomainError``: what ``layout.read`` and ``peer_group_of`` raise, ``facts.other_scheme``, ``facts.other_instant``.
    """
    peer_group = peer_group_of(group, scheme)
    place = Place.of(folder, scheme, period, peer_group)
    manifest = read(place)
    exported_at = datetime.fromisoformat(manifest.as_of).astimezone(UTC)
    if loads(manifest.scheme) != scheme or manifest.time_zone != period.zone.key:
        raise DomainError("facts.other_scheme", f"“{place.rows}”是按另一版考核办法或另一时区导出的，请重新导出。")
    if as_of is not None and as_of != exported_at:
        raise DomainError("facts.other_instant", f"“{place.rows}”的数据截至 {manifest.as_of}，不是所要求的时刻。")
    is_running = exported_at < period.settles_at
    asked = conditions.Asked(is_running, conditions.extras(scheme))
    counts = facts.with_aside(_counts(place, manifest, asked), manifest.aside)
    units = [UnitRow(code, name, population) for code, name, population in manifest.units]
    previous = {code: Fraction(value) for code, value in manifest.previous.items()}
    entered = {code: beside.entered_kept(more) for code, more in manifest.entered.items()}
    return Table(
        scheme=scheme,
        period=period,
        group=peer_group,
        as_of=exported_at,
        rows=tuple(rank(units, counts, scheme, peer_group, previous, entered)),
        unlisted=tuple(unlisted(units, counts)),
        is_running=is_running,
        pending=sum(found.pending for found in counts.values()),
        settles_at=period.settles_at,
    )


def _counts(place: Place, manifest: Manifest, asked: conditions.Asked) -> dict[str, Counts]:
    statement = select(FACT.c.unit_id, *conditions.sums(FACT.c, asked)).group_by(FACT.c.unit_id)
    return {
        manifest.codes[str(row["unit_id"])]: Counts(**{name: int(row[name]) for name in row if name in FIELDS})
        for row in engine.run(place.rows, statement)
    }
