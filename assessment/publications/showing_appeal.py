"""What the demo's month shows besides: an appeal against its table, reviewed by two people, and the correction that follows."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from assessment.exclusions import services as cases
from assessment.exclusions.applying import Application
from assessment.exclusions.states import Remedy, Sort
from assessment.publications import checks, freezing, queries, services
from assessment.publications.models import Publication, PublicationFact, PublicationUnit
from dispatch import contract
from dispatch.kernel.application import runtime
from dispatch.kernel.closing import Month
from dispatch.kernel.person import Person

GROUND = "not_as_reported"
REASON = "经现场核实，反映的事项不存在，现场情况见办结记录，申请不计入本期考核。"
FIRST_WORDS, SECOND_WORDS = "工单记录与申请所述一致，依据齐全，建议同意。", "同意初审意见，据此更正本期通报。"


def appeal(session: Session, found: Publication, month: Month) -> list[str]:
    """The first unit with a ticket whose caller was not content appeals; evaluator and supervisor review; told in words."""
    by_actor = {person.actor: person for person in month.people}
    if month.first not in by_actor or month.second not in by_actor:
        return []
    for applicant in month.people:
        ticket = _ticket_of(session, found, applicant) if applicant.may("exclusion.apply") else None
        if ticket is not None:
            reviewers = (by_actor[month.first], by_actor[month.second])
            return _decided(session, found, month, applicant, ticket, reviewers)
    return []


def _decided(
    session: Session,
    found: Publication,
    month: Month,
    applicant: Person,
    ticket: tuple[int, str],
    reviewers: tuple[Person, Person],
) -> list[str]:
    config, vault = runtime().config, runtime().vault
    proof = contract.events_as_proof(session, ticket[0])[-1]
    asked = Application(
        ticket_no=ticket[1],
        sort=Sort.APPEAL,
        remedy=Remedy.EXCLUDE,
        ground=GROUND,
        reason=REASON,
        events=(proof.number,),
        publication_id=found.publication_id,
    )
    case = cases.apply(session, asked, person=applicant, vault=vault, zone=config.time_zone, at=month.at)
    step = {"vault": vault, "at": month.at}
    cases.first_review(session, case.case_id, is_passed=True, reason=FIRST_WORDS, person=reviewers[0], **step)
    cases.decide(session, case.case_id, is_granted=True, reason=SECOND_WORDS, person=reviewers[1], **step)
    begun = queries.under_way(session, found.scheme_name, found.period, found.peer_group)
    assert begun is not None, "a granted appeal begins a correction"
    freezing.freeze(session, begun.publication_id, at=month.at)
    # Whoever decided the case prepared the correction: the other one signs it.
    services.sign(session, begun.publication_id, actor=month.first, at=month.at)
    checks.recompute_big(session, begun, actor=month.second, at=month.at)
    services.publish(session, begun.publication_id, actor=month.second, at=month.at)
    told = f"{applicant.name}对工单 {ticket[1]} 的申诉（第 {case.case_id} 号）已经两级审核同意，"
    return [told + f"更正为第 {begun.publication_id} 号通报"]


def _ticket_of(session: Session, found: Publication, person: Person) -> tuple[int, str] | None:
    """A ticket of the person's unit in the table, whose caller was reached and not content; an unsolved one rather than another."""
    fact, unit = PublicationFact, PublicationUnit
    row = session.execute(
        select(fact.ticket_id, fact.ticket_no)
        .join(unit, (unit.publication_id == fact.publication_id) & (unit.unit_id == fact.unit_id))
        .where(
            fact.publication_id == found.publication_id,
            unit.code == person.unit_code,
            fact.reached,
            or_(fact.solved != "yes", fact.satisfaction != "satisfied", fact.contacted.is_(False)),
            ~fact.is_excluded,
            ~fact.is_withdrawn,
        )
        .order_by((fact.solved == "no").desc().nulls_last(), fact.number)
        .limit(1)
    ).first()
    return None if row is None else (row.ticket_id, row.ticket_no)
