"""Reads of publications: one, many, their units, and which stands for a period."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import TIMESTAMP, ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import Session, defer

from assessment import conditions
from assessment.counted import FIELDS
from assessment.metrics import Counts
from assessment.parts import RULES, Part
from assessment.periods import Period
from assessment.publications import recount
from assessment.publications.models import Publication, PublicationCheck, PublicationFact, PublicationUnit
from assessment.publications.states import UNDER_WAY, PublicationState
from assessment.rankings import Row, scores_of
from dispatch.kernel.errors import NotFound

MISSING = "没有这份通报，或您无权查看。"
ROWS_KEPT = 48  # of a publication, half a megabyte for a city's townships
# What is published never changes: its rows are counted once in a process, by number and digest; verifying counts anew.
_rows: dict[tuple[int, bytes], Sequence[Row]] = {}
_lock = Lock()
LIGHT = (defer(Publication.result), defer(Publication.diff), defer(Publication.scheme_body))


def publication(session: Session, publication_id: int, *, is_locked: bool = False) -> Publication:
    """The publication of this number. Raises ``NotFound`` ``publication.unknown``."""
    found = session.get(Publication, publication_id, with_for_update=is_locked, populate_existing=is_locked)
    if found is None:
        raise NotFound("publication.unknown", MISSING)
    return found


def units(session: Session, publication_id: int) -> Sequence[PublicationUnit]:
    """Its units, by code."""
    of = PublicationUnit.publication_id == publication_id
    return session.scalars(select(PublicationUnit).where(of).order_by(PublicationUnit.number)).all()


def newest(session: Session, found: Publication) -> Publication | None:
    """The version that stands: the last published one of this scheme, period and group."""
    return session.scalars(
        select(Publication)
        .where(
            *_same(found.scheme_name, found.period, found.peer_group), Publication.state == PublicationState.PUBLISHED
        )
        .order_by(Publication.version.desc())
        .limit(1)
    ).first()


def under_way(session: Session, scheme_name: str, period: str, group: str) -> Publication | None:
    """The one that is being prepared, or waits to be signed or published."""
    return session.scalars(
        select(Publication).where(*_same(scheme_name, period, group), Publication.state.in_(UNDER_WAY))
    ).first()


def corrected_by(session: Session, ids: Collection[int]) -> dict[int, Publication]:
    """By number: the published correction of each of these that has one."""
    rows = select(Publication).where(Publication.corrects.in_(ids), Publication.state == PublicationState.PUBLISHED)
    return {int(row.corrects or 0): row for row in session.scalars(rows.options(*LIGHT))}


def listed(
    session: Session, *, states: Collection[PublicationState], before: int | None = None, limit: int = 50
) -> list[Publication]:
    """Newest first, those before the number ``before``; without results and scheme texts."""
    query = select(Publication).where(Publication.state.in_(states)).options(*LIGHT)
    if before is not None:
        query = query.where(Publication.publication_id < before)
    return list(session.scalars(query.order_by(Publication.publication_id.desc()).limit(limit)))


def overlapping(session: Session, scheme_name: str, period: Period, group: str) -> Publication | None:
    """One of this scheme and group whose period shares instants with this one and is another: months and weeks apart."""
    is_week = Publication.period.contains("W")
    return session.scalars(
        select(Publication)
        .where(
            Publication.scheme_name == scheme_name,
            Publication.peer_group == group,
            Publication.state != PublicationState.DISCARDED,
            is_week if "W" in period.name else ~is_week,
            Publication.starts_at < period.end,
            Publication.ends_at > period.start,
            (Publication.starts_at != period.start) | (Publication.ends_at != period.end),
        )
        .options(*LIGHT)
        .limit(1)
    ).first()


def published_rows(
    session: Session, scheme_name: str, period: Period, group: str, as_of: datetime
) -> tuple[int, Sequence[Row]] | None:
    """Number and rows of the version published by ``as_of``, from what was frozen; None where there is none."""
    asked = {"scheme_name": scheme_name, "period": period.name, "peer_group": str(group), "starts_at": period.start}
    standing = session.connection().execute(_standing(), {**asked, "as_of": as_of}).first()
    return None if standing is None else (standing.publication_id, _rows_of(session, *standing))


def published_scores(
    session: Session, scheme_name: str, period: Period, group: str, as_of: datetime
) -> Mapping[str, Fraction] | None:
    """Unrounded scores of the units ranked in the version published by ``as_of``; None where there is none (rules.md §7)."""
    found = published_rows(session, scheme_name, period, group, as_of)
    return None if found is None else scores_of(found[1])


def _rows_of(session: Session, number: int, digest: bytes | None) -> Sequence[Row]:
    key = (number, digest or b"")
    found = _rows.get(key)
    if found is None:
        found = tuple(recount.rows_of(session, publication(session, number), units(session, number)))
        with _lock:
            while len(_rows) >= ROWS_KEPT:
                del _rows[next(iter(_rows))]
            _rows[key] = found
    return found


@cache
def _standing() -> Select[Any]:
    """Number and digest of the version that stood at an instant; put together once, since every ranking with classes asks."""
    told: Any = Publication.__table__.c
    return (
        select(told.publication_id, told.digest)
        .where(
            *(told[name] == bindparam(name) for name in ("scheme_name", "period", "peer_group", "starts_at")),
            told.published_at <= bindparam("as_of", type_=TIMESTAMP(timezone=True)),
            told.state == PublicationState.PUBLISHED,
        )
        .order_by(told.version.desc())
        .limit(1)
    )


def tickets(
    session: Session, publication_id: int, *, unit_id: int, part: Part, after: int = 0, limit: int = 50
) -> list[PublicationFact]:
    """The frozen tickets behind one number of a unit's row, by ``ticket_id``: at most ``limit`` of those after ``after``."""
    fact = PublicationFact
    return list(
        session.scalars(
            select(fact)
            .where(
                fact.publication_id == publication_id,
                fact.unit_id == unit_id,
                fact.ticket_id > after,
                RULES[part].condition(fact),
            )
            .order_by(fact.ticket_id)
            .limit(limit)
        )
    )


def counts_of_unit(session: Session, publication_id: int, unit_id: int) -> Counts:
    """The frozen counts of one unit's tickets, ``pending`` included."""
    fact = PublicationFact.__table__.c
    tally = select(*conditions.sums(fact, conditions.Asked(with_pending=True))).where(
        fact.publication_id == publication_id, fact.unit_id == unit_id
    )
    row = session.execute(tally).mappings().one()
    return Counts(**{name: int(value) for name, value in row.items() if name in FIELDS})


def last_check(session: Session, publication_id: int) -> PublicationCheck | None:
    """The newest recomputation asked for."""
    return session.scalars(
        select(PublicationCheck)
        .where(PublicationCheck.publication_id == publication_id)
        .order_by(PublicationCheck.check_id.desc())
        .limit(1)
    ).first()


def waiting_checks(session: Session, *, limit: int) -> list[int]:
    """Recomputations that nobody has done yet."""
    query = select(PublicationCheck.check_id).where(PublicationCheck.finished_at.is_(None))
    return list(session.scalars(query.order_by(PublicationCheck.check_id).limit(limit)))


def preparing(session: Session, *, limit: int) -> list[int]:
    """Publications that wait to be frozen, oldest first."""
    query = select(Publication.publication_id).where(Publication.state == PublicationState.PREPARING)
    return list(session.scalars(query.order_by(Publication.publication_id).limit(limit)))


def frozen_ids(session: Session) -> list[int]:
    """The numbers of all that are frozen, signed or published, in order."""
    states = (PublicationState.FROZEN, PublicationState.SIGNED, PublicationState.PUBLISHED)
    query = select(Publication.publication_id).where(Publication.state.in_(states))
    return list(session.scalars(query.order_by(Publication.publication_id)))


def exists_for(session: Session, scheme_name: str, period: str, group: str) -> bool:
    """Whether there ever was one of this scheme, period and group, a discarded one included."""
    return bool(session.scalar(select(exists().where(*_same(scheme_name, period, group)))))


def _same(scheme_name: str, period: str, group: str) -> tuple[ColumnElement[bool], ...]:
    return (Publication.scheme_name == scheme_name, Publication.period == period, Publication.peer_group == group)
