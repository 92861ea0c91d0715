"""Propose names of places that settled tickets speak of; accept one into the gazetteer, or reject it for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import Conflict, NotFound
from dispatch.kernel.texts import TextEntry
from dispatch.places import services as places
from dispatch.tickets.models import Ticket
from dispatch.tuning.mining import Finding, Settled, mine
from dispatch.tuning.models import PlaceProposal
from dispatch.tuning.rules import AliasRules, alias_rules

PROPOSED, ACCEPTED, REJECTED = "proposed", "accepted", "rejected"
SHOWN_TICKETS: Final = 5
MOST_TICKETS: Final = 50_000
AT_ONCE: Final = 1_000
_WORDS: Final = ("title", "text", "address")
_SETTLED: Final = ("acknowledged", "completed", "closed", "archived")


def propose(session: Session, *, reference: Reference, at: datetime) -> int:
    """Read the settled tickets of the last while and put on record what is new; how many were proposed. May run twice."""
    rules = alias_rules()
    room = rules.most - (session.scalar(select(func.count()).where(PlaceProposal.state == PROPOSED)) or 0)
    if room <= 0:
        return 0
    told = set(session.scalars(select(PlaceProposal.name)))
    fresh = [one for one in mine(_settled(session, reference, rules, at), rules) if one.name not in told]
    unknown = [one for one in fresh if not _is_known(one, reference)][:room]
    for one in unknown:
        row = _row(one, reference, at)
        session.execute(pg_insert(PlaceProposal).values(row).on_conflict_do_nothing(index_elements=["name"]))
    return len(unknown)


def decide(
    session: Session, proposal_id: int, *, is_accepted: bool, reference: Reference, actor: str, at: datetime
) -> PlaceProposal:
    """Accept into the gazetteer, from ``at``, or reject for good.

    Raises ``place_proposal.unknown``, ``place_proposal.decided`` and what adding a place raises.
    """
    row = session.get(PlaceProposal, proposal_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("place_proposal.unknown", "没有这条地名建议。")
    if row.state != PROPOSED:
        raise Conflict("place_proposal.decided", "这条地名建议已经处理过。")
    if is_accepted:
        unit = reference.by_id[row.unit_id].code
        places.add(session, {"name": row.name, "kind": row.kind, "unit_code": unit}, actor=actor, at=at)
    row.state = ACCEPTED if is_accepted else REJECTED
    row.decided_by, row.decided_at = actor, at
    return row


def _settled(session: Session, city: Reference, rules: AliasRules, at: datetime) -> Iterator[Settled]:
    """The words of tickets that a street or township has taken as its own; erased words are not among them."""
    townships = {unit.unit_id: unit.code for unit in city.by_code.values() if unit.kind == "township"}
    ids = (
        select(Ticket.ticket_id, Ticket.unit_id)
        .where(
            Ticket.received_at >= at - timedelta(days=rules.days),
            Ticket.received_at <= at,
            Ticket.state.in_(_SETTLED),
            Ticket.is_imported.is_(False),
            Ticket.unit_id.in_(townships),
        )
        .order_by(Ticket.ticket_id.desc())
        .limit(MOST_TICKETS)
        .subquery()
    )
    words = func.string_agg(TextEntry.body, "\n").label("words")
    query = (
        select(ids.c.ticket_id, ids.c.unit_id, words)
        .join(TextEntry, TextEntry.ticket_id == ids.c.ticket_id)
        .where(TextEntry.kind.in_(_WORDS), TextEntry.body.is_not(None))
        .group_by(ids.c.ticket_id, ids.c.unit_id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(query):
        yield Settled(row.ticket_id, row.words, townships[row.unit_id])


def _is_known(one: Finding, city: Reference) -> bool:
    """Does the gazetteer read the whole name already?"""
    return any(span.end - span.start == len(one.name) for span in city.gazetteer.locate(one.name).spans)


def _row(one: Finding, city: Reference, at: datetime) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind,
        "unit_id": city.by_code[one.township].unit_id,
        "tickets": len(one.tickets),
        "others": one.others,
        "ticket_ids": list(one.tickets[: -SHOWN_TICKETS - 1 : -1]),
        "state": PROPOSED,
        "proposed_at": at,
    }
