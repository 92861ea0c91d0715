"""The verbs of policies: keep the shipped one, put a new one on record, take back what is not yet in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory import groups
from dispatch.directory.models import BEGINNING, END
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.limits.policy import Policy, shipped_policy, shipped_text
from dispatch.limits.values import to_utc
from dispatch.policies.checking import sound
from dispatch.policies.models import PolicyVersion

SHIPPED_BY = "system:shipped"


def load_shipped_policy(session: Session, *, at: datetime) -> int:
    """Put the policy of the package on record where there is none: a later package does not change what was in force."""
    if session.scalar(select(PolicyVersion.number).limit(1)) is not None:
        return 0
    groups.lock(session)
    if session.scalar(select(PolicyVersion.number).limit(1)) is None:
        _add(session, shipped_policy(), shipped_text(), effective_from=BEGINNING, actor=SHIPPED_BY, at=at)
    return 1


def put(session: Session, text: str, *, effective_from: datetime, actor: str, at: datetime) -> PolicyVersion:
    """Put a policy file on record, in force from an instant that has not yet come, or from ``at``.

    Raises ``policy.unreadable`` and its like, ``policy.in_the_past``, ``policy.too_far``, ``policy.instant_taken`` and
    ``policy.same``.
    """
    policy, effective_from = sound(text), to_utc(effective_from)
    if effective_from >= END:
        raise DomainError("policy.too_far", "生效时间过远。", field="effective_from")
    if effective_from < at:
        raise DomainError(
            "policy.in_the_past", "生效时间不能早于现在：已经派出的单位按派单时的政策计时。", field="effective_from"
        )
    groups.lock(session)
    load_shipped_policy(session, at=at)
    standing = select(PolicyVersion).where(PolicyVersion.withdrawn_at.is_(None))
    if session.scalars(standing.where(PolicyVersion.effective_from == effective_from)).first():
        raise Conflict("policy.instant_taken", "这个时间已有另一份政策生效，请换一个时间或先撤回那一份。")
    before = standing.where(PolicyVersion.effective_from < effective_from)
    last = session.scalars(before.order_by(PolicyVersion.effective_from.desc())).first()
    if last is not None and last.version == policy.version:
        raise Conflict("policy.same", "与届时已生效的政策完全相同，没有变化。")
    return _add(session, policy, text, effective_from=effective_from, actor=actor, at=at)


def withdraw(session: Session, number: int, *, actor: str, at: datetime) -> PolicyVersion:
    """Take back a policy that is not yet in force. Raises ``policy.unknown``, ``policy.in_force``."""
    groups.lock(session)
    row = session.get(PolicyVersion, number, populate_existing=True)
    if row is None:
        raise NotFound("policy.unknown", "没有这份政策。")
    if row.withdrawn_at is not None:
        raise Conflict("policy.withdrawn", "这份政策已经撤回。")
    if row.effective_from <= at:
        raise Conflict("policy.in_force", "这份政策已经生效，不能撤回；请发布一份新的政策。")
    row.withdrawn_at, row.withdrawn_by = at, actor
    groups.bump(session)
    return row


def _add(
    session: Session, policy: Policy, text: str, *, effective_from: datetime, actor: str, at: datetime
) -> PolicyVersion:
    row = PolicyVersion(
        version=policy.version, name=policy.name, body=text, effective_from=effective_from, actor=actor, at=at
    )
    session.add(row)
    session.flush()
    groups.bump(session)
    return row
