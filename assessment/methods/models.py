"""Versions of schemes that a city put into force, and drafts that are being written. The shipped ones stay files."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class SchemeVersion(Base):
    """The whole text, never rewritten. It judges the periods that begin on or after ``effective_on`` (a local day), until the next."""

    __tablename__ = "scheme_version"
    __table_args__ = (
        Index("uq_scheme_version_name", "name", "version", unique=True),
        Index(
            "uq_scheme_version_effective",
            "name",
            "effective_on",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    scheme_version_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    body: Mapped[str]
    effective_on: Mapped[date]
    drafted_by: Mapped[str]
    put_by: Mapped[str]
    put_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]


class SchemeDraft(Base):
    """``body`` may be wrong. ``tried_digest``: of the text that was last tried on a period; another text cannot be put into force."""

    __tablename__ = "scheme_draft"

    draft_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    body: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    tried_digest: Mapped[bytes | None]
    tried_at: Mapped[datetime | None]
