"""New York's real 311 rows as history (docs/nyc311.md): what is sound is loaded, what is dirty is refused with its reason."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dispatch.directory.checks import COLUMNS as UNIT_COLUMNS
from dispatch.directory.services import import_units
from dispatch.exchange import nyc311
from dispatch.exchange.csvfile import CsvFile
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED
from tests.exchange.conftest import City
from tests.exchange.tickets_csv import NOW

SOURCE = {
    "unique_key": "1",
    "created_date": "2018-07-01T10:00:00",
    "closed_date": "2018-07-02T10:00:00",
    "due_date": "",
    "agency": "DOT",
    "complaint_type": "Street Light Condition",
    "descriptor": "Street Light Out",
    "location_type": "",
    "borough": "QUEENS",
    "city": "",
    "incident_zip": "11421",
    "open_data_channel_type": "UNKNOWN",
}


def instants(path: Path, column: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as read:
        return {row["unique_key"]: row[column] for row in csv.DictReader(read)}


def test_convert_refuses_what_closed_before_it_was_created_when_the_real_rows_are_imported(
    city: City, shared_data: Path, tmp_path: Path
) -> None:
    source = shared_data / "nyc311" / "nyc311_2018_1000.csv"
    assert nyc311.convert(source, tmp_path) == 1000
    with Session(city.engine) as session, session.begin(), (tmp_path / "units.csv").open("rb") as units:
        assert import_units(session, CsvFile(units, required=UNIT_COLUMNS), at=NOW).rejects == []
    with (tmp_path / "tickets.csv").open("rb") as tickets:
        loaded = city.load_stream(CsvFile(tickets, required=REQUIRED, optional=OPTIONAL))
    created, closed = instants(source, "created_date"), instants(source, "closed_date")
    dirty = [key for key in created if closed[key] and closed[key] < created[key]]
    assert (loaded.added, loaded.bad) == (990, len(dirty)) == (990, 10)
    assert {(reject.column, reject.reason) for reject in city.rejects} == {("completed_at", "早于 dispatched_at")}
    stored = {row.ticket_no for row in city.all("SELECT ticket_no FROM ticket")}
    assert stored == {f"nyc311-{key}" for key in created if key not in dirty}
    assert city.one("SELECT count(*) FROM ticket WHERE completed_at > due_at")[0] == 52
    assert city.one("SELECT count(followed_up_at) + count(reached) + count(solved) FROM ticket")[0] == 0


@pytest.mark.parametrize(
    ("wall", "offset"),
    [
        ("2018-07-01T10:00:00", "2018-07-01T10:00:00-04:00"),
        ("2018-01-01T10:00:00", "2018-01-01T10:00:00-05:00"),
        ("2018-11-04T01:30:00", "2018-11-04T01:30:00-04:00"),
        ("", ""),
    ],
)
def test_offset_time_keeps_the_wall_clock_when_summer_time_changes_the_offset(wall: str, offset: str) -> None:
    assert nyc311.offset_time(wall) == offset


def test_ticket_row_leaves_empty_what_311_does_not_know_when_a_request_is_mapped() -> None:
    row = nyc311.ticket_row(SOURCE)
    assert {column: cell for column, cell in row.items() if cell} == {
        "ticket_no": "nyc311-1",
        "kind": "complaint",
        "category": "Street Light Condition / Street Light Out",
        "received_at": "2018-07-01T10:00:00-04:00",
        "dispatched_at": "2018-07-01T10:00:00-04:00",
        "unit_code": "DOT",
        "completed_at": "2018-07-02T10:00:00-04:00",
        "title": "Street Light Condition",
        "text": "Street Light Out",
        "address": "QUEENS, 11421",
    }
    assert datetime.fromisoformat(row["completed_at"]).utcoffset() is not None


@pytest.mark.parametrize(
    ("complaint_type", "kind"),
    [("New Tree Request", "help"), ("Question", "consultation"), ("Noise - Residential", "complaint")],
)
def test_kind_of_tells_requests_from_complaints_when_the_type_is_listed(complaint_type: str, kind: str) -> None:
    assert nyc311.kind_of(complaint_type) == kind
