"""Every taxonomy and every catalogue there ever was, as the file that said it; and those that are being written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class CatalogueVersion(Base):
    """One file (``document``: ``taxonomy`` or ``catalogue``), in force from ``effective_from`` until the next of its kind.

    Never rewritten. ``withdrawn_at``: taken back before it came into force. Two of a kind that stand never begin at one instant.
    """

    __tablename__ = "catalogue_version"
    __table_args__ = (
        Index(
            "uq_catalogue_version_standing",
            "document",
            "effective_from",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    document: Mapped[str]
    version: Mapped[str]
    name: Mapped[str]
    body: Mapped[str]
    effective_from: Mapped[datetime]
    actor: Mapped[str]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class CatalogueDraft(Base):
    """A file that is being written, wrong as it may be.

    ``tried_version``: of the text that was tried on last month's tickets, with what came of it in ``tried``.
    """

    __tablename__ = "catalogue_draft"

    draft_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    document: Mapped[str]
    name: Mapped[str]
    based_on: Mapped[int]
    body: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    tried_version: Mapped[str | None]
    tried_at: Mapped[datetime | None]
    tried: Mapped[dict[str, Any] | None]
