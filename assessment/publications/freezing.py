"""Freezing: what counts as of the cut-off is copied, ranked and hashed, all in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment import beside, conditions, facts, schemes
from assessment.periods import Period
from assessment.publications import digest, frozen_facts, queries, recount
from assessment.publications.difference import difference
from assessment.publications.models import Publication, PublicationUnit
from assessment.publications.states import PublicationState, require_publication_move
from assessment.schemes.model import Group
from assessment.service import scores_before
from dispatch import contract
from dispatch.kernel.errors import DomainError


def freeze(session: Session, publication_id: int, *, at: datetime) -> Publication:
    """Fill in a publication that is ``preparing``; one that is no longer comes back as it is.

    Raises ``DomainError`` ``publication.no_units``; the caller rolls back, so that nothing is half frozen.
    """
    found = queries.publication(session, publication_id, is_locked=True)
    if found.state == PublicationState.FROZEN:
        return found
    require_publication_move(found.state, PublicationState.FROZEN)
    frozen_facts.unbounded(session)
    scheme, period, group = question_of(found)
    count = frozen_facts.copy(session, publication_id, scheme, period, group, found.cut_off)
    units = [PublicationUnit(**values) for values in _units(session, found)]
    session.add_all(units)
    session.flush()
    found.unit_count, found.fact_count = len(units), count
    rows = recount.rows_of(session, found, units)
    found.result, found.bands = recount.result_of(rows), recount.bands_of(rows, scheme)
    if found.corrects is not None:
        found.diff = difference(queries.publication(session, found.corrects).result or b"", found.result)
    found.header_digest = header_of(found)
    found.digest = whole_of(session, found, units)
    found.state, found.frozen_at = PublicationState.FROZEN, at
    session.flush()
    return found


def question_of(found: Publication) -> tuple[schemes.Scheme, Period, Group]:
    """Scheme, period and group, from what the publication keeps of them."""
    scheme = schemes.loads(found.scheme_body)
    return scheme, Period.parse(found.period, scheme, ZoneInfo(found.time_zone)), Group(found.peer_group)


def header_of(found: Publication) -> bytes:
    """The digest of its header as it stands now."""
    return digest.header_digest({name: getattr(found, name) for name in digest.HEADER})


def whole_of(session: Session, found: Publication, units: Sequence[PublicationUnit]) -> bytes:
    """The digest of the whole as it stands now."""
    facts_digests = frozen_facts.digests(session, found.publication_id)
    header = found.header_digest or b""
    unit_digests = (unit.digest for unit in units)
    return digest.whole_digest(header, unit_digests, facts_digests, found.result or b"", found.bands)


def _units(session: Session, found: Publication) -> list[dict[str, Any]]:
    """The rows of the units: those in effect in the period, then (not listed) others that are charged with something."""
    scheme, period, group = question_of(found)
    listed = contract.units_in_effect(session, group, period.start, period.end)
    if not listed:
        raise no_units(group)
    aside = facts.aside(session, scheme, period, group, found.cut_off)
    entered = beside.entered(session, scheme, period, found.cut_off)
    before = scores_before(session, scheme, period, group, found.cut_off)
    rows: list[dict[str, Any]] = [
        {
            "unit_id": unit.unit_id,
            "code": unit.code,
            "name": unit.name,
            "population": unit.population,
            "is_listed": True,
        }
        for unit in listed
    ]
    rows += _unlisted(session, found.publication_id, {unit.unit_id for unit in listed}, set(aside))
    for number, row in enumerate(rows, 1):
        _complete(row, aside.get(row["code"], {}), before.get(row["code"]))
        row["more"] = beside.kept(aside.get(row["code"], {}), entered.get(row["code"]))
        row |= {"publication_id": found.publication_id, "number": number, "digest": digest.unit_digest(row)}
    return rows


def _complete(row: dict[str, Any], aside: dict[str, int], before: Fraction | None) -> None:
    row |= {name: aside.get(name, 0) for name in sorted(conditions.BLAMES)}
    row["previous_score"] = None if before is None else str(before)


def _unlisted(session: Session, publication_id: int, known: set[int], blamed: set[str]) -> list[dict[str, Any]]:
    """Units without a row: they have left, and are charged all the same. Their code stands for their name."""
    charged = frozen_facts.unit_ids(session, publication_id) - known
    codes = contract.unit_codes().subquery()
    found = session.execute(
        select(codes.c.unit_id, codes.c.code).where(codes.c.unit_id.in_(charged) | codes.c.code.in_(blamed))
    )
    return [
        {"unit_id": row.unit_id, "code": row.code, "name": row.code, "population": None, "is_listed": False}
        for row in sorted(found, key=lambda row: str(row.code))
        if row.unit_id not in known
    ]


def no_units(group: Group) -> DomainError:
    """Said where the group has nobody to rank."""
    return DomainError("publication.no_units", "这个组别在本周期内没有单位，不能编制通报。", group=group.value)
