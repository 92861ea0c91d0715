"""Entering values: checked, versioned, all of a form or none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.given import queries
from assessment.given.kinds import ValueKind, kinds
from assessment.given.models import PLACES, GivenValue
from assessment.periods import Period
from assessment.schemes.model import Group
from dispatch import contract
from dispatch.kernel.errors import Conflict, DomainError

LONGEST_SOURCE = 200


@dataclass(frozen=True)
class Entered:
    """One line of a form, as typed; ``value`` blank withdraws what stands. ``seen``: the version that the form showed (0: none);
    None where it showed none of them, so that nobody can have overwritten anything unseen."""

    code: str
    value: str
    source: str
    seen: int | None = None


def enter(
    session: Session,
    key: str,
    period_name: str,
    lines: Sequence[Entered],
    *,
    group: Group,
    actor: str,
    zone: ZoneInfo,
    at: datetime,
) -> int:
    """Add a version of each line with another value than stands; how many. The same twice changes nothing.

    Raises ``DomainError`` ``given.unknown_kind``, ``period.unreadable``, ``period.not_begun``, ``given.no_units``,
    ``given.unknown_unit``, ``given.value_unreadable``, ``given.out_of_range``, ``given.source_missing``,
    ``given.repeated_unit``; ``Conflict`` ``given.changed_meanwhile``: somebody else's version would be overwritten unseen.
    """
    kind, period = kind_of(key), Period.named(period_name, zone)
    period.require_begun(at)
    # One at a time per value and period: two versions of a number must not race for the same place.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"given {key} {period.name}", 0))))
    units = {one.code: one for one in contract.units_in_effect(session, group, period.start, period.end)}
    if not units:
        raise DomainError("given.no_units", "这个组别在本周期内没有单位。", field="group", group=group.value)
    standing = queries.entries(session, kind.key, period.name, at)
    added, met = 0, set[str]()
    for line in lines:
        if line.code not in units:
            raise DomainError("given.unknown_unit", f"本周期没有编码为“{line.code}”的单位。", field="group")
        if line.code in met:
            raise _refused("repeated_unit", line, "在同一次录入中出现了两次。")
        met.add(line.code)
        value, last, source = number(kind, line), standing.get(line.code), line.source.strip()
        if value == (last.value if last else None):
            continue
        _require_seen(last, line)
        _require_source(value, source, line)
        row = {"key": kind.key, "period": period.name, "unit_id": units[line.code].unit_id, "source": source}
        version = last.version + 1 if last else 1
        session.add(GivenValue(**row, value=value, version=version, entered_by=actor, entered_at=at))
        added += 1
    session.flush()
    return added


def kind_of(key: str) -> ValueKind:
    """The kind of that name. Raises ``DomainError`` ``given.unknown_kind``."""
    if key not in kinds():
        raise DomainError("given.unknown_kind", f"没有“{key}”这种录入值，可用：{'、'.join(kinds())}。", field="key")
    return kinds()[key]


def number(kind: ValueKind, line: Entered) -> Decimal | None:
    """The value of a line, exact; None where it is blank."""
    typed = line.value.strip()
    if not typed:
        return None
    try:
        value = Decimal(typed)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or not typed.isascii():
        raise _refused("value_unreadable", line, "不是数字。")
    if not 0 <= value <= kind.most:
        raise _refused("out_of_range", line, f"应在 0 到 {kind.most} 之间。")
    if kind.is_whole and value != value.to_integral_value():
        raise _refused("out_of_range", line, "应为整数。")
    if value != round(value, PLACES):
        raise _refused("out_of_range", line, f"最多 {PLACES} 位小数。")
    return value


def _require_seen(last: queries.Entry | None, line: Entered) -> None:
    version = last.version if last else 0
    if line.seen is not None and line.seen != version:
        words = f"单位 {line.code} 的值在您打开页面之后已由他人录入或改动，请核对后再保存。"
        raise Conflict("given.changed_meanwhile", words, field=f"value-{line.code}", unit=line.code)


def _require_source(value: Decimal | None, source: str, line: Entered) -> None:
    if value is not None and not source:
        raise _refused("source_missing", line, "没有写明来源。")
    if len(source) > LONGEST_SOURCE or not source.isprintable():
        raise _refused("source_missing", line, f"的来源应为不超过 {LONGEST_SOURCE} 字的一行文字。")


def _refused(code: str, line: Entered, why: str) -> DomainError:
    return DomainError(f"given.{code}", f"单位 {line.code} 的值{why}", field=f"value-{line.code}", unit=line.code)
