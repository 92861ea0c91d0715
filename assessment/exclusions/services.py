"""剔除与申诉 as verbs: apply, review, decide, withdraw. Who has a stake in a case never reviews it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment.exclusions import applying, ports, queries
from assessment.exclusions.applying import Application
from assessment.exclusions.models import ExclusionCase, ExclusionEvidence, ExclusionStep
from assessment.exclusions.ports import CorrectionNeeded
from assessment.exclusions.rules import limits
from assessment.exclusions.states import CaseState, require_move
from dispatch import contract
from dispatch.contract import Vault
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.person import Person

WORDS = "exclusion"  # the kind of the ticket's erasable words


def apply(
    session: Session, asked: Application, *, person: Person, vault: Vault, zone: ZoneInfo, at: datetime
) -> ExclusionCase:
    """提出申请, for a ticket of one's own unit. Raises what ``applying`` refuses."""
    ticket = applying.own_ticket(session, asked.ticket_no, person, at)
    contract.lock(session, ticket.ticket_id)
    checked = applying.check(session, asked, ticket, zone=zone, at=at)
    made = ExclusionCase(
        sort=asked.sort,
        remedy=asked.remedy,
        ground=asked.ground,
        state=CaseState.APPLIED,
        ticket_id=ticket.ticket_id,
        unit_id=checked.unit_id,
        applicant=person.actor,
        applicant_unit_id=person.unit_id,
        applied_at=at,
    )
    if (answer := checked.answer) is not None:
        made.answer_reference, made.contacted = answer.reference, answer.contacted
        made.solved, made.satisfaction = answer.solved, answer.satisfaction
    if (published := checked.published) is not None:
        made.publication_id, made.published_at = published.publication_id, published.published_at
        made.scheme, made.period, made.peer_group = published.scheme, published.period, published.group
    session.add(made)
    session.flush()
    session.add_all(
        ExclusionEvidence(case_id=made.case_id, kind=kind, number=number, digest=digest)
        for kind, number, digest in checked.evidence
    )
    _record(session, made, CaseState.APPLIED, asked.reason, person=person, vault=vault, at=at)
    return made


def first_review(
    session: Session, case_id: int, *, is_passed: bool, reason: str, person: Person, vault: Vault, at: datetime
) -> ExclusionCase:
    """初审: passed on to another reviewer, or rejected."""
    case = queries.locked_case(session, case_id)
    state = CaseState.FIRST_PASSED if is_passed else CaseState.REJECTED
    # The second review may reject too, but a first one that comes late is not the second.
    require_move(case.state, CaseState.FIRST_PASSED)
    _require_no_stake(session, case, person, at)
    return _move(session, case, state, reason, person=person, vault=vault, at=at)


def decide(
    session: Session, case_id: int, *, is_granted: bool, reason: str, person: Person, vault: Vault, at: datetime
) -> ExclusionCase:
    """复审, by another person than the first. Granted: it counts from ``at`` on, and an appeal begins a correction."""
    case = queries.locked_case(session, case_id)
    state = CaseState.GRANTED if is_granted else CaseState.REJECTED
    require_move(case.state, CaseState.GRANTED)
    _require_no_stake(session, case, person, at)
    if any(step.actor == person.actor for step in queries.steps(session, [case_id])):
        raise same_reviewer()
    decided = _move(session, case, state, reason, person=person, vault=vault, at=at)
    if (needed := on_granted(session, decided)) is not None:
        session.flush()
        ports.correct(session, needed, actor=person.actor, at=at)
    return decided


def withdraw(
    session: Session, case_id: int, *, reason: str, person: Person, vault: Vault, at: datetime
) -> ExclusionCase:
    """撤回申请, by whoever applied and before it is decided."""
    case = queries.locked_case(session, case_id)
    if case.applicant != person.actor:
        raise Forbidden("exclusion.not_applicant", "只有申请人可以撤回申请。")
    return _move(session, case, CaseState.WITHDRAWN, reason, person=person, vault=vault, at=at)


def on_granted(session: Session, case: ExclusionCase) -> CorrectionNeeded | None:
    """The correction that a granted appeal asks for; None for everything else. Read it off any case at any time."""
    if case.state != CaseState.GRANTED or case.publication_id is None or case.published_at is None:
        return None
    days = limits(case.published_at).correction_working_days
    _, due_at = contract.last_working_day(session, case.published_at, days)
    return CorrectionNeeded(case.publication_id, case.case_id, due_at)


def stake_of(session: Session, case: ExclusionCase, person: Person, at: datetime) -> Forbidden | None:
    """Why this person may not review the case: they applied, or it is a number of their own unit, above or below it."""
    if person.actor == case.applicant:
        return Forbidden("exclusion.own_case", "申请人不能审核自己的申请，请由他人审核。")
    if person.unit_id is None:
        return None
    sides = {case.applicant_unit_id, case.unit_id}
    if any(contract.are_kin(session, person.unit_id, side, at) for side in sides):
        return Forbidden("exclusion.own_unit", "不能审核本单位及其上下级单位的申请，请由他人审核。")
    return None


def same_reviewer() -> Forbidden:
    """Why somebody cannot give the second review too."""
    return Forbidden("exclusion.same_reviewer", "初审和复审须由两个人分别进行。")


def _require_no_stake(session: Session, case: ExclusionCase, person: Person, at: datetime) -> None:
    refusal = stake_of(session, case, person, at)
    if refusal is not None:
        raise refusal


def _move(
    session: Session,
    case: ExclusionCase,
    state: CaseState,
    reason: str,
    *,
    person: Person,
    vault: Vault,
    at: datetime,
) -> ExclusionCase:
    require_move(case.state, state)
    applying.require_words(reason, limits(at))
    case.state = state
    if state in {CaseState.GRANTED, CaseState.REJECTED}:
        case.decided_at = at
    _record(session, case, state, reason, person=person, vault=vault, at=at)
    return case


def _record(
    session: Session,
    case: ExclusionCase,
    state: CaseState,
    reason: str,
    *,
    person: Person,
    vault: Vault,
    at: datetime,
) -> None:
    words = contract.write_words(session, case.ticket_id, WORDS, reason, vault=vault, at=at)
    number = len(queries.steps(session, [case.case_id])) + 1
    digest = {"words_kind": words.kind, "words_version": words.version, "words_digest": words.digest}
    session.add(ExclusionStep(case_id=case.case_id, number=number, state=state, actor=person.actor, at=at, **digest))
    session.flush()
