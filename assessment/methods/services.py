"""The verbs of a draft: begin, save, try, put into force, discard; and withdrawing a version that has not come. None commits.

Whoever changed a draft last does not put it into force: a second person looks. A period that has begun keeps its rules.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import tomlkit
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment import schemes
from assessment.methods.models import SchemeDraft, SchemeVersion
from assessment.schemes import Scheme
from dispatch.kernel.errors import Conflict, DomainError, Forbidden, NotFound

LONGEST: Final = 50_000
NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")


def begin(session: Session, body: str, *, actor: str, at: datetime) -> SchemeDraft:
    """A draft that starts from this text."""
    found = SchemeDraft(body=_checked(body), actor=actor, at=at, changed_by=actor, changed_at=at)
    session.add(found)
    session.flush()
    return found


def draft(session: Session, draft_id: int, *, is_locked: bool = False) -> SchemeDraft:
    """The draft of this number. Raises ``NotFound`` ``scheme.draft_unknown``."""
    found = session.get(SchemeDraft, draft_id, with_for_update=is_locked, populate_existing=is_locked)
    if found is None:
        raise NotFound("scheme.draft_unknown", "没有这份草案，或已作废、已生效。")
    return found


def save(session: Session, draft_id: int, body: str, *, seen: str, actor: str, at: datetime) -> SchemeDraft:
    """Keep what was typed, wrong as it may be. ``seen``: digest of the text it began from; ``Conflict`` ``scheme.draft_changed``
    where somebody else has saved since."""
    found = draft(session, draft_id, is_locked=True)
    words = _checked(body)
    if digest_of(found.body).hex() != seen:
        raise Conflict("scheme.draft_changed", "草案已被他人改动，请看过最新的再改。")
    if words != found.body:
        found.body, found.changed_by, found.changed_at = words, actor, at
    return found


def tried(session: Session, draft_id: int, *, at: datetime) -> Scheme:
    """Note that this text was tried; the scheme it says. Raises ``scheme.*`` naming the key."""
    found = draft(session, draft_id, is_locked=True)
    scheme = read(found.body)
    found.tried_digest, found.tried_at = digest_of(found.body), at
    return scheme


def put(
    session: Session, draft_id: int, effective_on: date, *, actor: str, at: datetime, zone: ZoneInfo
) -> SchemeVersion:
    """Put a draft into force for the periods that begin on or after a day to come; the draft is gone.

    Raises ``Forbidden`` ``scheme.same_person``; ``Conflict`` ``scheme.not_tried``, ``scheme.day_taken``; ``DomainError``
    ``scheme.day_past`` and what the text itself is refused for.
    """
    found = draft(session, draft_id, is_locked=True)
    scheme = read(found.body)
    if found.changed_by == actor:
        raise Forbidden("scheme.same_person", "最后改动草案的人不能使它生效，请由他人复核后生效。")
    if found.tried_digest != digest_of(found.body):
        raise Conflict("scheme.not_tried", "草案改动后还没有试算，请先试算再生效。")
    if effective_on <= at.astimezone(zone).date():
        raise DomainError("scheme.day_past", "生效日期应晚于今天：已经开始的周期不改办法。", field="effective_on")
    taken = select(SchemeVersion).where(
        SchemeVersion.name == scheme.name,
        SchemeVersion.effective_on == effective_on,
        SchemeVersion.withdrawn_at.is_(None),
    )
    if session.scalars(taken).first() is not None:
        raise Conflict("scheme.day_taken", "这一天已有另一版生效，请换一天，或先撤回那一版。")
    number = next_version(session, scheme.name)
    row = SchemeVersion(
        name=scheme.name,
        version=number,
        body=numbered(found.body, number),
        effective_on=effective_on,
        drafted_by=found.changed_by,
        put_by=actor,
        put_at=at,
    )
    session.add(row)
    session.delete(found)
    session.flush()
    return row


def discard(session: Session, draft_id: int) -> None:
    """The draft is gone."""
    session.delete(draft(session, draft_id, is_locked=True))


def withdraw(session: Session, version_id: int, *, actor: str, at: datetime, zone: ZoneInfo) -> SchemeVersion:
    """Take back a version that has not come. Raises ``NotFound``; ``Conflict`` ``scheme.already_in_force``."""
    found = session.get(SchemeVersion, version_id, with_for_update=True)
    if found is None:
        raise NotFound("scheme.version_unknown", "没有这一版考核办法。")
    if found.withdrawn_at is not None:
        return found
    if found.effective_on <= at.astimezone(zone).date():
        raise Conflict("scheme.already_in_force", "已经生效的不能撤回，请另起草新版。")
    found.withdrawn_by, found.withdrawn_at = actor, at
    return found


def read(body: str) -> Scheme:
    """The scheme that a text says, with a name that may stand in an address. Raises ``scheme.*`` naming the key."""
    scheme = schemes.loads(body)
    if not NAME.fullmatch(scheme.name):
        raise DomainError(
            "scheme.out_of_range", "考核办法中的“name”应为小写字母、数字和下划线，以字母开头。", key="name"
        )
    return scheme


def numbered(body: str, version: int) -> str:
    """The text with its ``version`` set, all else as it was written."""
    document = tomlkit.parse(body)
    document["version"] = version
    return tomlkit.dumps(document)


def next_version(session: Session, name: str) -> int:
    """One more than any version of this name, the shipped one included."""
    shipped = schemes.builtin(name).version if name in schemes.builtin_names() else 0
    last = session.scalar(select(func.max(SchemeVersion.version)).where(SchemeVersion.name == name))
    return max(shipped, last or 0) + 1


def digest_of(body: str) -> bytes:
    """SHA-256 of a text."""
    return hashlib.sha256(body.encode()).digest()


def _checked(body: str) -> str:
    """A text that can be kept: not too long, its lines ended alike."""
    words = body.replace("\r\n", "\n").replace("\0", "")
    if len(words) > LONGEST:
        raise DomainError("scheme.too_long", f"考核办法不能超过 {LONGEST} 字。", field="body")
    return words
