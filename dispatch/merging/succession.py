"""When the first caller of a merged matter takes it back, the matter of the others goes on (rules.md §5: the older survives)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference
from dispatch.follow_ups.models import FollowUp
from dispatch.follow_ups.states import FollowUpState
from dispatch.follow_ups.voices import has_been_asked, open_for_voice
from dispatch.merging import queries
from dispatch.merging.linking import call_off_voice, move_voice
from dispatch.merging.parting import stand_alone
from dispatch.tickets.models import Assignment, Ticket
from dispatch.tickets.queries import lock_ticket
from dispatch.tickets.redoing import is_unhappy

BECAUSE = "withdrawn"


def pass_on(session: Session, survivor: Ticket, *, reference: Reference, actor: str, at: datetime) -> Ticket | None:
    """The oldest voice for whom it is not solved stands on its own, as by an unmerge; the younger ones are its voices now.

    ``survivor`` is locked and withdrawn. Returns that voice; None where nobody is left for whom anything is to be done.
    """
    voices = [lock_ticket(session, voice.ticket_id) for voice in queries.voices(session, survivor.ticket_id)]
    heir = next((voice for voice in voices if not _is_served(session, voice)), None)
    if heir is None:
        return None
    vias = {voice.ticket_id: queries.link_in_force(session, voice.ticket_id).via_id for voice in voices}
    lead = stand_alone(session, survivor, heir, because=BECAUSE, reference=reference, actor=actor, at=at)
    rest = [voice for voice in voices if voice.ticket_id > heir.ticket_id and vias[voice.ticket_id] != heir.ticket_id]
    moving = {voice.ticket_id for voice in rest}
    for voice in rest:
        via_id = vias[voice.ticket_id]
        move_voice(session, voice, survivor, heir, via_id=via_id if via_id in moving else None, actor=actor, at=at)
    _ask_of_heir(session, heir, rest, lead, reference=reference, actor=actor, at=at)
    return heir


def _is_served(session: Session, voice: Ticket) -> bool:
    """It was asked last and had nothing to complain of: nobody works on that again."""
    found = session.get(FollowUp, (voice.ticket_id, voice.round))
    return found is not None and found.state == FollowUpState.ANSWERED and not is_unhappy(session, voice)


def _ask_of_heir(
    session: Session,
    heir: Ticket,
    voices: Sequence[Ticket],
    lead: Assignment | None,
    *,
    reference: Reference,
    actor: str,
    at: datetime,
) -> None:
    """Whoever was asked about the withdrawn ticket only is asked when the heir is; where it was asked already, goes on being asked."""
    is_asked = has_been_asked(session, heir)
    for voice in voices:
        call_off_voice(session, voice, lead, is_asked=is_asked, reference=reference, actor=actor, at=at)
        found = session.get(FollowUp, (voice.ticket_id, voice.round))
        if is_asked and (found is None or found.state == FollowUpState.CANCELLED):
            open_for_voice(session, heir, voice, reference=reference, actor=actor, at=at)
