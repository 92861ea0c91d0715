"""Every policy there ever was, as the file that said it; and those that are being written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class PolicyVersion(Base):
    """One policy file, in force from ``effective_from`` until the next one; never rewritten.

    ``withdrawn_at``: taken back before it came into force. Two that stand never begin at one instant.
    """

    __tablename__ = "policy_version"
    __table_args__ = (
        Index(
            "uq_policy_version_standing", "effective_from", unique=True, postgresql_where=text("withdrawn_at IS NULL")
        ),
    )

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    version: Mapped[str]
    name: Mapped[str]
    body: Mapped[str]
    effective_from: Mapped[datetime]
    actor: Mapped[str]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class PolicyDraft(Base):
    """A policy that is being written, wrong as it may be: what was typed is kept here, not in the browser.

    ``tried_version``: of the text that was tried on last month's tickets, with what came of it in ``tried``.
    """

    __tablename__ = "policy_draft"

    draft_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    based_on: Mapped[int]
    body: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    tried_version: Mapped[str | None]
    tried_at: Mapped[datetime | None]
    tried: Mapped[dict[str, Any] | None]
