"""What people see of publications: which ones, which rows, in which order, and what they may do next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment import schemes
from assessment.periods import Period
from assessment.publications import preparation, queries
from assessment.publications.freezing import question_of
from assessment.publications.models import Publication, PublicationUnit
from assessment.publications.preparation import Visible
from assessment.publications.states import PublicationState
from assessment.publications.verification import readable
from assessment.schemes.bands import shows_bands
from assessment.schemes.model import Group, Scheme
from dispatch import contract
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import Person

OFFICE = ("publication.prepare", "publication.sign", "publication.publish")
S = PublicationState


@dataclass(frozen=True)
class PublishedLine:
    """One unit: the strings of the exchange table by column, ``rank`` empty where the scheme shows ``band``s. ``is_own``: the
    reader may open its tickets."""

    cells: dict[str, str]
    band: str
    is_own: bool


@dataclass(frozen=True)
class PublicationView:
    """A publication cut to what its reader may see. ``is_whole``: every row of the table is in ``lines``.

    ``corrects`` and ``corrected_by``: numbers of the version before and after; ``verbs``: what the reader may do next.
    """

    publication: Publication
    scheme: Scheme
    period: Period
    group: Group
    lines: tuple[PublishedLine, ...]
    diff: tuple[dict[str, str], ...]
    is_whole: bool
    corrected_by: int | None
    verbs: tuple[str, ...]

    @property
    def has_bands(self) -> bool:
        """Whether bands stand where ranks would."""
        return shows_bands(self.scheme)


def visible_states(person: Person) -> tuple[PublicationState, ...]:
    """What is not published is seen by those who make publications."""
    return tuple(S) if _is_office(person) else (S.PUBLISHED,)


def found_for(session: Session, person: Person, publication_id: int) -> Publication:
    """The publication, if this person may see it. Raises ``NotFound`` ``publication.unknown``."""
    found = queries.publication(session, publication_id)
    if found.state not in visible_states(person):
        raise NotFound("publication.unknown", queries.MISSING)
    return found


def view_of(session: Session, person: Person, publication_id: int, *, at: datetime) -> PublicationView:
    """The publication as this person sees it. Raises ``NotFound``; ``publication.tampered`` where the result is no table."""
    found = found_for(session, person, publication_id)
    scheme, period, group = question_of(found)
    own = own_codes(session, person, at=at)
    shown = None if own is None or _sees_group(found) else own
    later = queries.corrected_by(session, [publication_id]).get(publication_id)
    return PublicationView(
        publication=found,
        scheme=scheme,
        period=period,
        group=group,
        lines=tuple(_lines(found, scheme, shown, own)) if found.result is not None else (),
        diff=tuple(cell for cell in _diff(found, scheme) if shown is None or cell["unit_code"] in shown),
        is_whole=shown is None,
        corrected_by=later.publication_id if later else None,
        verbs=tuple(_verbs(found, person, is_newest=later is None)),
    )


def open_view_of(session: Session, publication_id: int) -> PublicationView:
    """A published one as everybody may see it: the whole table, no ticket. Raises ``NotFound`` for any other."""
    found = queries.publication(session, publication_id)
    if found.state != S.PUBLISHED:
        raise NotFound("publication.unknown", queries.MISSING)
    scheme, period, group = question_of(found)
    later = queries.corrected_by(session, [publication_id]).get(publication_id)
    lines, diff = tuple(_lines(found, scheme, None, ())), tuple(_diff(found, scheme))
    corrected_by = later.publication_id if later else None
    return PublicationView(found, scheme, period, group, lines, diff, True, corrected_by, ())


def own_codes(session: Session, person: Person, *, at: datetime) -> Collection[str] | None:
    """The units whose tickets this person may open; None: all."""
    return None if person.may("ranking.view_all") else contract.units_in_scope(session, person, at=at)


def unit_for(session: Session, person: Person, found: Publication, code: str, *, at: datetime) -> PublicationUnit:
    """The frozen unit of this code whose tickets this person may open. Raises ``NotFound`` ``ranking.unknown_unit``."""
    own = own_codes(session, person, at=at)
    for unit in queries.units(session, found.publication_id):
        if unit.code == code and (own is None or code in own):
            return unit
    raise NotFound("ranking.unknown_unit", "本周期的这个组别中没有这个单位，或您无权查看。")


def title_of(found: Publication) -> str:
    """The scheme's title, of a publication that was read whole."""
    return schemes.loads(found.scheme_body).title


def _lines(
    found: Publication, scheme: Scheme, shown: Collection[str] | None, own: Collection[str] | None
) -> list[PublishedLine]:
    lines = [
        PublishedLine(cells, (found.bands or {}).get(code, ""), own is None or code in own)
        for code, cells in readable(found).items()
        if shown is None or code in shown
    ]
    if not shows_bands(scheme):
        return lines
    places = {band.name: place for place, band in enumerate(scheme.bands)}
    for line in lines:
        line.cells["rank"] = ""
    return sorted(lines, key=lambda line: (places.get(line.band, len(places)), line.cells["unit_code"]))


def _diff(found: Publication, scheme: Scheme) -> list[dict[str, str]]:
    hidden = {"rank"} if shows_bands(scheme) else set()
    return [cell for cell in found.diff or () if cell["column"] not in hidden]


def _sees_group(found: Publication) -> bool:
    return found.state == S.PUBLISHED and preparation.shipped().visible_of(found.scheme_name) is Visible.GROUP


def _is_office(person: Person) -> bool:
    return any(person.may(permission) for permission in OFFICE)


def _verbs(found: Publication, person: Person, *, is_newest: bool) -> list[str]:
    """What the buttons offer: only what the verb itself would not refuse this person."""
    state, verbs = found.state, []
    if state == S.FROZEN and person.may("publication.sign") and found.prepared_by != person.actor:
        verbs.append("sign")
    if state == S.SIGNED and person.may("publication.publish") and found.signed_by != person.actor:
        verbs.append("publish")
    if state in (S.PREPARING, S.FROZEN, S.SIGNED) and person.may("publication.prepare"):
        verbs.append("discard")
    if state == S.PUBLISHED and is_newest and person.may("publication.prepare"):
        verbs.append("correct")
    if found.digest is not None and _is_office(person):
        verbs.append("verify")
    return verbs
