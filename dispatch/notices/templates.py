"""What citizens are told, as versioned data: event → template, its Chinese texts, and where each blank is filled from.

In a text ``{name}`` is a blank, and ``[…]`` is left out whole where a blank inside stays empty.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

BLANK = re.compile(r"\{([a-z_]+)\}")
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")

# Filled in when the message leaves, never stored.
AT_SENDING = frozenset({"ticket_no", "code", "page", "link"})


class AtNight(StrEnum):
    """Whether it leaves in the quiet hours."""

    NEVER = "never"
    URGENT = "urgent"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Template:
    """One row of the data. ``values``: blank → sources in the event; ``words``: blank → kinds of texts; first found wins.

    ``confidential`` is said instead where the caller asked for secrecy: it names the ticket's number and no matter.
    """

    event: str
    when: str
    name: str
    version: int
    at_night: AtNight
    values: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    text: str
    confidential: str

    def leaves_at_night(self, urgency: str) -> bool:
        """Whether a ticket of this urgency may wake its caller."""
        if self.at_night is AtNight.URGENT:
            return urgency != "ordinary"
        return self.at_night is AtNight.ALWAYS


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its blanks filled; optional parts without all their blanks are left out."""

    def part(match: re.Match[str]) -> str:
        return match[1] if all(values.get(name) for name in BLANK.findall(match[1])) else ""

    return BLANK.sub(lambda match: values.get(match[1], ""), OPTIONAL.sub(part, text))


@cache
def all_versions() -> Mapping[tuple[str, int], Template]:
    """Every text there ever was, by name and version: what waits is said as it was written."""
    table = (files("dispatch.notices") / "data" / "messages.csv").read_text("utf-8")
    rows = map(_template, csv.DictReader(table.splitlines()))
    return {(template.name, template.version): template for template in rows}


@cache
def templates() -> Mapping[str, Template]:
    """The newest version of each template by name."""
    return {name: template for (name, _), template in sorted(all_versions().items(), key=lambda item: item[0])}


def _template(row: Mapping[str, str]) -> Template:
    return Template(
        event=row["event"],
        when=row["when"],
        name=row["template"],
        version=int(row["version"]),
        at_night=AtNight(row["at_night"]),
        values=_sources(row["values"]),
        words=_sources(row["words"]),
        text=row["text"],
        confidential=row["confidential"],
    )


def _sources(cell: str) -> dict[str, tuple[str, ...]]:
    """``unit=lead due=ticket_due_at|ticket.due`` as blank → sources."""
    pairs = (pair.split("=", 1) for pair in cell.split())
    return {blank: tuple(sources.split("|")) for blank, sources in pairs}
