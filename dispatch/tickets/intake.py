"""Intake: accept, decide, set the limit, copy the district and write events and outbox, in one transaction (design §2.2).

Rows are built as plain dicts, ids drawn first so that the hashes exist before the first INSERT, then written in one
round trip: the fastest readable way that was measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Sequence, select
from sqlalchemy.orm import Session

from dispatch.access.vault import Reporter, Vault
from dispatch.access.vault_models import Voice
from dispatch.directory.snapshot import Reference
from dispatch.hops.services import ask_support
from dispatch.incidents import services as incidents
from dispatch.kernel import outbox
from dispatch.kernel.canonical import instant
from dispatch.kernel.db import Base
from dispatch.kernel.errors import DomainError
from dispatch.kernel.events import Event, NewEvent, chain
from dispatch.kernel.rows import insert_all
from dispatch.kernel.texts import TextEntry, text_rows
from dispatch.knowledge.services import cite
from dispatch.likeness import services as likeness
from dispatch.likeness.models import Likeness
from dispatch.merging import services as merging
from dispatch.outcomes import at_intake
from dispatch.outcomes.endings import Matter as EndedMatter
from dispatch.outcomes.endings import Outcome
from dispatch.outcomes.handing_in import HandedIn
from dispatch.places.picking import with_picked_place
from dispatch.routing.decision import Decision, Matter, decide
from dispatch.routing.matter import Point
from dispatch.suggesting.judging import judge_of
from dispatch.tickets.assigning import assignment_row, district_copy, promise
from dispatch.tickets.models import Assignment, Ticket, TicketNumber
from dispatch.tickets.states import TicketState

POINT = "point"  # where somebody pointed, kept with the words because they can be erased
NEXT_IDS = select(Sequence("ticket_id_seq").next_value(), Sequence("voice_voice_id_seq").next_value())


@dataclass(frozen=True, slots=True)
class Intake:
    """What the operator, the citizen or the client tells. ``unit_code`` and ``category``: a person's choice, which wins.
    So do ``place_code`` (a unit), ``place_id`` (a place of the gazetteer) and ``point``.

    ``merge_into``: the number of the ticket that it repeats; ``incident_id``: the known incident that the caller means.
    ``outcome`` ends it at once instead of dispatching it; ``handed_in``: an emergency service gave it to us.
    """

    kind: str
    title: str
    text: str
    channel: str | None = "phone"
    address: str = ""
    urgency: str = "ordinary"
    category: str | None = None
    place_code: str | None = None
    place_id: int | None = None
    point: Point | None = None
    unit_code: str | None = None
    reporter: Reporter | None = None
    is_confidential: bool = False
    merge_into: str | None = None
    incident_id: int | None = None
    outcome: Outcome | None = None
    handed_in: HandedIn | None = None

    @property
    def matter(self) -> Matter:
        """The part that routing looks at: no identity in it."""
        return Matter(
            title=self.title,
            text=self.text,
            address=self.address,
            kind=self.kind,
            urgency=self.urgency,
            category=self.category,
            place_code=self.place_code,
            place_id=self.place_id,
            point=self.point,
            unit_code=self.unit_code,
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the one who reported is told."""

    ticket_id: int
    ticket_no: str
    state: str
    decision: Decision
    due_at: datetime | None
    limit: str | None
    merged_into: str | None = None
    version: int = 0


def ticket_number(ticket_id: int, at: datetime, reference: Reference) -> str:
    """The public number: local date and id, e.g. ``20261122-0000017``."""
    return f"{at.astimezone(reference.calendar.zone):%Y%m%d}-{ticket_id:07d}"


def accept(
    session: Session, intake: Intake, *, reference: Reference, vault: Vault, actor: str, at: datetime
) -> Accepted:
    """Take in a matter and send it to its unit at once, to the dispatchers where routing is not sure, or into what it repeats."""
    if intake.merge_into and intake.outcome:
        raise DomainError("outcome.with_merge", "并单和其他处理结果只能选一种。", field="outcome")
    survivor = merging.lock_survivor(session, intake.merge_into) if intake.merge_into else None
    matter = with_picked_place(session, intake.matter, at=at)
    decision = decide(matter, reference, at, judge=judge_of(session, reference))
    ended = EndedMatter(intake.kind, reference.procedure, at)
    made = at_intake.planned(session, intake.outcome, intake.handed_in, matter=ended)
    ticket_id, new_voice_id = session.connection().execute(NEXT_IDS).one()
    ticket = _ticket_row(ticket_id, intake, decision, reference=reference, at=at)
    texts, digests = text_rows(ticket_id, _words(intake), at=at)
    voice = _voice_row(new_voice_id, ticket_id, intake, vault=vault, at=at)
    voice_id = voice["voice_id"] if voice else None
    said = f"{intake.title}\n{intake.text}"
    extra = at_intake.beside(ticket_id, said, made, intake.handed_in, actor=actor, at=at)
    events = [_received(ticket, intake, digests, voice_id, actor=actor), *extra.told]
    assignments: list[dict[str, Any]] = []
    if survivor is not None:
        # Should it be taken apart again, a person dispatches it.
        ticket |= {"state": TicketState.MERGED, "state_before": TicketState.AWAITING_DISPATCH, "merged_at": at}
    elif made is not None and extra.ended is not None:
        ticket["state"] = TicketState(made.kind)
        events.append(extra.ended)
        decision = replace(decision, unit_code=None, candidates=())
    elif decision.unit_code:
        assignments = _dispatch(ticket, decision, reference, at=at)
        events.append(dispatched_event(ticket, assignments, decision, reference, actor=actor, at=at))
    else:
        ticket["state"] = TicketState.AWAITING_DISPATCH
        events.append(NewEvent("ticket.awaiting_dispatch", at, actor, data={"decision": decision.as_json()}))
    alike = likeness.rows_of(ticket_id, intake.title, intake.text, received_at=at)
    _insert(
        session, ticket | {"voice_id": voice_id}, voice, [*texts, *extra.texts], assignments, events, alike, extra.rows
    )
    helped = decision.supports if assignments else ()
    for code in helped:
        task = decision.reasons[-1]
        ask_support(session, ticket_id, unit_code=code, task=task, reference=reference, actor=actor, at=at)
    if made is not None:
        cite(session, ticket_id, made.articles, at=at)
    if survivor is not None:
        merging.absorb_new(session, survivor, ticket_id, reference=reference, actor=actor, at=at)
    if intake.incident_id is not None:
        incidents.attach(session, ticket_id, incident_id=intake.incident_id, actor=actor, at=at)
    return Accepted(
        ticket_id=ticket_id,
        ticket_no=ticket["ticket_no"],
        state=ticket["state"],
        decision=decision,
        due_at=survivor.due_at if survivor else ticket["due_at"],
        limit=survivor.limit_text if survivor else ticket["limit_text"],
        merged_into=survivor.ticket_no if survivor else None,
        version=_version(
            session, ticket_id, events, is_plain=survivor is None and intake.incident_id is None and not helped
        ),
    )


def _version(session: Session, ticket_id: int, events: list[NewEvent], *, is_plain: bool) -> int:
    """How many events the ticket has: joining another ticket or an incident, or asking others to help, took further ones."""
    return len(events) if is_plain else session.get_one(Ticket, ticket_id).event_count


def _insert(
    session: Session,
    ticket: dict[str, Any],
    voice: dict[str, Any] | None,
    texts: list[dict[str, Any]],
    assignments: list[dict[str, Any]],
    new_events: list[NewEvent],
    alike: list[dict[str, Any]],
    beside: list[tuple[type[Base], list[dict[str, Any]]]],
) -> None:
    events = chain(ticket["ticket_id"], new_events)
    ticket |= {"event_count": len(events), "head": events[-1]["hash"]}
    number = {"ticket_no": ticket["ticket_no"], "ticket_id": ticket["ticket_id"]}
    insert_all(
        session,
        [
            (Ticket, [ticket]),
            (TicketNumber, [number]),
            (Voice, [voice] if voice else []),
            (TextEntry, texts),
            (Assignment, assignments),
            (Event, events),
            (outbox.Outbox, outbox.rows_for(events)),
            (Likeness, alike),
            *beside,
        ],
    )


def _words(intake: Intake) -> dict[str, str]:
    point = intake.point.as_text() if intake.point else ""
    words = {"title": intake.title, "text": intake.text, "address": intake.address, POINT: point}
    return {kind: body for kind, body in words.items() if body}


def _voice_row(voice_id: int, ticket_id: int, intake: Intake, *, vault: Vault, at: datetime) -> dict[str, Any] | None:
    if intake.reporter is None:
        return None
    identity = vault.seal(intake.reporter, bound_to=f"ticket:{ticket_id}")
    return {
        "voice_id": voice_id,
        "ticket_id": ticket_id,
        "sealed": identity.sealed,
        "key_id": identity.key_id,
        "phone_index": identity.phone_index,
        "index_version": identity.index_version,
        "is_confidential": intake.is_confidential,
        "created_at": at,
    }


def _ticket_row(
    ticket_id: int, intake: Intake, decision: Decision, *, reference: Reference, at: datetime
) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(column.key for column in Ticket.__table__.columns)
    return blank | {
        "ticket_id": ticket_id,
        "ticket_no": ticket_number(ticket_id, at, reference),
        "kind": intake.kind,
        "channel": intake.channel,
        "category": decision.category,
        "urgency": decision.urgency,
        "state": TicketState.RECEIVED,
        "is_imported": False,
        "is_excluded": False,
        "is_confidential": intake.is_confidential,
        "place_code": decision.place_code,
        "round": 1,
        "assignment_count": 0,
        "received_at": at,
        "is_due_provisional": False,
        "routing": decision.as_json(),
        "returns": 0,
        "redos": 0,
        "changed_at": at,
        "sealed_count": 0,
    }


def _dispatch(
    ticket: dict[str, Any], decision: Decision, reference: Reference, *, at: datetime
) -> list[dict[str, Any]]:
    unit = reference.by_code[decision.unit_code or ""]
    lead = assignment_row(ticket, unit, number=1, limit_text=decision.limit or None, reference=reference, at=at)
    rows = [lead]
    copy = district_copy(ticket["ticket_id"], unit, number=2, round_=1, reference=reference, at=at)
    if copy:
        rows.append(copy)
    ticket |= promise(lead, reference) | {
        "state": TicketState.DISPATCHED,
        "unit_id": unit.unit_id,
        "district_id": copy["unit_id"] if copy else None,
        "dispatched_at": at,
        "lead_since": at,
        "assignment_count": len(rows),
    }
    return rows


def _received(
    ticket: dict[str, Any], intake: Intake, digests: dict[str, str], voice_id: int | None, *, actor: str
) -> NewEvent:
    data = {
        "ticket_no": ticket["ticket_no"],
        "kind": intake.kind,
        "channel": intake.channel,
        "urgency": ticket["urgency"],
        "confidential": intake.is_confidential,
        "voice": voice_id,
        "texts": digests,
    }
    return NewEvent("ticket.received", ticket["received_at"], actor, data=data)


def dispatched_event(
    ticket: dict[str, Any],
    assignments: list[dict[str, Any]],
    decision: Decision,
    reference: Reference,
    *,
    actor: str,
    at: datetime,
) -> NewEvent:
    """The event of a (first or later) dispatch: who leads, who gets the copy, until when, decided by what."""
    lead = assignments[0]
    unit = reference.by_id[lead["unit_id"]]
    copies = [reference.by_id[row["unit_id"]].code for row in assignments if row["role"] == "copy"]
    data = {
        "assignment": lead["number"],
        "round": lead["round"],
        "lead": unit.code,
        "copies": copies,
        "limit": lead["limit_text"],
        "assignment_due_at": instant(lead["due_at"]),
        "ticket_due_at": instant(ticket["due_at"]),
        "provisional": lead["is_due_provisional"],
        "policy_version": lead["policy_version"],
        "designated": lead["is_designated"],
        "decision": decision.as_json(),
    }
    return NewEvent("ticket.dispatched", at, actor, unit.code, data)
