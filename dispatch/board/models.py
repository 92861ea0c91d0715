"""Read-only links of the wall: whoever has one sees figures and nothing else, without a log-in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class WallLink(Base):
    """One link: only the digest of its token is kept. ``unit_id``: the district that it shows; None: the whole city."""

    __tablename__ = "wall_link"

    wall_link_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    issued_by: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
