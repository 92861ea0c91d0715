"""What the catalogue says of a ticket as it stands, and the duties that may not be handed to a street."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.kernel.errors import DomainError
from dispatch.routing.catalogue import DISTRICT, TOWNSHIP, Catalogue, Entry, unit_code

if TYPE_CHECKING:
    from dispatch.directory.snapshot import Reference, UnitRef
    from dispatch.tickets.models import Ticket

# Danger to life has its own limit whatever the catalogue says.
ORDINARY = "ordinary"


def entry_for(reference: Reference, ticket: Ticket) -> Entry:
    """The entry for a ticket, by what is on record of its category, kind and place."""
    return found_in(reference.catalogue, reference, ticket.category, ticket.kind, ticket.place_code)[0]


def found_in(
    catalogue: Catalogue, reference: Reference, category: str | None, kind: str, place_code: str | None
) -> tuple[Entry, str | None]:
    """A catalogue's entry for such a matter as it stands, and the lead in effect that it means; None: a person decides."""
    township, district = _around(reference, place_code)
    place = TOWNSHIP if township else DISTRICT if district else "none"
    entry, _missing = catalogue.standing(category or "", kind, place, township, district, units=reference.by_code)
    return entry, unit_code(entry.lead, township=township, district=district)


def limit_for(reference: Reference, unit: UnitRef, ticket: Ticket) -> str | None:
    """The entry's own limit, where it has one and ``unit`` is its lead; None: the limit policy decides."""
    if ticket.urgency != ORDINARY:
        return None
    entry, lead = found_in(reference.catalogue, reference, ticket.category, ticket.kind, ticket.place_code)
    return entry.limit or None if lead == unit.code else None


def supports_for(reference: Reference, ticket: Ticket, category: str | None = None) -> list[str]:
    """The units in effect that the entry names as helpers; never its own lead. ``category``: as it is to be corrected to."""
    township, district = _around(reference, ticket.place_code)
    entry, lead = found_in(reference.catalogue, reference, category or ticket.category, ticket.kind, ticket.place_code)
    codes = [unit_code(form, township=township, district=district) for form in entry.supports]
    return [code for code in dict.fromkeys(codes) if code and code != lead and code in reference.by_code]


def is_barred(reference: Reference, unit: UnitRef, ticket: Ticket) -> bool:
    """Does the catalogue forbid to give such a duty to this unit, because it is a street or township?"""
    return unit.kind == TOWNSHIP and entry_for(reference, ticket).not_to_streets


def require_street_may(reference: Reference, unit: UnitRef, ticket: Ticket) -> None:
    """Raise ``catalogue.not_to_streets`` where it does."""
    if is_barred(reference, unit, ticket):
        raise refused(unit, entry_for(reference, ticket))


def refused(unit: UnitRef, entry: Entry) -> DomainError:
    """``catalogue.not_to_streets``, with the entry's basis."""
    words = (
        f"派单目录规定这项职责不得派给街道、乡镇（{entry.basis_zh}），不能派给“{unit.name}”；"
        "请派职能部门，确需派给街道的由市级督办人员转派并写明原因。"
    )
    return DomainError("catalogue.not_to_streets", words, field="unit_code")


def _around(reference: Reference, place_code: str | None) -> tuple[str | None, str | None]:
    place = reference.known.get(place_code or "")
    if place is None:
        return None, None
    township, district = reference.nearest(place, TOWNSHIP), reference.district_of(place)
    return township.code if township else None, district.code if district else None
