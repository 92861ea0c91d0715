"""What a row ``must see``: a name → what the API (or, for cards, the record) tells, in the table's own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.api.conftest import Town
from tests.scenarios.table import ZONE

NOTHING = "none"
COLOURS = ("yellow", "red")
PART = re.compile(r"(lead|support|copy|handler) (\S+?)\.(\w+)")
HOP = re.compile(r"hop (\d+)")


def seen(town: Town, ticket_no: str, page: dict[str, Any], name: str, get: Callable[[str], Any]) -> str:
    """The value of ``name`` for this ticket as one word; ``get(path)`` asks the API as the person who looks."""
    if name in COLOURS:
        return _cards(town, ticket_no, name)
    if name == "lead":
        return word((page["unit"] or {}).get("code"))
    if name == "events":
        raise AssertionError("name one: event ticket.closed = 1")
    if name.startswith("event "):
        wanted = name.removeprefix("event ").strip()
        events = get(f"/tickets/{ticket_no}/events")["events"]
        return str(sum(event["type"] == wanted for event in events))
    if found := HOP.fullmatch(name):
        return _hop(get(f"/tickets/{ticket_no}/hops")["hops"], int(found[1]))
    if found := PART.fullmatch(name):
        return _part(page["assignments"], *found.groups())
    return word(_path(page, name))


def word(value: Any) -> str:
    """A JSON value as the table writes it: true, false, none, numbers and words as they are, instants as 11-02 09:00."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return f"{datetime.fromisoformat(value).astimezone(ZONE):%m-%d %H:%M}"
    if isinstance(value, list):
        return ", ".join(word(one) for one in value) or NOTHING
    return str(value)


def _path(page: Any, name: str) -> Any:
    for step in name.split("."):
        if not isinstance(page, dict) or step not in page:
            raise AssertionError(f"there is no {name}")
        page = page[step]
    return page


def _part(parts: list[dict[str, Any]], role: str, unit: str, name: str) -> str:
    own = [part for part in parts if part["role"] == role and part["unit"]["code"] == unit]
    if not own:
        return NOTHING
    return word(own[-1][name])


def _hop(hops: list[dict[str, Any]], number: int) -> str:
    """One hop in words: kind, unit (if any), hours it took, and late where it was."""
    if number > len(hops):
        return NOTHING
    hop = hops[number - 1]
    hours = f"{hop['seconds'] / 3600:g}h"
    told = [hop["kind"], (hop["unit"] or {}).get("code", ""), hours, "late" if hop["late_seconds"] else ""]
    return " ".join(part for part in told if part)


def _cards(town: Town, ticket_no: str, colour: str) -> str:
    rows = town.sql(
        "SELECT v.code FROM card c JOIN ticket_number n USING (ticket_id) JOIN unit v ON v.unit_id = c.unit_id"
        " WHERE n.ticket_no = :ticket_no AND c.colour = :colour AND c.withdrawn_at IS NULL ORDER BY c.issued_at, v.code",
        ticket_no=ticket_no,
        colour=colour,
    )
    return ", ".join(str(code) for (code,) in rows) or NOTHING
