"""The verbs of drafts: begin from a version or from an upload, keep what was typed, try it, put it into force, throw it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.catalogue import queries, services, trial
from dispatch.catalogue.checking import sound
from dispatch.catalogue.documents import Document
from dispatch.catalogue.models import CatalogueDraft, CatalogueVersion
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from dispatch.policies.drafts import last_month
from dispatch.policies.queries import LARGEST
from dispatch.routing.sheet import LONGEST, version_of

SHOWN = 50


def drafts(session: Session, document: Document) -> Sequence[CatalogueDraft]:
    """Those that are being written, the last changed first."""
    query = select(CatalogueDraft).where(CatalogueDraft.document == document)
    return session.scalars(query.order_by(CatalogueDraft.changed_at.desc(), CatalogueDraft.draft_id).limit(SHOWN)).all()


def draft(session: Session, document: Document, draft_id: int, *, is_locked: bool = False) -> CatalogueDraft:
    """One draft. Raises ``<document>.draft_unknown``: it may have been put into force or thrown away meanwhile."""
    found = None
    if 0 < draft_id <= LARGEST:
        found = session.get(CatalogueDraft, draft_id, with_for_update=is_locked, populate_existing=is_locked)
    if found is None or found.document != document:
        raise NotFound(f"{document}.draft_unknown", "没有这份草稿，可能已发布或已删除。")
    return found


def begin(session: Session, document: Document, number: int, *, actor: str, at: datetime) -> CatalogueDraft:
    """A draft with the text of a version on record."""
    row = queries.version(session, document, number)
    made = CatalogueDraft(
        document=document,
        name=row.name,
        based_on=number,
        body=row.body,
        actor=actor,
        at=at,
        changed_by=actor,
        changed_at=at,
    )
    session.add(made)
    session.flush()
    return made


def save(
    session: Session, document: Document, draft_id: int, text: str, *, name: str, seen: str, actor: str, at: datetime
) -> CatalogueDraft:
    """Keep ``text``, sound or not. ``seen``: the version that the writer began with; another since then is not overwritten."""
    found = draft(session, document, draft_id, is_locked=True)
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise DomainError(f"{document}.too_large", "文件过大。")
    if "\x00" in text:
        raise DomainError(f"{document}.unwritable", "文件含有无法保存的字符，请以 UTF-8 编码重新保存。")
    name = name.strip()
    if not name or len(name) > services.LONGEST_NAME:
        raise DomainError(f"{document}.no_name", "请填写名称，不超过 100 个字。", field="name")
    if version_of(document, found.body) != seen:
        raise Conflict(
            f"{document}.draft_changed", "草稿已在别处修改，本次内容还没有保存；请核对，再次保存将以本页内容为准。"
        )
    if (text, name) != (found.body, found.name):
        found.body, found.name, found.changed_by, found.changed_at = text, name, actor, at
    return found


def try_out(
    session: Session, document: Document, draft_id: int, *, reference: Reference, at: datetime
) -> CatalogueDraft:
    """Try the draft on last month's tickets, and keep what came of it. Raises ``<document>.unreadable``."""
    row = draft(session, document, draft_id, is_locked=True)
    tried = sound(document, row.body, reference, effective_from=at)
    span = last_month(at, reference.calendar.zone)
    row.tried = trial.try_out(session, tried, span, reference=reference, at=at)
    row.tried_version, row.tried_at = version_of(document, row.body), at
    return row


def is_tried(row: CatalogueDraft) -> bool:
    """Was this very text tried?"""
    return row.tried_version == version_of(row.document, row.body)


def put(
    session: Session, document: Document, draft_id: int, *, effective_from: datetime, actor: str, at: datetime
) -> CatalogueVersion:
    """Put the draft on record. Raises ``<document>.not_tried``, and what :func:`dispatch.catalogue.services.put` raises."""
    row = draft(session, document, draft_id, is_locked=True)
    if not is_tried(row):
        raise Conflict(f"{document}.not_tried", "草稿在试算之后又有修改，或还没有试算，请先试算再发布。")
    made = services.put(session, document, row.body, name=row.name, effective_from=effective_from, actor=actor, at=at)
    session.delete(row)
    return made


def discard(session: Session, document: Document, draft_id: int) -> None:
    """Throw it away."""
    session.delete(draft(session, document, draft_id, is_locked=True))
