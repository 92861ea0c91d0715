"""A town that lives for two weeks at random, and its tickets retold for the slow reading."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assessment.exclusions.models import ExclusionCase
from dispatch.directory.models import Unit
from dispatch.follow_ups.models import FollowUp, FollowUpAttempt
from dispatch.kernel.errors import DomainError
from dispatch.merging import services as merging
from dispatch.merging.models import TicketMerge
from dispatch.tickets.models import Assignment, Card, Dispute, Ticket
from tests.town import TOWN, Desk

MATTERS = (
    ("柳荫街道垃圾没人清运", "东区柳荫街道柳荫第一社区楼下垃圾堆积"),
    ("桥头镇垃圾没人清运", "东区桥头镇路边垃圾堆积"),
    ("八一街道夜间施工噪声", "西区八一街道工地夜里施工噪声扰民"),
    ("家里没有暖气", "柳荫街道家里暖气不热"),
    ("有件事", "不知道该找谁"),
)
LEADS = ("110", "120", "110001", "110002", "120001", "E-01", "E-02")
UNITS = [dict(zip(("code", "name", "kind", "parent_code"), row, strict=True)) for row in TOWN]


def live(desk: Desk, rng: random.Random, days: int = 14) -> None:
    """Calls in the first days, then whatever each unit, the adjudicators and the follow-up desk happen to do."""
    for day in range(days):
        for _ in range(rng.randint(3, 5) if day < 5 else 0):
            title, text = rng.choice(MATTERS)
            desk.later(minutes=rng.randint(1, 60)).accept(
                title=title, text=text, kind=rng.choice(("complaint", "help", "report", "consultation"))
            )
        for _ in range(3):
            desk.later(hours=rng.randint(3, 12)).sweep()
            for accepted in desk.accepted:
                _perhaps(rng, desk, accepted.ticket_id)
    _strike(desk, rng)


def _perhaps(rng: random.Random, desk: Desk, ticket_id: int) -> None:
    ticket = desk.ticket(ticket_id)
    unit_id = ticket.unit_id
    holder = desk.reference.by_id[unit_id].code if unit_id else ""
    unit = holder if holder in LEADS else LEADS[0]
    other = rng.choice(LEADS)
    verbs: list[Callable[[], Any]] = [
        lambda: desk.acknowledge(ticket_id, unit),
        lambda: desk.contact(ticket_id, unit),
        lambda: desk.complete(ticket_id, unit, is_explained=rng.random() < 0.4),
        lambda: desk.dispute(ticket_id, unit),
        lambda: desk.rule(
            ticket_id, rng.choice(("refused", "refused", "upheld", "designated")), rng.choice((unit, other))
        ),
        lambda: desk.dispatch(ticket_id, other) if ticket.state == "awaiting_dispatch" else None,
        lambda: desk.attempt(ticket_id, rng.choice(("no_answer", "refused"))),
        lambda: desk.attempt(ticket_id, **_answers(rng)),
        lambda: _merge(desk, ticket_id, rng.choice(desk.accepted).ticket_no),
        lambda: _unmerge(desk, ticket_id),
    ]
    for verb in rng.sample(verbs, rng.randint(0, 3)):
        try:
            verb()
        except DomainError:
            continue  # not now: the rules of the verbs have tests of their own


def _merge(desk: Desk, ticket_id: int, ticket_no: str) -> None:
    desk.run(merging.merge, ticket_id, ticket_no=ticket_no, reference=desk.reference, actor="account:1", at=desk.at)


def _unmerge(desk: Desk, ticket_id: int) -> None:
    desk.run(merging.unmerge, ticket_id, reference=desk.reference, actor="account:1", at=desk.at)


def _answers(rng: random.Random) -> dict[str, Any]:
    return {
        "contacted": rng.choice((True, False, None)),
        "solved": rng.choice(("yes", "partly", "no", None)),
        "satisfaction": rng.choice(("satisfied", "basically", "dissatisfied", None)),
    }


def _strike(desk: Desk, rng: random.Random) -> None:
    """What no verb does yet, and the columns already hold: exclusions, withdrawals."""
    found = [desk.ticket(accepted.ticket_id) for accepted in desk.accepted]
    judged = [ticket for ticket in found if ticket.dispatched_at and ticket.kind != "consultation"]
    for number, ticket in enumerate(rng.sample(judged, 4)):
        at = desk.at - timedelta(hours=rng.randint(1, 240))
        values = ({"is_excluded": True}, {"withdrawn_at": at})[number % 2]
        desk.run(
            lambda session, values=values, ticket_id=ticket.ticket_id: session.execute(
                update(Ticket).where(Ticket.ticket_id == ticket_id).values(**values)
            )
        )


def rule_cases(desk: Desk, rng: random.Random) -> None:
    """Cases as their verbs leave them, decided at random instants: tickets taken out, answers replaced, some of both twice."""
    unit_id = desk.unit_id(LEADS[0])
    told = {
        "sort": "appeal",
        "ground": "other",
        "unit_id": unit_id,
        "applicant": "account:9",
        "applicant_unit_id": unit_id,
    }
    for ticket_id in rng.choices([accepted.ticket_id for accepted in desk.accepted], k=len(desk.accepted) // 2):
        decided_at = desk.at - timedelta(hours=rng.randint(0, 240))
        remedy, state = rng.choice(
            (("exclude", "granted"), ("answer", "granted"), ("answer", "granted"), ("exclude", "rejected"))
        )
        answers = _answers(rng) if remedy == "answer" else {}
        when = {"applied_at": decided_at - timedelta(days=1), "decided_at": decided_at}
        case = ExclusionCase(ticket_id=ticket_id, remedy=remedy, state=state, **told, **when, **answers)
        desk.run(lambda session, case=case: session.add(case))


def instants(desk: Desk, rng: random.Random, count: int) -> list[datetime]:
    """Instants at, and just before, what was recorded."""
    events = [event.at for accepted in desk.accepted for event in desk.events(accepted.ticket_id)]
    return [rng.choice(events) - timedelta(microseconds=rng.choice((0, 1))) for _ in range(count)] + [desk.at]


def retold(session: Session, as_of: datetime) -> list[dict[str, Any]]:
    """Every ticket as a dict of the slow reading, whose own steps are not by instant: those later than ``as_of`` are left out."""
    codes = {unit.unit_id: unit.code for unit in session.scalars(select(Unit))}
    return [_retold(session, ticket, codes, as_of) for ticket in session.scalars(select(Ticket))]


def _retold(session: Session, ticket: Ticket, codes: dict[int, str], as_of: datetime) -> dict[str, Any]:
    leads = _of(session, Assignment, ticket, Assignment.number, Assignment.role == "lead")
    opened = session.get(FollowUp, (ticket.ticket_id, 1))
    opened = None if opened and opened.state == "cancelled" else opened
    asked_at = min(as_of, opened.opened_at) if opened else as_of
    held = [one for one in leads if one.sent_at <= asked_at and not (one.withdrawn_at and one.withdrawn_at <= asked_at)]
    names = ("received_at", "dispatched_at", "due_at", "withdrawn_at", "merged_at")
    row: dict[str, Any] = {name: _text(getattr(ticket, name)) for name in names}
    row["ticket_no"], row["merges"] = ticket.ticket_no, _merges(session, ticket)
    row["kind"], row["excluded"] = ticket.kind, "true" if ticket.is_excluded else ""
    row |= _ruled(session, ticket)
    row["follow_up_opened_at"] = _text(opened.opened_at if opened else None)
    for name in ("first_contact_at", "completed_at"):
        row[name] = _text(getattr(held[-1], name)) if held else ""
    is_explained = bool(ticket.is_explained and row["completed_at"] and row["completed_at"] <= _text(as_of))
    row["is_explained"] = "true" if is_explained else ""
    row["leads"] = [_lead(one, codes, as_of) for one in leads]
    row["attempts"] = [
        _attempt(one, is_explained) for one in _of(session, FollowUpAttempt, ticket, FollowUpAttempt.number)
    ]
    row["cards"] = [
        {"unit_code": codes[card.unit_id], "withdrawn": bool(card.withdrawn_at and card.withdrawn_at <= as_of)}
        for card in _of(session, Card, ticket, Card.issued_at, Card.colour == "red", Card.issued_at <= as_of)
    ]
    row["lost_disputes"] = [
        codes[one.unit_id]
        for one in _of(session, Dispute, ticket, Dispute.number, Dispute.ruled_at <= as_of)
        if one.ruling == "refused" or (one.ruling == "designated" and one.ruled_unit_id == one.unit_id)
    ]
    return row


def _ruled(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Decided cases, in the order of their decisions."""
    order = (ExclusionCase.decided_at, ExclusionCase.case_id)
    mine = (ExclusionCase.ticket_id == ticket.ticket_id, ExclusionCase.state == "granted")
    cases = session.scalars(select(ExclusionCase).where(*mine).order_by(*order)).all()
    out = [case.decided_at for case in cases if case.remedy == "exclude"]
    rulings = [{"at": _text(case.decided_at), **_told(case)} for case in cases if case.remedy == "answer"]
    return {"excluded_at": _text(out[0] if out else None), "rulings": rulings}


def _told(of: Any) -> dict[str, str]:
    contacted = "" if of.contacted is None else str(of.contacted).lower()
    return {"contacted": contacted, "solved": of.solved or "", "satisfaction": of.satisfaction or ""}


def _merges(session: Session, ticket: Ticket) -> list[dict[str, str]]:
    return [
        {
            "into": session.get_one(Ticket, link.into_id).ticket_no,
            "from": _text(link.merged_at),
            "to": _text(link.ended_at),
        }
        for link in _of(session, TicketMerge, ticket, TicketMerge.number)
    ]


def _of(session: Session, table: Any, ticket: Ticket, order: Any, *conditions: Any) -> list[Any]:
    rows = select(table).where(table.ticket_id == ticket.ticket_id, *conditions).order_by(order)
    return list(session.scalars(rows))


def _lead(one: Assignment, codes: dict[int, str], as_of: datetime) -> dict[str, str]:
    is_known = one.withdrawn_at is not None and one.withdrawn_at <= as_of
    return {
        "unit_code": codes[one.unit_id],
        "sent_at": _text(one.sent_at),
        "ended_at": _text(one.withdrawn_at),
        "fault": (one.withdrawn_for or "") if is_known and one.withdrawn_for != "merged" else "",
    }


def _attempt(one: FollowUpAttempt, is_explained: bool) -> dict[str, Any]:
    return {
        "at": _text(one.at),
        "round": one.round,
        "reached": "true" if one.outcome == "reached" else "false",
        **_told(one),
        "explained": "true" if is_explained else "",
    }


def _text(instant: datetime | None) -> str:
    return instant.isoformat(timespec="microseconds") if instant else ""
