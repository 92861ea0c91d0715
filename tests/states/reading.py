"""Where tickets stand by the database, and one by the second account, in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.follow_ups.models import FollowUp
from dispatch.supervision.models import SupervisionOrder
from dispatch.tickets import queries
from dispatch.tickets.models import Assignment, Card, Ticket
from tests.states.account.voices import Life

HELPING = ("support", "handler")


def found(session: Session, code: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    """By the database; ``code``: of each unit."""
    stands: dict[int, dict[str, Any]] = {}
    for ticket in session.scalars(select(Ticket).order_by(Ticket.ticket_id)):
        lead = queries.lead_in_force(session, ticket)
        stands[ticket.ticket_id] = {
            "state": ticket.state,
            "due_at": ticket.due_at,
            "round": (ticket.round, ticket.redos, ticket.returns, ticket.urges or 0),
            "category": ticket.category,
            "leads": [],
            "lead": lead and (code[lead.unit_id], lead.state, lead.due_at),
            "helpers": [],
            "follow_ups": {},
            "red": [],
            "into": ticket.merged_into_id,
            "orders": [],
        }
    a, c, f, o = Assignment, Card, FollowUp, SupervisionOrder
    parts = select(a.ticket_id, a.role, a.unit_id, a.state, a.due_at).order_by(a.number)
    for ticket_id, role, unit, state, due_at in session.execute(parts):
        if role == "lead":
            stands[ticket_id]["leads"].append((code[unit], state))
        elif role in HELPING:
            stands[ticket_id]["helpers"].append((role, code[unit], state, due_at))
    for ticket_id, round_, state in session.execute(select(f.ticket_id, f.round, f.state)):
        stands[ticket_id]["follow_ups"][round_] = state
    red = select(c.ticket_id, c.due_at).where(c.colour == "red", c.withdrawn_at.is_(None)).order_by(c.due_at)
    for ticket_id, due_at in session.execute(red):
        stands[ticket_id]["red"].append(due_at)
    for ticket_id, state, unit in session.execute(select(o.ticket_id, o.state, o.unit_id).order_by(o.number)):
        stands[ticket_id]["orders"].append([state, code[unit]])
    return stands


def expected(life: Life, ids: dict[int, int]) -> dict[str, Any]:
    """By the account; ``ids``: of each life."""
    lead = life.lead
    return {
        "state": life.state,
        "due_at": life.due_at(),
        "round": (life.round, life.redos, life.returns, life.urges),
        "category": life.category,
        "leads": [(lead.unit, lead.state) for lead in life.leads],
        "lead": lead and (lead.unit, lead.state, life.lead_due_at(lead)),
        "helpers": [(one.role, one.unit, one.state, one.due_at) for one in life.helpers],
        "follow_ups": {round_: asking.state for round_, asking in life.askings.items()},
        "red": life.red(),
        "into": ids[id(life.into)] if life.into else None,
        "orders": life.orders,
    }


def differences(stands: dict[int, dict[str, Any]], should: dict[int, dict[str, Any]]) -> Iterator[str]:
    """What is not as it should be, in words."""
    for ticket_id in stands.keys() | should.keys():
        one, other = stands.get(ticket_id, {}), should.get(ticket_id, {})
        for name in one.keys() | other.keys():
            if one.get(name) != other.get(name):
                yield f"{ticket_id} {name}: is {one.get(name)}, should be {other.get(name)}"
