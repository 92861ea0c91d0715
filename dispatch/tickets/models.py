"""Tickets and their assignments, disputes and cards. Columns are projections of the events, written in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kernel.db import BY_TICKET, Base


class TicketNumber(Base):
    """The public number, unique over all partitions."""

    __tablename__ = "ticket_number"

    ticket_no: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(index=True)


class IdempotencyKey(Base):
    """What was answered to a request with this key; written in the ticket's transaction."""

    __tablename__ = "idempotency_key"

    key_digest: Mapped[bytes] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Ticket(Base):
    """One matter of one caller."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_received_at", "received_at"),
        Index("ix_ticket_due_at", "due_at"),
        Index("ix_ticket_followed_up_at", "followed_up_at"),
        Index("ix_ticket_charged", "charged_unit_id", "received_at"),
        Index("ix_ticket_lead", "unit_id", "ticket_id"),
        Index("ix_ticket_waiting", "received_at", "ticket_id", postgresql_where=text("state = 'awaiting_dispatch'")),
        Index("ix_ticket_voices", "merged_into_id", "ticket_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        Index("ix_ticket_incident", "incident_id", "ticket_id", postgresql_where=text("incident_id IS NOT NULL")),
        Index(
            "ix_ticket_matter", "place_code", "category", "ticket_id", postgresql_where=text("place_code IS NOT NULL")
        ),
        Index(
            "ix_ticket_closed", "closed_at", "ticket_id", postgresql_where=text("state = 'closed' AND NOT is_imported")
        ),
        Index("ix_ticket_unsealed", "ticket_id", postgresql_where=text("sealed_count < event_count")),
        Index("ix_ticket_excluded", "ticket_id", postgresql_where=text("is_excluded")),
        Index("ix_ticket_premature", "ticket_id", postgresql_where=text("premature_for IS NOT NULL")),
        BY_TICKET,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_no: Mapped[str]
    kind: Mapped[str]
    channel: Mapped[str | None]
    category: Mapped[str | None]
    urgency: Mapped[str]
    state: Mapped[str]
    is_imported: Mapped[bool]
    is_excluded: Mapped[bool]
    is_confidential: Mapped[bool]
    voice_id: Mapped[int | None]
    place_code: Mapped[str | None]
    # Who has it: the lead in force and the district that got the copy.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    assignment_count: Mapped[int] = mapped_column(SmallInteger)
    # The promise to the citizen, and what decided it.
    received_at: Mapped[datetime]
    dispatched_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    is_due_provisional: Mapped[bool]
    limit_text: Mapped[str | None]
    routing: Mapped[dict[str, Any] | None]
    # The current lead's steps; of an imported row its own.
    acknowledged_at: Mapped[datetime | None]
    first_contact_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    is_explained: Mapped[bool | None]
    lead_since: Mapped[datetime | None]
    # Why the last completion looks premature (dispatch/tickets/completing.py), joined by commas; and what its lead calls it.
    premature_for: Mapped[str | None]
    proposed_category: Mapped[str | None]
    # The counted answer (rules.md §4) and who is charged for it (§6).
    follow_up_opened_at: Mapped[datetime | None]
    charged_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    followed_up_at: Mapped[datetime | None]
    reached: Mapped[bool | None]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None]
    satisfaction: Mapped[str | None]
    returns: Mapped[int] = mapped_column(SmallInteger)
    redos: Mapped[int] = mapped_column(SmallInteger)
    urges: Mapped[int | None] = mapped_column(SmallInteger)
    previous_ticket_id: Mapped[int | None]  # the closed one that came back too late for a redo (rules.md §5)
    withdrawn_at: Mapped[datetime | None]
    # 并单: the survivor whose voice it is, and where it stood before (rules.md §5).
    merged_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None]
    state_before: Mapped[str | None]
    unmerged_at: Mapped[datetime | None]
    # The known incident that the caller meant, and how many of its progresses this ticket was told.
    incident_id: Mapped[int | None]
    incident_told: Mapped[int | None] = mapped_column(SmallInteger)
    closed_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]  # what was personal is gone (PIPL)
    changed_at: Mapped[datetime]
    # The chain of events: how many, the last hash; how many of them a seal covers. The count is the version of optimistic edges.
    event_count: Mapped[int]
    head: Mapped[bytes]
    sealed_count: Mapped[int]


class Assignment(Base):
    """A unit's part in a ticket: ``lead``, ``support``, ``handler`` (second level) or ``copy``, with its own clock."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index(
            "ix_assignment_worklist",
            "unit_id",
            "due_at",
            "ticket_id",
            postgresql_where=text("role = 'lead' AND state IN ('sent', 'acknowledged', 'disputed')"),
            postgresql_include=["state", "round"],  # so that the board counts from the index alone
        ),
        Index("ix_assignment_copies", "unit_id", "ticket_id", postgresql_where=text("role = 'copy'")),
        # Rows come in the order of time: a BRIN index finds a period's dispatches and costs intake next to nothing.
        Index("ix_assignment_sent_at", "sent_at", postgresql_using="brin"),
        Index(
            "ix_assignment_helping",
            "unit_id",
            "due_at",
            "ticket_id",
            postgresql_where=text("role IN ('support', 'handler') AND state IN ('sent', 'acknowledged')"),
        ),
        Index("ix_assignment_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        BY_TICKET,
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(SmallInteger)
    role: Mapped[str]
    # Whose part this one serves: the lead's for a support, the passer's for a handler.
    parent_number: Mapped[int | None] = mapped_column(SmallInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    state: Mapped[str]
    sent_at: Mapped[datetime]
    limit_text: Mapped[str | None]
    policy_version: Mapped[str | None]
    acknowledge_due_at: Mapped[datetime | None]
    first_contact_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    is_due_provisional: Mapped[bool]
    is_designated: Mapped[bool]
    yellow_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    first_contact_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_for: Mapped[str | None]


class Dispute(Base):
    """派单异议: a unit says that the matter is not its own; the words are in ``text_entry``."""

    __tablename__ = "dispute"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_dispute_open", "ruling_due_at", "ticket_id", postgresql_where=text("ruled_at IS NULL")),
        Index("ix_dispute_precedents", "category", "ruled_at", postgresql_where=text("ruled_at IS NOT NULL")),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    assignment_number: Mapped[int] = mapped_column(SmallInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    ground: Mapped[str]
    raised_at: Mapped[datetime]
    ruling_due_at: Mapped[datetime]
    ruled_at: Mapped[datetime | None]
    ruling: Mapped[str | None]
    ruled_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.unit_id"))
    # The consultation, where one was opened; the matter as it stood when ruled, by which the ruling is found as a precedent.
    consulted_at: Mapped[datetime | None]
    consult_until: Mapped[datetime | None]
    category: Mapped[str | None]
    place_code: Mapped[str | None]
    reason_version: Mapped[int | None] = mapped_column(SmallInteger)


class Card(Base):
    """黄牌 / 红牌: at most one of a colour per assignment and due instant; withdrawn, never deleted."""

    __tablename__ = "card"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_card_unit", "unit_id", "issued_at"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    assignment_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    colour: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    should_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_for: Mapped[str | None]  # by a supervisor; empty where the limit itself moved or the dispute was upheld


class LadderStep(Base):
    """升级提醒: who was told that a lead is late or nearly so, each step at most once per assignment and due instant."""

    __tablename__ = "ladder_step"
    __table_args__ = (
        ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"]),
        Index("ix_ladder_step_unit", "unit_id", "told_at"),
        # Rows come in the order of time: what was told today in the whole city lies together.
        Index("ix_ladder_step_told_at", "told_at", postgresql_using="brin"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    assignment_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.unit_id"))
    should_at: Mapped[datetime]
    told_at: Mapped[datetime]
