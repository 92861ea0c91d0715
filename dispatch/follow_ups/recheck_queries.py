"""Reads of re-checks: what an agent may ask again, and where the second answers disagree with the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, func, not_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch.follow_ups.handling import called_by, handled_by
from dispatch.follow_ups.models import Recheck, RecheckDraw
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Of those drawn for one unit or of one agent: how many, how many were reached again, how many of these disagree."""

    key: int | str
    drawn: int
    reached: int
    disagreeing: int


def waiting(session: Session, *, agent: str, limit: int = 50) -> Sequence[Row[Recheck, Ticket, str | None]]:
    """What ``agent`` may ask again: neither asked first nor handled by them. Rows of (re-check, ticket, title)."""
    return session.execute(
        select(Recheck, Ticket, TextEntry.body.label("title"))
        .join(Ticket, Ticket.ticket_id == Recheck.ticket_id)
        .outerjoin(
            TextEntry,
            and_(TextEntry.ticket_id == Recheck.ticket_id, TextEntry.kind == "title", TextEntry.version == 1),
        )
        .where(
            Recheck.ended_at.is_(None),
            Recheck.first_agent != agent,
            not_(handled_by(agent, Recheck.ticket_id)),
            not_(called_by(agent, Recheck.ticket_id)),
        )
        .order_by(Recheck.quarter, Recheck.ticket_id)
        .limit(limit)
    ).all()


def draws(session: Session) -> Sequence[RecheckDraw]:
    """Every draw, newest first."""
    return session.scalars(select(RecheckDraw).order_by(RecheckDraw.quarter.desc())).all()


def by_unit(session: Session, quarter: str) -> list[Disagreement]:
    """Per charged unit (key: unit_id)."""
    return _by(session, quarter, Recheck.unit_id)


def by_agent(session: Session, quarter: str) -> list[Disagreement]:
    """Per agent of the first answer (key: actor)."""
    return _by(session, quarter, Recheck.first_agent)


def _by(session: Session, quarter: str, key: InstrumentedAttribute[Any]) -> list[Disagreement]:
    rows = session.execute(
        select(
            key,
            func.count(),
            func.count().filter(Recheck.outcome == "reached"),
            func.count().filter(Recheck.disagrees.is_(True)),
        )
        .where(Recheck.quarter == quarter)
        .group_by(key)
        .order_by(key)
    )
    return [Disagreement(row[0], row[1], row[2], row[3]) for row in rows]
