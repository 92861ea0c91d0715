"""The in-app inbox of units, the messages to citizens, and what the city says in place of the shipped texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, column, nulls_first, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Notice(Base):
    """One thing a unit should know, from one event."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("ticket_id", "event_number", "unit_id", "kind"),
        Index("ix_notice_unread", "unit_id", "notice_id", postgresql_where=text("read_at IS NULL")),
    )

    notice_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    ticket_id: Mapped[int]
    event_number: Mapped[int]
    kind: Mapped[str]
    for_role: Mapped[str | None]  # whose business it is in the unit; empty: everybody's
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class CitizenMessage(Base):
    """One thing a caller is told, from one event. No number, name or free word: those are put in when it leaves.

    ``created_at``, ``not_before`` (the end of the quiet hours) and ``sent_at`` are business time; ``next_at`` is the machine's,
    None meaning never tried. ``voice_id`` None: nobody known called, the citizen's page is the only way. ``channel`` is
    known once it was first tried.
    """

    __tablename__ = "citizen_message"
    __table_args__ = (
        UniqueConstraint("ticket_id", "event_number", "voice_id", "template", postgresql_nulls_not_distinct=True),
        Index(
            "ix_citizen_message_due",
            nulls_first(column("next_at")),
            "message_id",
            postgresql_where=text("state IN ('waiting', 'failed')"),
        ),
        Index("ix_citizen_message_voice_id", "voice_id"),
        Index("ix_citizen_message_given_up", "message_id", postgresql_where=text("state = 'given_up'")),
    )

    message_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ticket_id: Mapped[int]
    event_number: Mapped[int]
    voice_id: Mapped[int | None]
    template: Mapped[str]
    template_version: Mapped[int] = mapped_column(SmallInteger)
    values: Mapped[dict[str, Any]]
    state: Mapped[str]
    skipped_because: Mapped[str | None]
    channel: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger)
    not_before: Mapped[datetime]
    next_at: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    @property
    def key(self) -> str:
        """What the provider knows it by, the same at every try; a number alone would come again after a restored backup."""
        return f"{self.message_id}-{int(self.created_at.timestamp())}"


class Wording(Base):
    """One version of a text that citizens read or hear, in force from an instant; never rewritten.

    ``kind``: ``message`` (``name`` of a template) or ``script`` (a ground of declining). Of those whose instant has come the
    last version counts; where there is none, what the package ships. ``restores``: the version whose words it puts back.
    """

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("kind", "name", "version"),)

    wording_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    version: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    confidential: Mapped[str]  # empty where it is a script
    in_force_from: Mapped[datetime]
    reason: Mapped[str]
    restores: Mapped[int | None] = mapped_column(SmallInteger)
    actor: Mapped[str]
    at: Mapped[datetime]
