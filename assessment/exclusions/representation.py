"""A case as it is shown, on a page and in the API alike: names beside codes, words beside steps, what became of its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.exclusions import queries, services
from assessment.exclusions.applying import EVENT
from assessment.exclusions.models import ExclusionCase, ExclusionEvidence
from dispatch import contract


@dataclass(frozen=True)
class Line:
    """A case in a list."""

    case: ExclusionCase
    ticket_no: str
    unit_code: str
    unit_name: str


@dataclass(frozen=True)
class Step:
    """One move: to which state, by whom, when, and why (None: the words were erased)."""

    state: str
    actor: str
    name: str
    at: datetime
    words: str | None


@dataclass(frozen=True)
class Evidence:
    """What the case points to. ``is_unchanged``: still there with the digest that it had; ``what`` None where it is gone."""

    kind: str
    number: int
    what: str | None
    at: datetime | None
    is_unchanged: bool


@dataclass(frozen=True)
class Whole:
    """A case with everything that belongs to it. ``correction_due_at``: a granted appeal, until when the correction is due."""

    line: Line
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    correction_due_at: datetime | None


def lines(session: Session, cases: Sequence[ExclusionCase], at: datetime) -> list[Line]:
    """In the order given."""
    numbers = contract.numbers_of(session, [case.ticket_id for case in cases])
    units = contract.units_named(session, {case.unit_id for case in cases}, at)
    return [Line(case, numbers[case.ticket_id], *units[case.unit_id]) for case in cases]


def whole(session: Session, case: ExclusionCase, at: datetime) -> Whole:
    """One case."""
    (line,) = lines(session, [case], at)
    found = queries.steps(session, [case.case_id])
    names = contract.names_of(session, {step.actor for step in found})
    words = contract.words_of(session, case.ticket_id, {services.WORDS})
    needed = services.on_granted(session, case)
    return Whole(
        line=line,
        steps=tuple(
            Step(
                step.state,
                step.actor,
                names.get(step.actor, step.actor),
                step.at,
                words.get((step.words_kind, step.words_version)),
            )
            for step in found
        ),
        evidence=_evidence(session, case.ticket_id, queries.evidence(session, case.case_id)),
        correction_due_at=needed.due_at if needed else None,
    )


def _evidence(session: Session, ticket_id: int, kept: Sequence[ExclusionEvidence]) -> tuple[Evidence, ...]:
    events = {proof.number: proof for proof in contract.events_as_proof(session, ticket_id)}
    files = {proof.number: proof for proof in contract.files_as_proof(session, ticket_id)}
    found = []
    for piece in kept:
        proof = (events if piece.kind == EVENT else files).get(piece.number)
        what, when = (proof.what, proof.at) if proof else (None, None)
        found.append(Evidence(piece.kind, piece.number, what, when, proof is not None and proof.digest == piece.digest))
    return tuple(found)
