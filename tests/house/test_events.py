"""The catalogue of events says what the code records, and the reverse."""

from __future__ import annotations

import re

from tests.house.tree import ROOT, read, tracked

RECORDED = re.compile(r'"((?:ticket|assignment|dispute|card|follow_up)\.[a-z_]+)"')
CATALOGUED = re.compile(r"^\| `([a-z_.]+)` \|", re.MULTILINE)
MODULES = ("dispatch/tickets/", "dispatch/follow_ups/", "dispatch/limits/")


def recorded_types() -> set[str]:
    found = set()
    for path in tracked():
        if str(path).startswith(MODULES) and path.suffix == ".py":
            source = read(str(path))
            for call in re.finditer(r"NewEvent\(|_record\(|EVENT_TYPE: Final =", source):
                found.update(RECORDED.findall(source[call.start() : call.start() + 120])[:1])
    return found


def test_catalogue_lists_every_event_that_is_recorded_and_no_other() -> None:
    assert set(CATALOGUED.findall((ROOT / "docs" / "events.md").read_text())) == recorded_types()
