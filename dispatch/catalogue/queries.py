"""Reads of taxonomies and catalogues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.catalogue.documents import Document, catalogue_from, taxonomy_from
from dispatch.catalogue.models import CatalogueVersion
from dispatch.directory.models import BEGINNING
from dispatch.kernel.errors import NotFound
from dispatch.policies.queries import LARGEST, State
from dispatch.routing.catalogue import Catalogue, shipped_catalogue
from dispatch.routing.taxonomy import Taxonomy, shipped_taxonomy


class InOrder(NamedTuple):
    """Each version that stands with the instant from which it is in force; the first is from the beginning of time."""

    taxonomies: list[tuple[datetime, Taxonomy]]
    catalogues: list[tuple[datetime, Catalogue]]


def in_order(session: Session) -> InOrder:
    """Both documents as :class:`dispatch.directory.snapshot.Reference` holds them; before anything is on record the shipped ones."""
    rows = session.execute(
        select(
            CatalogueVersion.document, CatalogueVersion.effective_from, CatalogueVersion.version, CatalogueVersion.body
        )
        .where(CatalogueVersion.withdrawn_at.is_(None))
        .order_by(CatalogueVersion.effective_from)
    ).all()
    found = InOrder([], [])
    for row in rows:
        if row.document == Document.TAXONOMY:
            found.taxonomies.append((row.effective_from, taxonomy_from(row.version, row.body)))
        else:
            found.catalogues.append((row.effective_from, catalogue_from(row.version, row.body)))
    if not found.taxonomies or found.taxonomies[0][0] != BEGINNING:
        found.taxonomies.insert(0, (BEGINNING, shipped_taxonomy()))
    if not found.catalogues or found.catalogues[0][0] != BEGINNING:
        found.catalogues.insert(0, (BEGINNING, shipped_catalogue()))
    return found


def versions(session: Session, document: Document, *, limit: int = 100) -> Sequence[CatalogueVersion]:
    """Every version on record, the last to come into force first."""
    return session.scalars(
        select(CatalogueVersion)
        .where(CatalogueVersion.document == document)
        .order_by(CatalogueVersion.effective_from.desc(), CatalogueVersion.number.desc())
        .limit(limit)
    ).all()


def listed(
    session: Session, document: Document, at: datetime, *, limit: int = 100
) -> list[tuple[CatalogueVersion, State]]:
    """The same, each with how it stands at ``at``."""
    current = in_force(session, document, at)
    return [(row, state_of(row, current, at)) for row in versions(session, document, limit=limit)]


def in_force(session: Session, document: Document, at: datetime) -> CatalogueVersion | None:
    """The version that counts at ``at``; None before anything is on record."""
    return session.scalars(
        select(CatalogueVersion)
        .where(
            CatalogueVersion.document == document,
            CatalogueVersion.withdrawn_at.is_(None),
            CatalogueVersion.effective_from <= at,
        )
        .order_by(CatalogueVersion.effective_from.desc())
        .limit(1)
    ).first()


def state_of(row: CatalogueVersion, current: CatalogueVersion | None, at: datetime) -> State:
    """How ``row`` stands at ``at``, where ``current`` is in force."""
    if row.withdrawn_at is not None:
        return State.WITHDRAWN
    if row.effective_from > at:
        return State.COMING
    return State.IN_FORCE if current is not None and row.number == current.number else State.PAST


def version(session: Session, document: Document, number: int) -> CatalogueVersion:
    """One version. Raises ``taxonomy.unknown`` or ``catalogue.unknown``."""
    row = session.get(CatalogueVersion, number) if 0 < number <= LARGEST else None
    if row is None or row.document != document:
        raise NotFound(f"{document}.unknown", "没有这一版。")
    return row
