"""Reads of policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.models import BEGINNING
from dispatch.kernel.errors import NotFound
from dispatch.limits.policy import Policy, shipped_policy
from dispatch.policies.models import PolicyVersion

LARGEST = 2**31 - 1

# Policies are immutable and many transactions ask for the same ones.
_read: dict[str, Policy] = {}


class State(StrEnum):
    """How a version stands at an instant."""

    COMING = "coming"
    IN_FORCE = "in_force"
    PAST = "past"
    WITHDRAWN = "withdrawn"


def in_order(session: Session) -> list[tuple[datetime, Policy]]:
    """Each policy that stands with the instant from which it is in force; the first is in force from the beginning of time.

    Before anything is on record the shipped one is.
    """
    rows = session.execute(
        select(PolicyVersion.effective_from, PolicyVersion.version, PolicyVersion.body)
        .where(PolicyVersion.withdrawn_at.is_(None))
        .order_by(PolicyVersion.effective_from)
    ).all()
    found = [(row.effective_from, policy_from(row.version, row.body)) for row in rows]
    return found if found and found[0][0] == BEGINNING else [(BEGINNING, shipped_policy()), *found]


def policy_from(version: str, body: str) -> Policy:
    """The policy that a stored file says."""
    if version not in _read:
        _read[version] = Policy.read(body, is_on_record=True)
    return _read[version]


def versions(session: Session, *, limit: int = 100) -> Sequence[PolicyVersion]:
    """Every policy on record, the last to come into force first."""
    return session.scalars(
        select(PolicyVersion).order_by(PolicyVersion.effective_from.desc(), PolicyVersion.number.desc()).limit(limit)
    ).all()


def listed(session: Session, at: datetime, *, limit: int = 100) -> list[tuple[PolicyVersion, State]]:
    """The same, each with how it stands at ``at``."""
    current = in_force(session, at)
    return [(row, state_of(row, current, at)) for row in versions(session, limit=limit)]


def in_force(session: Session, at: datetime) -> PolicyVersion | None:
    """The version that counts at ``at``; None before anything is on record."""
    return session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.withdrawn_at.is_(None), PolicyVersion.effective_from <= at)
        .order_by(PolicyVersion.effective_from.desc())
        .limit(1)
    ).first()


def state_of(row: PolicyVersion, current: PolicyVersion | None, at: datetime) -> State:
    """How ``row`` stands at ``at``, where ``current`` is in force."""
    if row.withdrawn_at is not None:
        return State.WITHDRAWN
    if row.effective_from > at:
        return State.COMING
    return State.IN_FORCE if current is not None and row.number == current.number else State.PAST


def version(session: Session, number: int) -> PolicyVersion:
    """One version. Raises ``policy.unknown``."""
    row = session.get(PolicyVersion, number) if 0 < number <= LARGEST else None
    if row is None:
        raise NotFound("policy.unknown", "没有这份政策。")
    return row
