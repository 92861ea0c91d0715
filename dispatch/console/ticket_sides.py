"""What may stand beside a ticket on its page, by table."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dispatch.duty.models import DutyCall
from dispatch.files.models import TicketFile
from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.kernel import sides
from dispatch.kernel.sides import Sides
from dispatch.knowledge.models import ArticleCitation
from dispatch.outcomes.models import Supplement
from dispatch.supervision.models import SupervisionOrder
from dispatch.tickets.clock_models import Extension, Pause, Suspension
from dispatch.tickets.models import Card, Dispute, Ticket
from dispatch.tickets.side_models import TicketLink, TicketNote

SIDES: Sides = {
    ArticleCitation: [ArticleCitation.ticket_id],
    Card: [Card.ticket_id],
    Dispute: [Dispute.ticket_id],
    DutyCall: [DutyCall.ticket_id],
    Extension: [Extension.ticket_id],
    FollowUp: [FollowUp.ticket_id],
    FollowUpAttempt: [FollowUpAttempt.ticket_id],
    Pause: [Pause.ticket_id],
    Supplement: [Supplement.ticket_id],
    SupervisionOrder: [SupervisionOrder.ticket_id],
    Suspension: [Suspension.ticket_id],
    Ticket: [Ticket.merged_into_id],  # the voices of a matter
    TicketFile: [TicketFile.ticket_id],
    TicketLink: [TicketLink.ticket_id, TicketLink.other_id],
    TicketNote: [TicketNote.ticket_id],
}
_QUESTION = sides.question(SIDES, {DutyCall: DutyCall.read_at.is_(None)})


def look(session: Session, ticket_id: int) -> None:
    """Ask once, so that the page's parts need not ask for what is not there."""
    sides.look(session, ticket_id, SIDES, _QUESTION)
