"""What the selects of the forms offer: coded values with their words, categories, units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _
from dispatch.routing.duties import supports_for
from dispatch.routing.taxonomy import BETWEEN
from dispatch.tickets.assigning import LEADING_KINDS
from dispatch.tickets.models import Ticket

CODE_AT_END = re.compile(r"[（(]\s*([^（()）]+?)\s*[)）]\s*$")


def options(table: Mapping[str, str], blank: str | None = None) -> list[tuple[str, str]]:
    """(value, translated word) of a table of words, with a blank choice on top where ``blank`` names one."""
    first = [("", blank)] if blank is not None else []
    return first + [(str(value), str(_(word))) for value, word in table.items()]


def category_options(city: Reference, blank: str) -> list[tuple[str, str]]:
    """Every leaf in force as ``供暖 / 室温不达标``."""
    tree = city.taxonomy
    return [("", blank)] + [(leaf.code, BETWEEN.join(tree.path(leaf.code))) for leaf in tree.leaves()]


def unit_options(city: Reference) -> list[str]:
    """Every unit that can lead, as ``东华门街道（110101001）``, by code."""
    return list(_leading_labels(city))


@lru_cache(maxsize=2)  # the same picture of the city for nearly every page
def _leading_labels(city: Reference) -> tuple[str, ...]:
    leading = (unit for unit in city.by_code.values() if unit.kind in LEADING_KINDS)
    return tuple(unit_label(unit.name, unit.code) for unit in sorted(leading, key=lambda unit: unit.code))


def below_options(city: Reference, holders: Iterable[int]) -> list[str]:
    """The sections and communities directly below these units, as ``永安里社区居委会（110105001026）``, by code."""
    below = sorted(city.by_id[child].code for holder in holders for child in city.children.get(holder, ()))
    return [unit_label(city.by_code[code].name, code) for code in below]


def unit_label(name: str, code: str) -> str:
    """How a unit stands in a searchable field."""
    return f"{name}（{code}）"


def unit_code_of(typed: str, city: Reference) -> str | None:
    """The code behind what was typed or picked: label, code, or a name that only one unit has; else what was typed.

    None for an empty field. Services refuse what names no unit, in their own words.
    """
    typed = typed.strip()
    if not typed:
        return None
    found = CODE_AT_END.search(typed)
    if found:
        return found[1]
    named = [unit for unit in city.by_code.values() if unit.name == typed]
    leading = [unit for unit in named if unit.kind in LEADING_KINDS] or named
    return leading[0].code if typed not in city.by_code and len(leading) == 1 else typed


def support_options(city: Reference, ticket: Ticket, category: str | None = None) -> list[tuple[str, str]]:
    """Whom the catalogue names as helpers of such a matter: (code, name). ``category``: as it is to be corrected to."""
    return [(code, city.by_code[code].name) for code in supports_for(city, ticket, category)]
