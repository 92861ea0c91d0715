"""Follow-ups that open at expiry, many tickets at once: rows and arrays in place of mapped objects (opening.py says when)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.directory.bulk import copy_rows
from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.opening import is_held
from dispatch.follow_ups.placing import place_of
from dispatch.follow_ups.states import FollowUpState

# Of the tickets given: what stands in the way of the batch, and what decides about the round's follow-up.
_STANDINGS = text(
    "SELECT merged_into_id AS ticket_id, 'voice' AS what FROM ticket WHERE merged_into_id = ANY(:ids)"
    " UNION ALL SELECT ticket_id, 'absorbed' FROM event WHERE ticket_id = ANY(:ids) AND type = 'ticket.absorbed'"
    " UNION ALL SELECT f.ticket_id, f.state FROM follow_up f JOIN ticket t USING (ticket_id)"
    " WHERE t.ticket_id = ANY(:ids) AND f.round = t.round"
)
_COLUMNS = (
    *("ticket_id", "round", "state", "opened_at", "charged_unit_id", "attempt_count"),
    *("channel", "next_attempt_at", "queue_at"),
)
ABSORBED = "absorbed"
SINGLY = frozenset({"voice", FollowUpState.CANCELLED})  # its voices are asked too; one that was called off opens again
ASKED = frozenset(FollowUpState) - SINGLY


class Opening(NamedTuple):
    """A follow-up that is to open: the round, the assignment it is about, whom it charges and its place."""

    ticket_id: int
    round: int
    number: int
    charged_unit_id: int
    channel: str
    next_attempt_at: datetime
    queue_at: datetime


def standings(session: Session, ticket_ids: Sequence[int]) -> dict[int, set[str]]:
    """What is known of tickets whose lead's limit is over: words of :data:`SINGLY`, :data:`ASKED` and :data:`ABSORBED`."""
    found: dict[int, set[str]] = {}
    for ticket_id, what in session.execute(_STANDINGS, {"ids": list(ticket_ids)}):
        found.setdefault(ticket_id, set()).add(what)
    return found


def opening(
    ticket: Any, lead: Any, standing: set[str], already: Opening | None, *, reference: Reference, at: datetime
) -> Opening | None:
    """What opens about this expired lead, rows both; None where it is held or was asked, or opens ``already``."""
    if already is not None or standing & ASKED or is_held(ticket.state, lead.state):
        return None
    place = place_of(ticket, is_repeated=ABSORBED in standing, reference=reference, at=at)
    return Opening(ticket.ticket_id, ticket.round, lead.number, lead.unit_id, *place)


def write(session: Session, openings: Sequence[Opening], at: datetime) -> None:
    """The follow-ups themselves; the events and the ticket's own columns are the caller's."""
    state, tried = FollowUpState.OPEN.value, 0
    rows = (
        (
            one.ticket_id,
            one.round,
            state,
            at,
            one.charged_unit_id,
            tried,
            one.channel,
            one.next_attempt_at,
            one.queue_at,
        )
        for one in openings
    )
    copy_rows(session, FollowUp.__tablename__, _COLUMNS, rows)
