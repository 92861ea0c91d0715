"""Cases of exclusion and appeal, each of their steps, and what they point to as evidence. Words lie with the ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, select, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.audit import recorder
from dispatch.kernel.db import Base


class ExclusionCase(Base):
    """One case; a ticket has at most one open. ``unit_id``: whose number it is about, charged when it was applied for.

    ``remedy`` ``answer``: ``answer_reference`` and the three answers that count instead once it is granted. An appeal names the
    publication it is against, and what that publishes.
    """

    __tablename__ = "exclusion_case"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index(
            "uq_exclusion_case_open",
            "ticket_id",
            unique=True,
            postgresql_where=text("state IN ('applied', 'first_passed')"),
        ),
        # What counting reads: as few rows as there are granted cases.
        Index("ix_exclusion_case_granted", "ticket_id", "decided_at", postgresql_where=text("state = 'granted'")),
        Index("ix_exclusion_case_state", "state", "case_id"),
        Index("ix_exclusion_case_unit", "unit_id", "case_id"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True)
    sort: Mapped[str]
    remedy: Mapped[str]
    ground: Mapped[str]
    state: Mapped[str]
    ticket_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    applicant: Mapped[str]
    applicant_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    applied_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    publication_id: Mapped[int | None]
    published_at: Mapped[datetime | None]
    scheme: Mapped[str | None]
    period: Mapped[str | None]
    peer_group: Mapped[str | None]
    answer_reference: Mapped[str | None]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None]
    satisfaction: Mapped[str | None]


class ExclusionStep(Base):
    """One move of a case, in order: who, when, and their words by kind, version and salted digest. Only ever appended."""

    __tablename__ = "exclusion_step"

    case_id: Mapped[int] = mapped_column(ForeignKey("exclusion_case.case_id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    state: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    words_kind: Mapped[str]
    words_version: Mapped[int] = mapped_column(SmallInteger)
    words_digest: Mapped[str]


@recorder
def words_recorded(connection: Connection, first: int, last: int) -> Iterator[tuple[int, str]]:
    """(ticket, digest) of the words of every step on tickets ``first`` to ``last``: no event holds them."""
    steps = select(ExclusionCase.ticket_id, ExclusionStep.words_digest).join_from(ExclusionStep, ExclusionCase)
    for row in connection.execute(steps.where(ExclusionCase.ticket_id.between(first, last))):
        yield row.ticket_id, row.words_digest


class ExclusionEvidence(Base):
    """An event or a file of the ticket, with its digest as it was: what is changed afterwards shows."""

    __tablename__ = "exclusion_evidence"

    case_id: Mapped[int] = mapped_column(ForeignKey("exclusion_case.case_id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes]
