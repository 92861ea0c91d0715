"""What intake writes beside the ticket: an ending at once, a hand-over by an emergency service, alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.kernel.db import Base
from dispatch.kernel.events import NewEvent
from dispatch.kernel.texts import text_rows
from dispatch.outcomes.alerts import alert_events, alert_rows
from dispatch.outcomes.endings import Matter, Outcome, Plan, ending_row, hand_over_row, plan
from dispatch.outcomes.handing_in import HandedIn, handed_in_event, require_new
from dispatch.outcomes.models import Alert, Ending, HandOver
from dispatch.outcomes.states import EndingKind

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Beside:
    """``told``: events after the reception; ``ended``: the one that ends it; ``rows``: by model, to follow the ticket's."""

    texts: Rows
    told: list[NewEvent]
    ended: NewEvent | None
    rows: list[tuple[type[Base], Rows]]


def planned(session: Session, outcome: Outcome | None, handed_in: HandedIn | None, *, matter: Matter) -> Plan | None:
    """Check both before anything is written; None where the matter goes on to a unit."""
    if handed_in:
        require_new(session, handed_in)
    return plan(session, outcome, matter=matter) if outcome else None


def beside(
    ticket_id: int, words: str, made: Plan | None, handed_in: HandedIn | None, *, actor: str, at: datetime
) -> Beside:
    """The rows and events of a new ticket with these ``words``; alarm words hold nothing up (art 29)."""
    alerts = alert_rows(ticket_id, words, at=at)
    told = alert_events(alerts, actor=actor)
    hand_overs: Rows = []
    if handed_in:
        row = hand_over_row(ticket_id, handed_in.agency, handed_in.receipt, direction="in", number=1, at=at)
        hand_overs.append(row)
        told.append(handed_in_event(row, actor=actor))
    if made is None:
        return Beside([], told, None, [(HandOver, hand_overs), (Alert, alerts)])
    data, texts = dict(made.data), text_rows(ticket_id, made.words, at=at)
    for kind, digest in texts[1].items():
        data["text"] = {"kind": kind, "version": 1, "digest": digest}
    if made.kind == EndingKind.TRANSFERRED:
        data["hand_over"] = number = len(hand_overs) + 1
        agency = made.ground or ""
        hand_overs.append(hand_over_row(ticket_id, agency, made.receipt, direction="out", number=number, at=at))
    ended = NewEvent(made.event, at, actor, data=data)
    endings = [ending_row(ticket_id, made, number=1, actor=actor, at=at)]
    return Beside(texts[0], told, ended, [(Ending, endings), (HandOver, hand_overs), (Alert, alerts)])
