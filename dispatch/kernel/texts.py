"""Words: versioned text rows beside the events, which hold only their salted digest. Erasing a row leaves the chain valid."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ForeignKeyConstraint, SmallInteger, Text, any_, literal, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.kernel.db import BY_TICKET, Base

SALT_BYTES = 16
NEXT_VERSION = text(
    "INSERT INTO text_entry (ticket_id, kind, version, body, salt, digest, created_at)"
    " SELECT :ticket_id, :kind, coalesce(max(version), 0) + 1, :body, :salt, :digest, :created_at"
    " FROM text_entry WHERE ticket_id = :ticket_id AND kind = :kind RETURNING version"
)


class TextEntry(Base):
    """One version of one kind of words of a ticket: ``title``, ``text``, ``address``, ``answer``, ``reason`` …"""

    __tablename__ = "text_entry"
    __table_args__ = (ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]), BY_TICKET)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    body: Mapped[str | None]
    salt: Mapped[bytes | None]
    digest: Mapped[bytes]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


def text_digest(salt: bytes, body: str) -> bytes:
    """SHA-256 over salt and words: without the salt, which is erased with them, the digest tells nothing."""
    return hashlib.sha256(salt + body.encode()).digest()


def text_rows(ticket_id: int, words: dict[str, str], *, at: datetime) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """First versions of ``words`` (kind → body) as rows, and their digests (kind → hex) for the event."""
    rows = []
    for kind, body in words.items():
        salt = secrets.token_bytes(SALT_BYTES)
        rows.append(
            {
                "ticket_id": ticket_id,
                "kind": kind,
                "version": 1,
                "body": body,
                "salt": salt,
                "digest": text_digest(salt, body),
                "created_at": at,
                "erased_at": None,
            }
        )
    return rows, {str(row["kind"]): bytes(row["digest"]).hex() for row in rows}  # type: ignore[call-overload]


def write(session: Session, ticket_id: int, kind: str, body: str, *, at: datetime) -> dict[str, Any]:
    """Store the next version of ``kind``; returns ``{"kind", "version", "digest"}`` for the event that carries it.

    The ticket is locked by whoever writes, so the next version is one more than the last.
    """
    (row,), digests = text_rows(ticket_id, {kind: body}, at=at)
    version = session.connection().execute(NEXT_VERSION, row).scalar_one()
    return {"kind": kind, "version": version, "digest": digests[kind]}


def latest(session: Session, ticket_id: int, kinds: Iterable[str] | None = None) -> dict[str, str | None]:
    """The newest version of each kind of words, or of these ``kinds`` alone; None where it was erased."""
    newest = (
        select(TextEntry.kind, TextEntry.body)
        .where(TextEntry.ticket_id == ticket_id)
        .ext(distinct_on(TextEntry.kind))
        .order_by(TextEntry.kind, TextEntry.version.desc())
    )
    if kinds is not None:
        newest = newest.where(TextEntry.kind == any_(literal(list(kinds), ARRAY(Text))))
    return {row.kind: row.body for row in session.execute(newest)}


def erase(session: Session, ticket_id: int, *, at: datetime, keep: Sequence[str] = ()) -> None:
    """Erase every word of a ticket (PIPL) but the kinds to ``keep``: body and salt go, digest stays, the chain remains valid."""
    session.execute(
        update(TextEntry)
        .where(TextEntry.ticket_id == ticket_id, TextEntry.erased_at.is_(None), TextEntry.kind.not_in(keep))
        .values(body=None, salt=None, erased_at=at)
    )
