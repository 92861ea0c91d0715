"""What exclusion cases and appeals ask of publications, and the correction that a granted appeal begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from assessment.exclusions import ports
from assessment.exclusions.ports import CorrectionNeeded, Published
from assessment.publications import queries, services
from assessment.publications.models import Publication, PublicationUnit
from assessment.publications.states import PublicationState

PAGE = 50


class PublishedTables:
    """``ports.Publications`` over the tables of this part: only versions that stand, no corrected ones."""

    def published(self, session: Session, publication_id: int) -> Published | None:
        """The publication of this number; None where there is none, it is not published, or a later version stands."""
        row = session.get(Publication, publication_id)
        if row is None or row.published_at is None or row.state != PublicationState.PUBLISHED:
            return None
        return None if queries.corrected_by(session, [publication_id]) else _told(row, row.published_at)

    def open_to_appeal(self, session: Session, unit_code: str, at: datetime) -> list[Published]:
        """The published tables in which this unit has a row, newest first."""
        has_row = exists().where(
            PublicationUnit.publication_id == Publication.publication_id,
            PublicationUnit.code == unit_code,
            PublicationUnit.is_listed,
        )
        rows = session.scalars(
            select(Publication)
            .where(Publication.state == PublicationState.PUBLISHED, Publication.published_at <= at, has_row)
            .options(*queries.LIGHT)
            .order_by(Publication.published_at.desc(), Publication.publication_id.desc())
            .limit(PAGE)
        ).all()
        later = queries.corrected_by(session, [row.publication_id for row in rows])
        return [_told(row, row.published_at) for row in rows if row.published_at and row.publication_id not in later]

    def correct(self, session: Session, needed: CorrectionNeeded, *, actor: str, at: datetime) -> None:
        """Begin a correction of the version that stands now; the case is named, its words stay with it."""
        begin_correction(session, needed, reason=f"第 {needed.case_id} 号申诉获准", actor=actor, at=at)


def begin_correction(
    session: Session, needed: CorrectionNeeded, *, reason: str, actor: str, at: datetime
) -> Publication:
    """The correction that a granted appeal asks for, of the version that stands now; one under way is overtaken, its reason kept."""
    appealed = queries.publication(session, needed.publication_id)
    stands = queries.newest(session, appealed) or appealed
    return services.correct(session, stands.publication_id, reason=reason, actor=actor, at=at, is_superseding=True)


def connect() -> None:
    """Tell the cases who knows what is published, unless somebody has."""
    if not ports.is_connected():
        ports.connect(PublishedTables())


def _told(row: Publication, published_at: datetime) -> Published:
    return Published(row.publication_id, row.scheme_name, row.period, row.peer_group, published_at)
