"""Tables of the identity vault. Everything else knows a caller only by ``voice_id``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Identity, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class Voice(Base):
    """One caller on one ticket: AES-GCM sealed identity, and blind indexes of the normalised phone for search."""

    __tablename__ = "voice"
    __table_args__ = (Index("ix_voice_phone_index", "phone_index", "index_version"),)

    voice_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(index=True)
    sealed: Mapped[bytes | None]
    key_id: Mapped[str | None]
    phone_index: Mapped[bytes | None]
    index_version: Mapped[int | None] = mapped_column(SmallInteger)
    is_confidential: Mapped[bool]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class IdentityLook(Base):
    """Who looked at whose identity, why and when. Never deleted."""

    __tablename__ = "identity_look"

    identity_look_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    voice_id: Mapped[int | None] = mapped_column(index=True)
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[str]
    unit_id: Mapped[int | None]
    purpose: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    shown_until: Mapped[datetime | None]


class CallRecord(Base):
    """A telephone call as the exchange reports it; the caller's number is only sealed and indexed."""

    __tablename__ = "call_record"
    __table_args__ = (Index("ix_call_record_agent", "agent", "rang_at"),)

    call_record_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    call_id: Mapped[str] = mapped_column(unique=True)
    direction: Mapped[str]
    line: Mapped[str | None]
    sealed_number: Mapped[bytes | None]
    key_id: Mapped[str | None]
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    index_version: Mapped[int | None] = mapped_column(SmallInteger)
    rang_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    agent: Mapped[str | None]
    recording_reference: Mapped[str | None]
    ticket_id: Mapped[int | None] = mapped_column(index=True)
