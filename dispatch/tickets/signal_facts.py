"""What may hint at numbers made to look good, ticket by ticket: marks and sizes of groups, never words and never a number of a caller."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, select, true

from dispatch.access.vault_models import Voice
from dispatch.follow_ups.models import Recheck
from dispatch.kernel.texts import TextEntry
from dispatch.tickets.models import Dispute, Ticket

ANSWER = "answer"


def signal_facts() -> Select[Any]:
    """One row per ticket: ``ticket_id``, ``acknowledged_at``, ``promised_at``, ``answer_digest``, ``caller_digest``, ``disputes``,
    ``is_rechecked``, ``disagrees``.

    ``answer_digest``: of the newest answer without its blanks, none where the words are erased or the ticket belongs to a known
    incident, whose answers are alike by right. ``caller_digest``: of the caller's blind index; it serves to group and is not to
    be shown. Join it to the tickets in question: alone it reads every ticket there is.
    """
    answer = (
        select(func.regexp_replace(TextEntry.body, r"\s+", "", "g").label("words"))
        .where(TextEntry.ticket_id == Ticket.ticket_id, TextEntry.kind == ANSWER, TextEntry.body.is_not(None))
        .order_by(TextEntry.version.desc())
        .limit(1)
        .lateral("answer")
    )
    disputes = select(func.count()).where(Dispute.ticket_id == Ticket.ticket_id).scalar_subquery()
    again = (
        select(func.bool_or(Recheck.disagrees).label("disagrees"))
        .where(Recheck.ticket_id == Ticket.ticket_id, Recheck.disagrees.is_not(None))
        .lateral("again")
    )
    digest = func.sha256(func.convert_to(answer.c.words, "UTF8"))
    is_own_words = and_(Ticket.incident_id.is_(None), func.length(answer.c.words) > 0)
    columns: list[Any] = [
        Ticket.ticket_id,
        Ticket.acknowledged_at,
        Ticket.due_at.label("promised_at"),
        case((is_own_words, digest)).label("answer_digest"),
        func.sha256(Voice.phone_index).label("caller_digest"),
        disputes.label("disputes"),
        again.c.disagrees.is_not(None).label("is_rechecked"),
        func.coalesce(again.c.disagrees, False).label("disagrees"),
    ]
    return (
        select(*columns)
        .select_from(Ticket)
        .outerjoin(Voice, Voice.voice_id == Ticket.voice_id)
        .outerjoin(answer, true())
        .outerjoin(again, true())
    )
