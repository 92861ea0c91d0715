"""Reads of cases, one name per question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from assessment import facts
from assessment.exclusions.models import ExclusionCase, ExclusionEvidence, ExclusionStep
from assessment.exclusions.ports import Published
from assessment.exclusions.states import OPEN, CaseState, Remedy
from assessment.methods import in_force
from dispatch import contract
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person


@dataclass(frozen=True)
class Filter:
    """Which cases: each word narrows. ``unit_ids`` None: every unit's."""

    states: Collection[str] = ()
    sort: str | None = None
    ground: str | None = None
    ticket_id: int | None = None
    publication_id: int | None = None
    unit_ids: Collection[int] | None = None


def case(session: Session, case_id: int) -> ExclusionCase:
    """Raises 404 ``exclusion.unknown``."""
    found = session.get(ExclusionCase, case_id)
    if found is None:
        raise unknown()
    return found


def case_seen_by(session: Session, case_id: int, person: Person, at: datetime) -> ExclusionCase:
    """The case, if this person may see it: of their own unit or one below it, or every case for the hotline's own people."""
    found, visible = case(session, case_id), units_seen_by(session, person, at)
    if visible is not None and found.unit_id not in visible:
        raise unknown()
    return found


def units_seen_by(session: Session, person: Person, at: datetime) -> frozenset[int] | None:
    """The ids of the units whose cases this person sees; None: all."""
    return contract.unit_ids_in_scope(session, person, at=at)


def unknown() -> NotFound:
    """One and the same for what does not exist and for what is not this person's."""
    return NotFound("exclusion.unknown", "没有这件申请，或您无权查看。")


def locked_case(session: Session, case_id: int) -> ExclusionCase:
    """The case with its ticket, both locked until the edge's transaction ends; the ticket first, as whoever applies does."""
    contract.lock(session, case(session, case_id).ticket_id)
    return session.get_one(ExclusionCase, case_id, with_for_update=True, populate_existing=True)


def cases(session: Session, of: Filter, *, before: int | None, limit: int) -> Sequence[ExclusionCase]:
    """The newest first: at most ``limit`` of those below ``before``."""
    rows = select(ExclusionCase).order_by(ExclusionCase.case_id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(ExclusionCase.case_id < before)
    if of.states:
        rows = rows.where(ExclusionCase.state.in_(sorted(of.states)))
    if of.unit_ids is not None:
        rows = rows.where(ExclusionCase.unit_id.in_(sorted(of.unit_ids)))
    for name in ("sort", "ground", "ticket_id", "publication_id"):
        if (value := getattr(of, name)) is not None:
            rows = rows.where(getattr(ExclusionCase, name) == value)
    return session.scalars(rows).all()


def steps(session: Session, case_ids: Sequence[int]) -> Sequence[ExclusionStep]:
    """Every move of these cases, in order."""
    rows = select(ExclusionStep).where(ExclusionStep.case_id.in_(case_ids))
    return session.scalars(rows.order_by(ExclusionStep.case_id, ExclusionStep.number)).all()


def evidence(session: Session, case_id: int) -> Sequence[ExclusionEvidence]:
    """What the case points to."""
    rows = select(ExclusionEvidence).where(ExclusionEvidence.case_id == case_id)
    return session.scalars(rows.order_by(ExclusionEvidence.kind, ExclusionEvidence.number)).all()


def has_open(session: Session, ticket_id: int) -> bool:
    """Whether a case of this ticket waits to be decided."""
    mine = (ExclusionCase.ticket_id == ticket_id, ExclusionCase.state.in_(OPEN))
    return bool(session.scalar(select(exists().where(*mine))))


def is_taken_out(session: Session, ticket_id: int) -> bool:
    """Whether a granted case has taken this ticket out already."""
    granted = (ExclusionCase.state == CaseState.GRANTED, ExclusionCase.remedy == Remedy.EXCLUDE)
    return bool(session.scalar(select(exists().where(ExclusionCase.ticket_id == ticket_id, *granted))))


def counted_reference(session: Session, ticket_id: int) -> str | None:
    """The answer that a granted appeal has put in the place of the first one: the one decided last."""
    granted = (ExclusionCase.state == CaseState.GRANTED, ExclusionCase.remedy == Remedy.ANSWER)
    rows = select(ExclusionCase.answer_reference).where(ExclusionCase.ticket_id == ticket_id, *granted)
    return session.scalars(
        rows.order_by(ExclusionCase.decided_at.desc(), ExclusionCase.case_id.desc()).limit(1)
    ).first()


def is_in(session: Session, published: Published, ticket_id: int, *, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the ticket belongs to the published table: to its period and kinds, and to some unit of its group."""
    method, period = in_force.for_period(session, published.scheme, published.period, zone)
    span = facts.span_of(method.scheme, period)
    parts = (part.subquery() for part in contract.fact_parts(published.group, at, span))
    found = (exists().where(part.c.ticket_id == ticket_id) for part in parts)
    return bool(session.scalar(select(or_(*found))))
