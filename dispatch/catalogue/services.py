"""The verbs of taxonomies and catalogues: keep the shipped ones, put a new one on record, take back what is not yet in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.catalogue import queries
from dispatch.catalogue.checking import sound
from dispatch.catalogue.documents import KINDS, Document
from dispatch.catalogue.models import CatalogueVersion
from dispatch.directory import groups
from dispatch.directory.models import BEGINNING, END
from dispatch.directory.snapshot import reference
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.limits.values import to_utc
from dispatch.routing.sheet import version_of

SHIPPED_BY = "system:shipped"
LONGEST_NAME = 100


def load_shipped_catalogue(session: Session, *, at: datetime) -> int:
    """Put the tables of the package on record where there are none: a later package does not change what was in force."""
    lacking = _lacking(session)
    if lacking:
        groups.lock(session)
        for document in _lacking(session):
            kind = KINDS[document]
            _add(
                session, document, kind.shipped_name, kind.shipped(), effective_from=BEGINNING, actor=SHIPPED_BY, at=at
            )
    return len(lacking)


def put(
    session: Session, document: Document, text: str, *, name: str, effective_from: datetime, actor: str, at: datetime
) -> CatalogueVersion:
    """Put a file on record, in force from an instant that has not yet come, or from ``at``.

    Raises ``<document>.unreadable`` with every fault, ``.no_name``, ``.in_the_past``, ``.too_far``, ``.instant_taken``, ``.same``.
    """
    effective_from, name = to_utc(effective_from), name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise DomainError(f"{document}.no_name", "请填写名称，不超过 100 个字。", field="name")
    if effective_from >= END:
        raise DomainError(f"{document}.too_far", "生效时间过远。", field="effective_from")
    if effective_from < at:
        raise DomainError(
            f"{document}.in_the_past", "生效时间不能早于现在：已派出的工单不受影响。", field="effective_from"
        )
    groups.lock(session)
    load_shipped_catalogue(session, at=at)
    sound(document, text, reference(session, at), effective_from=effective_from)
    standing = select(CatalogueVersion).where(
        CatalogueVersion.document == document, CatalogueVersion.withdrawn_at.is_(None)
    )
    if session.scalars(standing.where(CatalogueVersion.effective_from == effective_from)).first():
        raise Conflict(f"{document}.instant_taken", "这个时间已有另一版生效，请换一个时间或先撤回那一版。")
    last = queries.in_force(session, document, effective_from)
    if last is not None and last.version == version_of(document, text):
        raise Conflict(f"{document}.same", "与届时已生效的一版完全相同，没有变化。")
    return _add(session, document, name, text, effective_from=effective_from, actor=actor, at=at)


def withdraw(session: Session, document: Document, number: int, *, actor: str, at: datetime) -> CatalogueVersion:
    """Take back a version that is not yet in force. Raises ``<document>.unknown``, ``.withdrawn``, ``.in_force``."""
    groups.lock(session)
    row = queries.version(session, document, number)
    session.refresh(row)
    if row.withdrawn_at is not None:
        raise Conflict(f"{document}.withdrawn", "这一版已经撤回。")
    if row.effective_from <= at:
        raise Conflict(f"{document}.in_force", "这一版已经生效，不能撤回；请发布新的一版。")
    row.withdrawn_at, row.withdrawn_by = at, actor
    session.flush()
    groups.bump(session)
    return row


def _lacking(session: Session) -> list[Document]:
    kept = set(session.scalars(select(CatalogueVersion.document).distinct()))
    return [document for document in Document if document not in kept]


def _add(
    session: Session, document: Document, name: str, text: str, *, effective_from: datetime, actor: str, at: datetime
) -> CatalogueVersion:
    row = CatalogueVersion(
        document=document,
        version=version_of(document, text),
        name=name,
        body=text,
        effective_from=effective_from,
        actor=actor,
        at=at,
    )
    session.add(row)
    session.flush()
    groups.bump(session)
    return row
