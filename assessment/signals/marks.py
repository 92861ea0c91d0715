"""The marks of every ticket of a period in one statement: of which signals it is a case, and for which it could have been one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Subquery, and_, case, cast, func, not_, or_, select, union_all
from sqlalchemy.orm import Session

from assessment import facts
from assessment.periods import Period
from assessment.schemes.model import Group, Scheme
from assessment.signals.thresholds import Signal, Thresholds
from dispatch import contract

COLUMNS = ("ticket_id", "unit_id", "is_excluded", "is_withdrawn", "reached", "solved", "satisfaction", "is_explained")
INSTANTS = ("dispatched_at", "completed_at", "due_at", "returns")


def marked(session: Session, scheme: Scheme, period: Period, group: Group, as_of: datetime, by: Thresholds) -> Subquery:
    """``ticket_id``, ``unit_id``, and for each signal two booleans: ``<signal>`` and ``<signal>_of`` (it could have been one)."""
    parts = facts.parts(session, scheme, period, group, as_of)
    rows = union_all(
        *(select(*(rows.c[name] for name in (*COLUMNS, *INSTANTS))) for rows, is_voice in parts if not is_voice)
    ).subquery("counted")
    more = contract.signal_facts().subquery("more")
    names = (
        "acknowledged_at",
        "promised_at",
        "answer_digest",
        "caller_digest",
        "disputes",
        "is_rechecked",
        "disagrees",
    )
    joined = (
        select(
            *(rows.c[name] for name in (*COLUMNS, *INSTANTS)), *(more.c[name] for name in names), *_groups(rows, more)
        )
        .join_from(rows, more, more.c.ticket_id == rows.c.ticket_id)
        .subquery("joined")
    )
    marks = _marks(joined.c, by)
    flags = [func.coalesce(cases, False).label(signal.value) for signal, (cases, _whole) in marks.items()]
    wholes = [func.coalesce(whole, False).label(f"{signal.value}_of") for signal, (_cases, whole) in marks.items()]
    return select(joined.c.ticket_id, joined.c.unit_id, *flags, *wholes).subquery("marked")


def _groups(rows: Any, more: Any) -> list[ColumnElement[Any]]:
    """How many answers of the unit read alike, how many tickets of the unit are the same caller's, how well they all went."""
    valid = _valid(rows.c)
    good = and_(valid, rows.c.solved == "yes", rows.c.satisfaction == "satisfied")
    caller: list[ColumnElement[Any]] = [rows.c.unit_id, more.c.caller_digest]
    return [
        func.count().over(partition_by=[rows.c.unit_id, more.c.answer_digest]).label("alike"),
        func.count().over(partition_by=caller).label("of_caller"),
        func.count(case((valid, 1))).over(partition_by=caller).label("valid_of_caller"),
        func.count(case((good, 1))).over(partition_by=caller).label("good_of_caller"),
    ]


def _valid(fact: Any) -> ColumnElement[bool]:
    return and_(not_(fact.is_excluded), fact.reached, not_(fact.is_withdrawn))


def _marks(row: Any, by: Thresholds) -> dict[Signal, tuple[ColumnElement[bool], ColumnElement[bool]]]:
    """By signal: which tickets are a case of it, and which could have been."""
    counts, valid = not_(row.is_excluded), _valid(row)
    begun = func.coalesce(row.acknowledged_at, row.dispatched_at)
    done = and_(counts, row.completed_at.is_not(None))
    in_time = and_(done, row.promised_at.is_not(None), row.completed_at <= row.promised_at)
    has_answer, has_caller = row.answer_digest.is_not(None), row.caller_digest.is_not(None)
    claimed = and_(valid, row.completed_at.is_not(None), not_(row.is_explained), row.solved.is_not(None))
    is_good = row.good_of_caller >= by.caller_good * cast(row.valid_of_caller, Float)
    found = {
        Signal.CLOSED_FAST: (row.completed_at < begun + timedelta(minutes=by.fast_minutes), done),
        Signal.LAST_MINUTE: (row.completed_at > row.promised_at - timedelta(minutes=by.last_minutes), in_time),
        Signal.SAME_ANSWER: (row.alike >= by.alike, and_(counts, has_answer)),
        Signal.SOLVED_BY_UNIT_ONLY: (row.solved == "no", claimed),
        Signal.RECHECK_DISAGREES: (row.disagrees, and_(counts, row.is_rechecked)),
        Signal.SELF_CALLED: (
            and_(row.of_caller >= by.caller_tickets, row.valid_of_caller > 0, is_good),
            and_(counts, has_caller),
        ),
        Signal.DISPUTE_PING_PONG: (or_(row.disputes >= by.dispute_times, row.returns >= by.dispute_times), counts),
        Signal.EXCLUDED: (row.is_excluded, or_(row.is_excluded, counts)),
    }
    return {signal: (and_(whole, cases), whole) for signal, (cases, whole) in found.items()}
