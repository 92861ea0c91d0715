"""What an imported row becomes: its chain is that of any other ticket, and its event holds no words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from dispatch.directory.snapshot import Reference, reference
from dispatch.exchange.csvfile import Row
from dispatch.kernel.events import NewEvent, chain
from dispatch.kernel.texts import text_digest
from dispatch.tickets import history
from dispatch.tickets.history import Historian, Prepared
from dispatch.tickets.import_rows import Facts, RowChecker
from tests.exchange.conftest import City
from tests.exchange.tickets_csv import COLUMNS, NOW, bare, done

SALTS = bytes(range(48))
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@pytest.fixture
def known(city: City, session: Session) -> Reference:
    return reference(session)


def facts_of(row: dict[str, str]) -> Facts:
    facts = RowChecker({"T1", "D1", "E1"}, at=NOW).check(Row(2, [row.get(column, "") for column in COLUMNS]))
    assert isinstance(facts, Facts)
    return facts


def prepare(known: Reference, row: dict[str, str]) -> Prepared:
    return Historian(known, at=NOW).prepare(2, facts_of(row), 41, SALTS)


def unescaped(cell: str) -> str | None:
    if cell == history.NULL:
        return None
    return cell.encode().decode("unicode_escape").encode("latin-1").decode()


def event_of(prepared: Prepared) -> dict[str, str | None]:
    cells = prepared.event.decode().removesuffix("\n").split("\t")
    return dict(zip(history.EVENT_COLUMNS, map(unescaped, cells), strict=True))


def test_prepare_hashes_as_any_event_when_rows_hold_any_text(known: Reference) -> None:
    @given(st.builds(done, ticket_no=CELLS.filter(str.strip), category=CELLS, title=CELLS, text=CELLS, address=CELLS))
    def holds(row: dict[str, str]) -> None:
        prepared = prepare(known, row)
        event = event_of(prepared)
        data = json.loads(str(event["data"]))
        digests = {
            kind: text_digest(SALTS[place * 16 : place * 16 + 16], row[kind]).hex()
            for place, kind in enumerate(("title", "text", "address"))
            if row[kind]
        }
        expected = history.row_data(facts_of(row)) | {"district": "D1"} | ({"texts": digests} if digests else {})
        assert data == expected
        (same,) = chain(41, [NewEvent("ticket.imported", NOW, "import", "T1", expected)])
        assert prepared.head == same["hash"]
        assert event["hash"] == "\\x" + prepared.head.hex()

    holds()


def test_prepare_keeps_words_out_of_the_event_when_the_row_has_words(known: Reference) -> None:
    row = done(title="甲乙丙", text="丁戊己", address="庚辛壬")
    data = str(event_of(prepare(known, row))["data"])
    assert not [word for word in ("甲乙丙", "丁戊己", "庚辛壬") if word in data]


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (done(), "closed"),
        (done(completed_at=""), "closed"),
        (done(followed_up_at=""), "closed"),
        (done(followed_up_at="", completed_at=""), "acknowledged"),
        (done(followed_up_at="", completed_at="", acknowledged_at=""), "dispatched"),
        (bare(), "received"),
        (bare(completed_at="2025-10-02T00:00:00Z"), "closed"),
    ],
)
def test_state_follows_from_the_facts_when_a_row_stops_half_way(row: dict[str, str], state: str) -> None:
    assert history.state_of(facts_of(row)) == state
