"""Small tickets.csv files for the tests of the import."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from dispatch.tickets.import_rows import OPTIONAL, REQUIRED

NOW = datetime(2026, 11, 1, tzinfo=UTC)
COLUMNS = (*REQUIRED, *OPTIONAL)
UNITS = (
    b"code,name,kind,parent_code,population\nD1,\xe4\xb8\x9c\xe5\x8c\xba,district,,\n"
    b"T1,\xe7\x94\xb2\xe8\xa1\x97\xe9\x81\x93,township,D1,\nE1,\xe6\xb0\xb4\xe5\x8a\xa1,enterprise,,\n"
)

# A matter that went all the way.
DONE = {
    "ticket_no": "京-1",
    "kind": "complaint",
    "channel": "phone",
    "category": "市政/路灯",
    "received_at": "2025-10-01T09:00:00+08:00",
    "dispatched_at": "2025-10-01T09:05:00+08:00",
    "due_at": "2025-10-09T00:00:00+08:00",
    "unit_code": "T1",
    "acknowledged_at": "2025-10-01T10:00:00+08:00",
    "first_contact_at": "2025-10-01T11:00:00+08:00",
    "completed_at": "2025-10-02T12:00:00+08:00",
    "followed_up_at": "2025-10-03T12:00:00+08:00",
    "reached": "true",
    "contacted": "true",
    "solved": "no",
    "satisfaction": "basically",
    "excluded": "false",
    "returns": "1",
    "redos": "2",
    "title": "路灯不亮",
    "text": '幸福路"东段",\n三天了 \\N 😀\t急',
    "address": "幸福路 1 号",
    "explained": "true",
}

# Nothing but what is required.
BARE = {"ticket_no": "京-2", "kind": "praise", "received_at": "2025-10-01T09:00:00Z"}


def done(**changes: str) -> dict[str, str]:
    """The whole row with ``changes``."""
    return DONE | changes


def bare(**changes: str) -> dict[str, str]:
    """The shortest row with ``changes``."""
    return BARE | changes


def as_csv(*rows: dict[str, str]) -> bytes:
    """The rows below their header, absent columns empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
