"""What the API's edges around a ticket share: whose ticket it is, If-Match, and a verb as one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.access.scope import ticket_id_in_scope, unit_ids_in_scope
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, Forbidden
from dispatch.kernel.person import Person, current_person
from dispatch.tickets import finding, queries
from dispatch.tickets.models import Assignment, Ticket

HOLDING_ROLES = ("lead", "support", "handler")


class Changed(DomainError):
    """Somebody was quicker: the ticket is no longer what the client read."""

    def __init__(self) -> None:
        super().__init__("ticket.changed", "工单已被他人更新，请重新读取后再操作。", status=412, field="If-Match")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a verb plays with: the running transaction, a visible ticket, who acts and when."""

    session: Session
    ticket_id: int
    reference: Reference
    person: Person
    at: datetime

    @property
    def stamp(self) -> dict[str, Any]:
        """Who and when, as every verb takes it."""
        return {"actor": self.person.actor, "at": self.at}

    @property
    def as_unit(self) -> dict[str, Any]:
        """The same, and the unit for which this person acts on the ticket."""
        unit_id = acting_unit_id(self.session, self.ticket_id, person=self.person, at=self.at)
        return {**self.stamp, "unit_id": unit_id}


def run_verb(ticket_no: str, act: Callable[[Scene], object], *, locks_itself: bool = False) -> Response:
    """One verb on one ticket as one transaction, If-Match respected; answers where the ticket stands now.

    ``locks_itself``: the verb locks several tickets, in an order of its own.
    """
    at, person = now(), current_person()
    with transaction() as session:
        if locks_itself and not request.if_match:
            ticket_id = visible_ticket_id(session, ticket_no, person=person, at=at)
        else:
            ticket_id = finding.lock_visible(session, ticket_no, person=person, at=at).ticket_id
        require_match(session, ticket_id)
        act(Scene(session, ticket_id, reference(session, at), person, at))
        ticket = session.get_one(Ticket, ticket_id)
        body = {"ticket_no": ticket.ticket_no, "version": ticket.event_count, "state": ticket.state}
        version = ticket.event_count
    return answer_json(body, version=version)


def visible_ticket_id(session: Session, ticket_no: str, *, person: Person, at: datetime) -> int:
    """The ticket's id. One and the same 404 for what does not exist and for what is not this person's."""
    return ticket_id_in_scope(session, person, ticket_no, at=at)


def require_match(session: Session, ticket_id: int) -> None:
    """Lock the ticket and hold it against If-Match, where one is sent. Raises 412 ``ticket.changed``."""
    if not request.if_match:
        return
    ticket = queries.lock_ticket(session, ticket_id)
    if not request.if_match.contains(str(ticket.event_count)):
        raise Changed


def acting_unit_id(session: Session, ticket_id: int, *, person: Person, at: datetime) -> int:
    """The unit for which this person acts: the lead in force, their own or one below it. Raises 403 ``ticket.not_lead``."""
    units = unit_ids_in_scope(session, person, at=at)
    ticket = session.get_one(Ticket, ticket_id)
    if ticket.is_imported and ticket.unit_id in (units or ()):
        return ticket.unit_id or 0
    lead = queries.lead_in_force(session, ticket)
    if lead is None or lead.unit_id not in (units or ()):
        raise Forbidden("ticket.not_lead", "只有主办单位可以这样操作。")
    return lead.unit_id


def contacting_unit_id(session: Session, ticket_id: int, *, person: Person, at: datetime) -> int | None:
    """The unit on whose behalf the reporter is contacted; None for the hotline. Raises 403 for units that only watch."""
    units = unit_ids_in_scope(session, person, at=at)
    if units is None:
        return None
    # Whoever handles a ticket speaks with every caller who was merged into it.
    matter = [ticket_id, session.get_one(Ticket, ticket_id).merged_into_id]
    holding = session.scalars(
        select(Assignment.unit_id).where(
            Assignment.ticket_id.in_([one for one in matter if one is not None]),
            Assignment.role.in_(HOLDING_ROLES),
            Assignment.state != "withdrawn",
            Assignment.unit_id.in_(units),
        )
    ).first()
    if holding is None:
        raise Forbidden("contact.not_holding", "只有办理本单的单位可以联系诉求人。")
    return holding
