"""Recomputing a publication from its frozen rows, and naming the first thing that is no longer what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from assessment import schemes
from assessment.publications import digest, frozen_facts, queries, recount
from assessment.publications.difference import difference, read
from assessment.publications.freezing import header_of, whole_of
from assessment.publications.models import Publication, PublicationUnit
from dispatch.kernel.errors import Conflict


class VerifiedPart(StrEnum):
    """What is compared, in this order."""

    HEADER = "header"
    UNIT = "unit"
    FACT = "fact"
    RESULT = "result"
    DIFF = "diff"
    DIGEST = "digest"


P = VerifiedPart
PART_WORDS = {
    P.HEADER: "标头(考核办法、周期、组别、截止时间等)已被改动",
    P.UNIT: "单位已被改动",
    P.FACT: "工单事实已被改动",
    P.RESULT: "结果与冻结的事实重算所得不符",
    P.DIFF: "更正对照与两份结果不符",
    P.DIGEST: "总摘要不符",
}


@dataclass(frozen=True)
class Finding:
    """The first thing that differs: a unit's code, a ticket's number, ``unit code/column`` of the result; empty: the whole part."""

    part: VerifiedPart
    what: str = ""

    @property
    def words(self) -> str:
        """In one sentence for people."""
        return f"{PART_WORDS[self.part]}：{self.what}" if self.what else PART_WORDS[self.part]


def verify(session: Session, publication_id: int) -> Finding | None:
    """Recompute all of it; None where every byte is as frozen. Raises ``Conflict`` ``publication.not_frozen``."""
    found = queries.publication(session, publication_id)
    if found.digest is None:
        raise Conflict("publication.not_frozen", "这份通报还没有冻结，无从核验。", state=found.state)
    frozen_facts.unbounded(session)
    units = queries.units(session, publication_id)
    return next(_findings(session, found, units), None)


def _findings(session: Session, found: Publication, units: Sequence[PublicationUnit]) -> Iterator[Finding]:
    """In order; what comes later is only asked where all before was sound, since it rests on it."""
    if header_of(found) != found.header_digest:
        yield Finding(P.HEADER)
    checks: tuple[Callable[[Session, Publication, Sequence[PublicationUnit]], Finding | None], ...]
    checks = (_unit, _fact, _result, _diff)
    for check in checks:
        if (finding := check(session, found, units)) is not None:
            yield finding
    if whole_of(session, found, units) != found.digest:
        yield Finding(P.DIGEST)


def _unit(_session: Session, found: Publication, units: Sequence[PublicationUnit]) -> Finding | None:
    for place, unit in enumerate(units, 1):
        values = {name: getattr(unit, name) for name in (*digest.UNIT, "more")}
        if digest.unit_digest(values) != unit.digest or unit.number != place:
            return Finding(P.UNIT, unit.code)
    return Finding(P.UNIT, f"第 {len(units) + 1} 个") if len(units) != found.unit_count else None


def _fact(session: Session, found: Publication, _units: Sequence[PublicationUnit]) -> Finding | None:
    changed = frozen_facts.first_changed(session, found.publication_id)
    if changed is not None:
        return Finding(P.FACT, changed)
    gap = frozen_facts.first_gap(session, found.publication_id, found.fact_count or 0)
    if gap is None:
        return None
    number, ticket_no = gap
    return Finding(P.FACT, f"第 {number} 条" + (f"({ticket_no} 处)" if ticket_no else ""))


def _result(session: Session, found: Publication, units: Sequence[PublicationUnit]) -> Finding | None:
    try:
        rows = recount.rows_of(session, found, units)
    except ValueError:
        return Finding(P.RESULT)
    again = recount.result_of(rows)
    if again == found.result:
        bands = recount.bands_of(rows, schemes.loads(found.scheme_body))
        return None if bands == found.bands else Finding(P.RESULT, "bands")
    try:
        cells = difference(found.result or b"", again)
    except ValueError:
        return Finding(P.RESULT)
    return Finding(P.RESULT, f"{cells[0]['unit_code']}/{cells[0]['column']}" if cells else "")


def _diff(session: Session, found: Publication, _units: Sequence[PublicationUnit]) -> Finding | None:
    if found.corrects is None:
        return None
    before = queries.publication(session, found.corrects).result or b""
    try:
        again = difference(before, found.result or b"")
    except ValueError:
        return Finding(P.DIFF)
    if again == found.diff:
        return None
    kept = found.diff or []
    first = next((one for one in [*again, *kept] if one not in again or one not in kept), None)
    return Finding(P.DIFF, f"{first['unit_code']}/{first['column']}" if first else "")


def readable(found: Publication) -> dict[str, dict[str, str]]:
    """The result by unit code, for pages. Raises ``Conflict`` ``publication.tampered`` where it is no table any more."""
    try:
        return read(found.result or b"")
    except ValueError:
        raise Conflict("publication.tampered", "这份通报的结果已被改动，无法显示，请核验。") from None
