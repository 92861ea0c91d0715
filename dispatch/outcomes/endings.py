"""What an ending means, worked out before anything is written: for a new matter and for one that waits alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.kernel.errors import DomainError
from dispatch.knowledge import queries as knowledge
from dispatch.limits.procedure import Procedure
from dispatch.outcomes.grounds import decline_grounds, grounds_version
from dispatch.outcomes.states import AGENCIES, INVALID_GROUNDS, LEGAL_PATHS, EndingKind, HandOverState
from dispatch.tickets import queries


@dataclass(frozen=True, slots=True)
class Outcome:
    """How somebody ends a matter. ``text``: the answer, or what was told; ``receipt``: the emergency service's number."""

    kind: str
    text: str = ""
    ground: str | None = None
    agency: str | None = None
    receipt: str | None = None
    legal_path: str | None = None
    related_ticket_no: str | None = None
    articles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The same, checked: the ticket's new state, its event, its words by kind, and what the ending's row holds."""

    kind: EndingKind
    event: str
    data: dict[str, Any]
    words: dict[str, str] = field(default_factory=dict)
    ground: str | None = None
    related_ticket_id: int | None = None
    receipt: str | None = None
    articles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Matter:
    """What an ending depends on: the kind of the matter, the rules in force, and when."""

    kind: str
    procedure: Procedure
    at: datetime


def plan(session: Session, outcome: Outcome, *, matter: Matter) -> Plan:
    """Check ``outcome``. Raises ``outcome.*`` with the field at fault."""
    if outcome.kind not in PLANS:
        raise DomainError("outcome.unknown", "请选择处理结果。", field="outcome")
    return PLANS[EndingKind(outcome.kind)](session, outcome, matter)


def _answered(session: Session, outcome: Outcome, matter: Matter) -> Plan:
    """Only what asks for no action is answered on the spot; the rest is a unit's to solve."""
    if matter.kind not in matter.procedure.answerable_kinds:
        raise DomainError(
            "outcome.not_answerable", "只有咨询、建议和表扬可以直接答复，其他诉求请派单。", field="outcome"
        )
    _require_text(outcome)
    versions = knowledge.versions_in_force(session, outcome.articles, at=matter.at)
    data = {"articles": [{"article": one, "version": versions[one]} for one in outcome.articles if one in versions]}
    words = {"answer": outcome.text}
    return Plan(EndingKind.ANSWERED, "ticket.answered", data, words, articles=outcome.articles)


def _declined(session: Session, outcome: Outcome, _matter: Matter) -> Plan:
    known = decline_grounds().get(outcome.ground or "")
    if known is None:
        raise DomainError("outcome.ground_unknown", "请选择不予派单的理由。", field="ground")
    data: dict[str, Any] = {"ground": known.code, "version": grounds_version()}
    related_id = None
    if known.required == "text":
        _require_text(outcome)
    elif known.required == "agency":
        data["agency"] = _agency(outcome)
    elif known.required == "legal_path":
        if outcome.legal_path not in LEGAL_PATHS:
            raise DomainError("outcome.legal_path_unknown", "请选择应走的法定途径。", field="legal_path")
        data["legal_path"] = outcome.legal_path
    elif known.required == "related_ticket":
        related_id = data["related"] = _related(session, outcome)
    return Plan(EndingKind.DECLINED, "ticket.declined", data, _told(outcome, "decline_reason"), known.code, related_id)


def _transferred(_session: Session, outcome: Outcome, _matter: Matter) -> Plan:
    agency = _agency(outcome)
    receipt = (outcome.receipt or "").strip() or None
    data = {"agency": agency, "direction": "out", "state": hand_over_state(receipt)}
    words = _told(outcome, "transfer_reason")
    return Plan(EndingKind.TRANSFERRED, "ticket.transferred", data, words, agency, receipt=receipt)


def _invalid(_session: Session, outcome: Outcome, _matter: Matter) -> Plan:
    ground = outcome.ground
    if ground not in INVALID_GROUNDS:
        raise DomainError("outcome.ground_unknown", "请选择判定无效的理由。", field="ground")
    return Plan(EndingKind.INVALID, "ticket.invalidated", {"ground": ground}, _told(outcome, "invalid_reason"), ground)


def hand_over_state(receipt: str | None) -> HandOverState:
    """With the other side's number it has arrived."""
    return HandOverState.RECEIVED if receipt else HandOverState.SENT


def ending_row(ticket_id: int, made: Plan, *, number: int, actor: str, at: datetime) -> dict[str, Any]:
    """The ending as a row."""
    return {
        "ticket_id": ticket_id,
        "number": number,
        "kind": made.kind,
        "ground": made.ground,
        "related_ticket_id": made.related_ticket_id,
        "ended_at": at,
        "actor": actor,
        "reversed_at": None,
    }


def hand_over_row(
    ticket_id: int, agency: str, receipt: str | None, *, direction: str, number: int, at: datetime
) -> dict[str, Any]:
    """A hand-over as a row; with the other side's number it is received."""
    return {
        "ticket_id": ticket_id,
        "number": number,
        "direction": direction,
        "agency": agency,
        "state": hand_over_state(receipt),
        "receipt": receipt,
        "sent_at": at,
        "answered_at": at if receipt else None,
    }


def _require_text(outcome: Outcome) -> None:
    if not outcome.text.strip():
        raise DomainError("outcome.text_missing", "请填写告知诉求人的内容。", field="text")


def _told(outcome: Outcome, kind: str) -> dict[str, str]:
    return {kind: outcome.text} if outcome.text.strip() else {}


def _agency(outcome: Outcome) -> str:
    if outcome.agency is None or outcome.agency not in AGENCIES:
        raise DomainError("outcome.agency_unknown", "请选择紧急电话。", field="agency")
    return outcome.agency


def _related(session: Session, outcome: Outcome) -> int:
    """The ticket under which the same matter is in hand or was finished."""
    if not outcome.related_ticket_no:
        raise DomainError("outcome.related_missing", "请填写同一诉求的工单编号。", field="related_ticket_no")
    return queries.ticket_id_of(session, outcome.related_ticket_no)


PLANS: Mapping[EndingKind, Callable[[Session, Outcome, Matter], Plan]] = {
    EndingKind.ANSWERED: _answered,
    EndingKind.DECLINED: _declined,
    EndingKind.TRANSFERRED: _transferred,
    EndingKind.INVALID: _invalid,
}
