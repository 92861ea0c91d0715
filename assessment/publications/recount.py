"""From the frozen rows back to the table: the same rows, the same bytes, whenever and wherever it is done."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy.orm import Session

from assessment import beside, schemes
from assessment.publications import frozen_facts
from assessment.publications.models import Publication, PublicationUnit
from assessment.rankings import Row, UnitRow, rank
from assessment.schemes.bands import band_of, shows_bands
from assessment.schemes.model import Group, Scheme
from assessment.table import to_csv


def rows_of(session: Session, publication: Publication, units: Sequence[PublicationUnit]) -> list[Row]:
    """The ranking, from the frozen facts and units alone. Raises ``ValueError`` where the counts cannot be (tampered with)."""
    listed = [UnitRow(unit.code, unit.name, unit.population) for unit in units if unit.is_listed]
    previous = {unit.code: Fraction(unit.previous_score) for unit in units if unit.previous_score is not None}
    scheme = schemes.loads(publication.scheme_body)
    counts = frozen_facts.counts(session, publication.publication_id, scheme)
    entered = {unit.code: beside.entered_kept(unit.more) for unit in units if unit.more}
    return rank(listed, counts, scheme, Group(publication.peer_group), previous, entered)


def result_of(rows: Sequence[Row]) -> bytes:
    """The exchange table (design §9), byte for byte what ``hotline rank --format csv`` says as of the cut-off."""
    return to_csv(rows).encode()


def bands_of(rows: Sequence[Row], scheme: Scheme) -> dict[str, str] | None:
    """By unit code: the band of each ranked unit, by its exact score; None where the scheme shows ranks."""
    if not shows_bands(scheme):
        return None
    return {row.unit.code: band_of(row.rank, row.score, scheme) for row in rows if row.rank is not None}
