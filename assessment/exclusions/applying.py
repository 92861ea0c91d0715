"""What an application must be before it becomes a case: the unit's own ticket, a ground with its evidence, within its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment.exclusions import ports, queries
from assessment.exclusions.ports import Published
from assessment.exclusions.rules import Ground, Limits, ground_of, limits
from assessment.exclusions.states import Remedy, Sort
from dispatch import contract
from dispatch.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from dispatch.kernel.person import Person

EVENT, FILE = "event", "file"


@dataclass(frozen=True)
class Application:
    """What an applicant says. ``events`` and ``files``: numbers in the ticket; ``answer``: reference of the answer that should
    count instead; ``publication_id``: what an appeal is against."""

    ticket_no: str
    sort: Sort
    remedy: Remedy
    ground: str
    reason: str
    events: tuple[int, ...] = ()
    files: tuple[int, ...] = ()
    answer: str | None = None
    publication_id: int | None = None


@dataclass(frozen=True)
class Checked:
    """An application that may become a case."""

    unit_id: int
    evidence: tuple[tuple[str, int, bytes], ...]
    answer: contract.Answer | None
    published: Published | None


def own_ticket(session: Session, ticket_no: str, person: Person, at: datetime) -> contract.JudgedTicket:
    """A ticket for which the person's unit, or one below it, is charged. Raises 403 ``exclusion.units_only``, 404
    ``ticket.unknown``."""
    own = contract.units_in_scope(session, person, at=at)
    if person.unit_id is None or own is None:
        raise Forbidden("exclusion.units_only", "只有被考核单位可以为本单位的工单提出申请。")
    return contract.judged_ticket(session, ticket_no, at, within=own)


def check(
    session: Session, asked: Application, ticket: contract.JudgedTicket, *, zone: ZoneInfo, at: datetime
) -> Checked:
    """Everything beyond whose ticket it is; the ticket is locked. Raises ``DomainError`` naming what is wrong."""
    ground, bounds = ground_of(asked.ground, asked.sort, asked.remedy, at), limits(at)
    require_words(asked.reason, bounds)
    if queries.has_open(session, ticket.ticket_id):
        raise Conflict("exclusion.already_open", "这张工单已有一件申请尚未审结。")
    if ticket.is_excluded or queries.is_taken_out(session, ticket.ticket_id):
        raise Conflict("exclusion.already_excluded", "这张工单已经剔除，不再计入考核。")
    published = _published(session, asked, ticket, zone=zone, at=at) if asked.sort is Sort.APPEAL else None
    return Checked(
        unit_id=ticket.unit_id or 0,
        evidence=_evidence(session, asked, ticket.ticket_id, ground, bounds),
        answer=_answer(session, asked, ticket.ticket_id, at),
        published=published,
    )


def require_words(words: str, bounds: Limits) -> None:
    """Every step says why, at a length that somebody reads."""
    if not words.strip():
        raise DomainError("exclusion.reason_missing", "请写明理由。", field="reason")
    if len(words) > bounds.words_at_most:
        raise DomainError("exclusion.reason_too_long", f"理由至多 {bounds.words_at_most} 个字。", field="reason")


def last_day(session: Session, published: Published) -> tuple[str, datetime]:
    """Until when an appeal may be raised: the last day as written, and its 24:00."""
    days = limits(published.published_at).appeal_working_days
    day, until = contract.last_working_day(session, published.published_at, days)
    return day.isoformat(), until


def _published(
    session: Session, asked: Application, ticket: contract.JudgedTicket, *, zone: ZoneInfo, at: datetime
) -> Published:
    if asked.publication_id is None:
        raise DomainError("appeal.publication_missing", "申诉须指明针对哪一期通报。", field="publication_id")
    found = ports.published(session, asked.publication_id)
    if found is None or found.published_at > at:
        raise NotFound("appeal.unknown_publication", "没有这一期通报，或尚未公布。", field="publication_id")
    day, until = last_day(session, found)
    if at >= until:
        raise Conflict("appeal.too_late", f"申诉期限已过：最后一天是 {day}。", last_day=day)
    if not queries.is_in(session, found, ticket.ticket_id, zone=zone, at=at):
        raise DomainError("appeal.not_in_publication", "这一期通报没有计入这张工单。", field="ticket_no")
    return found


def _evidence(
    session: Session, asked: Application, ticket_id: int, ground: Ground, bounds: Limits
) -> tuple[tuple[str, int, bytes], ...]:
    events, files = sorted(set(asked.events)), sorted(set(asked.files))
    if len(events) + len(files) > bounds.evidence_at_most:
        words = f"引用的记录与材料至多 {bounds.evidence_at_most} 项。"
        raise DomainError("exclusion.evidence_too_much", words, field="events")
    found = _chosen(EVENT, events, contract.events_as_proof(session, ticket_id))
    found += _chosen(FILE, files, contract.files_as_proof(session, ticket_id) if files else ())
    if len(found) < ground.evidence:
        words = f"按“{ground.name}”申请须引用至少 {ground.evidence} 项工单记录或材料作为依据。"
        raise DomainError("exclusion.evidence_missing", words, field="events")
    return tuple(found)


def _chosen(kind: str, numbers: Sequence[int], offered: Sequence[contract.Proof]) -> list[tuple[str, int, bytes]]:
    digests = {proof.number: proof.digest for proof in offered}
    for number in numbers:
        if number not in digests:
            field = "events" if kind == EVENT else "files"
            raise DomainError("exclusion.unknown_evidence", f"这张工单没有第 {number} 项记录或材料。", field=field)
    return [(kind, number, digests[number]) for number in numbers]


def _answer(session: Session, asked: Application, ticket_id: int, at: datetime) -> contract.Answer | None:
    if asked.remedy is not Remedy.ANSWER:
        if asked.answer is not None:
            raise DomainError("exclusion.answer_unasked", "不计入考核的申请不必指明回访。", field="answer")
        return None
    ruled = queries.counted_reference(session, ticket_id)
    for answer in contract.answers_on_record(session, ticket_id, at):
        if answer.reference == asked.answer:
            if answer.reference == ruled or (ruled is None and answer.is_counted):
                raise DomainError("appeal.answer_counted", "这次回访本来就是计入考核的。", field="answer")
            return answer
    raise DomainError("appeal.unknown_answer", "请选择这张工单记录在案的另一次回访。", field="answer")
