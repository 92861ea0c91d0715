"""What somebody searches for, as the address of the page says it. Whatever cannot be read is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Final
from urllib.parse import urlencode

LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """``unit``: a code, with everything below it. ``category``: a code, with everything below it. Days are the city's own."""

    q: str = ""
    unit: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    category: str = ""
    since: str = ""
    until: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked: then the newest are shown."""
        return not any(asdict(self).values())

    @property
    def query(self) -> str:
        """The address' part behind the question mark, without what is empty."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def day(self, name: str) -> date | None:
        """``since`` or ``until`` as a day; None where none is given."""
        return _day(str(getattr(self, name)))


def read(args: Mapping[str, str]) -> Asked:
    """Out of an address."""
    found = {field.name: _tidy(args.get(field.name, "")) for field in fields(Asked)}
    for name in ("since", "until"):
        if _day(found[name]) is None:
            found[name] = ""
    return Asked(**found)


def _tidy(typed: str) -> str:
    return "".join(char for char in typed if char.isprintable()).strip()[:LONGEST]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
