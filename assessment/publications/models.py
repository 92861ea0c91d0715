"""A published ranking as it was frozen: the scheme's whole text, the units, the facts and the result, each with its digest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Computed, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assessment.publications.counted_as import EXPRESSION
from dispatch.kernel.db import Base

# Facts of one publication lie together, so that those of a discarded one could go as a partition.
BY_PUBLICATION = {"postgresql_partition_by": "RANGE (publication_id)"}


class Publication(Base):
    """One version of one table. At most one of a scheme, period and group is under way at a time (``uq_publication_version``).

    ``corrects``: the version before, of a correction, whose ``diff`` lists what changed. What the freezing fills in is empty
    while ``preparing``. ``bands``: by unit code, where the scheme shows bands; ``digest`` and ``header_digest``: ``digest.py``.
    """

    __tablename__ = "publication"
    __table_args__ = (
        Index(
            "uq_publication_version",
            "scheme_name",
            "period",
            "peer_group",
            "version",
            unique=True,
            postgresql_where=text("state <> 'discarded'"),
        ),
        Index("ix_publication_preparing", "publication_id", postgresql_where=text("state = 'preparing'")),
    )

    publication_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    scheme_name: Mapped[str]
    scheme_version: Mapped[int]
    scheme_body: Mapped[str]
    period: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    time_zone: Mapped[str]
    peer_group: Mapped[str]
    cut_off: Mapped[datetime]
    version: Mapped[int]
    corrects: Mapped[int | None] = mapped_column(ForeignKey("publication.publication_id"))
    reason: Mapped[str | None]
    state: Mapped[str]
    prepared_by: Mapped[str]
    prepared_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    discarded_by: Mapped[str | None]
    discarded_at: Mapped[datetime | None]
    discarded_for: Mapped[str | None]
    unit_count: Mapped[int | None]
    fact_count: Mapped[int | None]
    header_digest: Mapped[bytes | None]
    digest: Mapped[bytes | None]
    result: Mapped[bytes | None]
    bands: Mapped[dict[str, Any] | None]
    diff: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))


class PublicationUnit(Base):
    """A unit of the group as it was in effect in the period, and what the table needs of it beside its facts.

    ``is_listed`` false: charged with tickets, but not in effect, so that it has no row. ``previous_score``: the exact fraction
    (``"1871/20"``) with which it was ranked in the period before. Cards and disputes are counted where the scheme asks for them.
    ``more``: whatever else it asks for beyond the facts (``beside.py``), empty where it asks for nothing.
    """

    __tablename__ = "publication_unit"
    __table_args__ = (UniqueConstraint("publication_id", "unit_id"),)

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.publication_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    population: Mapped[int | None]
    is_listed: Mapped[bool]
    red_cards: Mapped[int]
    lost_disputes: Mapped[int]
    previous_score: Mapped[str | None]
    more: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    digest: Mapped[bytes]


class PublicationFact(Base):
    """A ticket (or a voice, where the scheme counts those) as counted, in the columns of ``contract.TicketFact``.

    ``number`` runs from 1 without a gap in the order of ``ticket_id``. No foreign key: a million look-ups at each freezing.
    ``counted_as`` is made by the database of the columns before it (``counted_as.py``).
    """

    __tablename__ = "publication_fact"
    __table_args__ = (
        Index("ix_publication_fact_unit", "publication_id", "unit_id", "ticket_id"),
        Index("ix_publication_fact_counted_as", "publication_id", "unit_id", "counted_as"),
        BY_PUBLICATION,
    )

    publication_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_id: Mapped[int]
    ticket_no: Mapped[str]
    kind: Mapped[str]
    unit_id: Mapped[int]
    lead_id: Mapped[int]
    is_voice: Mapped[bool]
    is_imported: Mapped[bool]
    is_excluded: Mapped[bool]
    is_withdrawn: Mapped[bool]
    is_pending: Mapped[bool]
    reached: Mapped[bool]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None]
    satisfaction: Mapped[str | None]
    is_on_time: Mapped[bool]
    is_explained: Mapped[bool]
    redos: Mapped[int] = mapped_column(SmallInteger)
    returns: Mapped[int] = mapped_column(SmallInteger)
    received_at: Mapped[datetime]
    dispatched_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    first_contact_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    digest: Mapped[bytes]
    counted_as: Mapped[int] = mapped_column(Computed(EXPRESSION, persisted=True))


class PublicationCheck(Base):
    """A recomputation asked for on a page: ``is_sound`` empty until it is done, ``finding`` the first thing that differed."""

    __tablename__ = "publication_check"
    __table_args__ = (
        Index("ix_publication_check_publication_id", "publication_id"),
        Index("ix_publication_check_waiting", "check_id", postgresql_where=text("finished_at IS NULL")),
    )

    check_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.publication_id"))
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    is_sound: Mapped[bool | None]
    finding: Mapped[str | None]


class PublicationFile(Base):
    """A bulletin, as Excel or Word, asked for on the page: ``digest`` of the file once it is written, ``fault`` where it could not be.

    ``taken_at``: a worker has it in hand since then; ``rows_done``: tickets written so far.
    """

    __tablename__ = "publication_file"
    __table_args__ = (
        Index("uq_publication_file_shape", "publication_id", "shape", unique=True),
        Index("ix_publication_file_waiting", "file_id", postgresql_where=text("finished_at IS NULL")),
    )

    file_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.publication_id"))
    shape: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    rows_done: Mapped[int]
    finished_at: Mapped[datetime | None]
    digest: Mapped[bytes | None]
    fault: Mapped[str | None]
