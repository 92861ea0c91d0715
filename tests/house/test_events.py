"""The catalogue of events, the code that records them and the sentences of the timeline all name the same types."""

from __future__ import annotations

import re

from dispatch.console.sentences import SENTENCES
from tests.house.tree import ROOT, read, tracked

WORDS = r"[a-z_]+\.[a-z_]+"
RECORDED = re.compile(rf'"({WORDS})"')
CATALOGUED = re.compile(rf"^\| `({WORDS})` \|", re.MULTILINE)


def sources() -> dict[str, str]:
    return {
        str(path): read(str(path)) for path in tracked() if str(path).startswith("dispatch/") and path.suffix == ".py"
    }


def recorded_types() -> set[str]:
    """The types that stand in a call which records an event."""
    found = set()
    for source in sources().values():
        for call in re.finditer(r"NewEvent\(|Plan\(|EVENT_TYPE: Final =", source):
            found.update(RECORDED.findall(source[call.start() : call.start() + 120])[:1])
    return found


def catalogued_types() -> set[str]:
    return set(CATALOGUED.findall((ROOT / "docs" / "events.md").read_text(encoding="utf-8")))


def test_catalogue_lists_every_event_that_is_recorded() -> None:
    assert recorded_types() - catalogued_types() == set()


def test_catalogue_lists_no_event_that_the_code_does_not_know() -> None:
    code = "".join(source for path, source in sources().items() if not path.endswith("sentences.py"))
    assert {name for name in catalogued_types() if f'"{name}"' not in code} == set()


def test_timeline_has_a_sentence_for_every_event_and_no_other() -> None:
    assert set(SENTENCES) == catalogued_types()
