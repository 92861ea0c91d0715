"""Tables of the phone: what has come of a photo so far, and what of the phone's queue has arrived."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import Base


class FieldUpload(Base):
    """A photo on its way, named by the phone. ``began_at``: machine time, for the job that forgets."""

    __tablename__ = "field_upload"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    received: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(index=True)


class FieldUploadPart(Base):
    """The bytes from ``begins`` on, apart so that a further part never writes the former ones again."""

    __tablename__ = "field_upload_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "key"], ["field_upload.account_id", "field_upload.key"], ondelete="CASCADE"
        ),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    begins: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes]


class FieldEntry(Base):
    """One thing that a phone sent and that was done, under the phone's own key: what comes again is known for good.

    ``kind``: ``report``, ``acknowledge``, ``photos``, ``answer``. Its reports are the person's own list.
    """

    __tablename__ = "field_entry"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_field_entry_reports", "account_id", "ticket_id", postgresql_where=text("kind = 'report'")),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    ticket_id: Mapped[int]
    at: Mapped[datetime]
