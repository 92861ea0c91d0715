"""Who may read and write a consultation: the adjudicators, and the units asked. For everybody else there is none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope, unknown_ticket
from dispatch.disputes import queries
from dispatch.disputes.models import DisputeParty
from dispatch.kernel.person import Person
from dispatch.tickets.models import Dispute
from dispatch.tickets.queries import ticket_id_of

RULES = "ticket.rule"
ANSWERS = "consultation.answer"


def consultation_of(
    session: Session, ticket_no: str, *, person: Person, at: datetime
) -> tuple[Dispute, list[DisputeParty], int | None]:
    """The ticket's consultation, who takes part, and the unit for which ``person`` speaks (None for the adjudicator).

    Raises 404 ``ticket.unknown`` where there is none, or where this person takes no part in it.
    """
    raised = queries.consulted(session, ticket_id_of(session, ticket_no))
    if raised is None:
        raise unknown_ticket()
    asked = list(queries.parties(session, raised.ticket_id, raised.number))
    units = unit_ids_in_scope(session, person, at=at)
    if units is None and person.may(RULES):
        return raised, asked, None
    own = _own_unit((party.unit_id for party in asked), units or frozenset(), person)
    if own is None or not person.may(ANSWERS):
        raise unknown_ticket()
    return raised, asked, own


def _own_unit(asked: Iterable[int], units: frozenset[int], person: Person) -> int | None:
    mine = sorted(set(asked) & units)
    return person.unit_id if person.unit_id in mine else next(iter(mine), None)
