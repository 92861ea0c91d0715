"""The verbs of drafts: begin from any version, keep what was typed, try it on last month, put it into force, throw it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel.canonical import instant
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.limits.policy import LONGEST, Policy, version_of
from dispatch.policies import document, queries, replay, report, services
from dispatch.policies.models import PolicyDraft, PolicyVersion
from dispatch.policies.replay import Span

SHOWN = 50


def drafts(session: Session) -> Sequence[PolicyDraft]:
    """Those that are being written, the last changed first."""
    query = select(PolicyDraft).order_by(PolicyDraft.changed_at.desc(), PolicyDraft.draft_id).limit(SHOWN)
    return session.scalars(query).all()


def draft(session: Session, draft_id: int, *, is_locked: bool = False) -> PolicyDraft:
    """One draft. Raises ``policy.draft_unknown``: it may have been put into force or thrown away meanwhile."""
    found = None
    if 0 < draft_id <= queries.LARGEST:
        found = session.get(PolicyDraft, draft_id, with_for_update=is_locked, populate_existing=is_locked)
    if found is None:
        raise NotFound("policy.draft_unknown", "没有这份草稿，可能已发布或已删除。")
    return found


def begin(session: Session, number: int, *, actor: str, at: datetime) -> PolicyDraft:
    """A draft with the text of a version on record."""
    body = queries.version(session, number).body
    made = PolicyDraft(based_on=number, body=body, actor=actor, at=at, changed_by=actor, changed_at=at)
    session.add(made)
    session.flush()
    return made


def begin_with_threshold(session: Session, threshold: int, *, actor: str, at: datetime) -> PolicyDraft:
    """A draft of the policy in force with another threshold of direct dispatch, 0–100."""
    services.load_shipped_policy(session, at=at)
    current = queries.in_force(session, at)
    if current is None:
        raise NotFound("policy.unknown", "没有这份政策。")
    made = begin(session, current.number, actor=actor, at=at)
    made.body = document.with_direct_confidence(made.body, threshold)
    return made


def save(session: Session, draft_id: int, text: str, *, seen: str, actor: str, at: datetime) -> PolicyDraft:
    """Keep ``text``, sound or not. ``seen``: the version that the writer began with; another since then is not overwritten."""
    found = draft(session, draft_id, is_locked=True)
    if len(text.encode()) > LONGEST:
        raise DomainError("policy.too_large", "政策文件过大。")
    if version_of(found.body) != seen:
        raise Conflict(
            "policy.draft_changed", "草稿已在别处修改，本次内容还没有保存；请核对，再次保存将以本页内容为准。"
        )
    if text != found.body:
        found.body, found.changed_by, found.changed_at = text, actor, at
    return found


def try_out(session: Session, draft_id: int, *, reference: Reference, at: datetime) -> PolicyDraft:
    """Replay last month's tickets under the draft, and keep what came of it."""
    text = draft(session, draft_id).body
    policy, span = Policy.read(text), last_month(at, reference.calendar.zone)
    found = replay.simulate(session, policy, span, reference=reference, at=at)
    row = draft(session, draft_id, is_locked=True)
    row.tried_version, row.tried_at = version_of(text), at
    row.tried = {
        "since": instant(span.since),
        "until": instant(span.until),
        "tickets": found.tickets,
        "every": found.every,
        "over_cap": found.over_cap,
        "lines": [line.cells() for line in report.lines(found, reference.by_id)],
    }
    return row


def is_tried(row: PolicyDraft) -> bool:
    """Was this very text tried?"""
    return row.tried_version == version_of(row.body)


def put(session: Session, draft_id: int, *, effective_from: datetime, actor: str, at: datetime) -> PolicyVersion:
    """Put the draft on record. Raises ``policy.not_tried``, and what :func:`dispatch.policies.services.put` raises."""
    row = draft(session, draft_id, is_locked=True)
    if not is_tried(row):
        raise Conflict("policy.not_tried", "草稿在试算之后又有修改，或还没有试算，请先试算再发布。")
    made = services.put(session, row.body, effective_from=effective_from, actor=actor, at=at)
    session.delete(row)
    return made


def discard(session: Session, draft_id: int) -> None:
    """Throw it away."""
    session.delete(draft(session, draft_id, is_locked=True))


def last_month(at: datetime, zone: tzinfo) -> Span:
    """The calendar month before the one of ``at``, by local midnights."""
    first = at.astimezone(zone).date().replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return Span(datetime.combine(before, time(), zone), datetime.combine(first, time(), zone))
