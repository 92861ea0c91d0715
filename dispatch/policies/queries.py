"""Reads of policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.models import BEGINNING
from dispatch.limits.policy import Policy, shipped_policy
from dispatch.policies.models import PolicyVersion

# Policies are immutable and many transactions ask for the same ones.
_read: dict[str, Policy] = {}


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
