"""New York's open 311 data as exchange files: ``python -m dispatch.exchange.nyc311 IN.csv OUT_DIR``. The mapping: docs/nyc311.md.

Columns are carried over as recorded, contradictions included: refusing a row, with its reason, is the importer's part.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO
from zoneinfo import ZoneInfo

import click

from dispatch.directory.checks import COLUMNS as UNIT_COLUMNS
from dispatch.tickets.import_rows import REQUIRED as TICKET_COLUMNS

ZONE: Final = ZoneInfo("America/New_York")
CITY: Final = "NYC"

CHANNELS: Final = {"PHONE": "phone", "ONLINE": "web", "MOBILE": "app", "OTHER": "other"}

# Asking for a service or an answer; whatever is not named here reports that something is wrong.
REQUESTS: Final = frozenset(
    {
        "Benefit Card Replacement",
        "DCA / DOH New License Application Request",
        "DOF Property - Request Copy",
        "DOF Property - Update Account",
        "Electronics Waste Appointment",
        "HPD Literature Request",
        "New Tree Request",
        "Request Large Bulky Item Collection",
    }
)
QUESTIONS: Final = frozenset({"Ferry Inquiry", "Housing Options", "Question", "Taxpayer Advocate Inquiry"})

# ``agency_name`` often names an office inside the agency, so the agencies' own names are listed here.
AGENCIES: Final = {
    "DCA": "Department of Consumer Affairs",
    "DCAS": "Department of Citywide Administrative Services",
    "DEP": "Department of Environmental Protection",
    "DFTA": "Department for the Aging",
    "DOB": "Department of Buildings",
    "DOF": "Department of Finance",
    "DOHMH": "Department of Health and Mental Hygiene",
    "DOITT": "Department of Information Technology and Telecommunications",
    "DOT": "Department of Transportation",
    "DPR": "Department of Parks and Recreation",
    "DSNY": "Department of Sanitation",
    "EDC": "Economic Development Corporation",
    "HPD": "Department of Housing Preservation and Development",
    "HRA": "Human Resources Administration",
    "NYPD": "New York City Police Department",
    "TLC": "Taxi and Limousine Commission",
}


def ticket_row(source: Mapping[str, str]) -> dict[str, str]:
    """One request as a row of tickets.csv. Raises KeyError for an absent column, ValueError for a date of another form."""
    created = offset_time(source["created_date"])
    row = dict.fromkeys(TICKET_COLUMNS, "")
    return row | {
        "ticket_no": f"nyc311-{source['unique_key']}",
        "kind": kind_of(source["complaint_type"]),
        "channel": CHANNELS.get(source["open_data_channel_type"], ""),
        "category": joined(" / ", source, "complaint_type", "descriptor"),
        "received_at": created,
        "dispatched_at": created,
        "due_at": offset_time(source["due_date"]),
        "unit_code": source["agency"],
        "completed_at": offset_time(source["closed_date"]),
        "title": source["complaint_type"],
        "text": joined("; ", source, "descriptor", "location_type"),
        "address": joined(", ", source, "borough", "city", "incident_zip"),
    }


def unit_rows(agencies: Iterable[str]) -> list[dict[str, str]]:
    """The city and its agencies as rows of units.csv."""
    city = {"code": CITY, "name": "New York City", "kind": "city", "parent_code": "", "population": ""}
    departments = ({"code": code, "name": AGENCIES.get(code, code)} for code in sorted(set(agencies)))
    return [city, *(city | row | {"kind": "department", "parent_code": CITY} for row in departments)]


def kind_of(complaint_type: str) -> str:
    """help, consultation or complaint."""
    if complaint_type in REQUESTS:
        return "help"
    return "consultation" if complaint_type in QUESTIONS else "complaint"


def offset_time(text: str) -> str:
    """A New York wall-clock time with its offset; of the hour that comes twice in autumn the first. Empty stays empty."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).isoformat() if text else ""


def joined(separator: str, source: Mapping[str, str], *columns: str) -> str:
    """The cells that hold something."""
    return separator.join(source[column] for column in columns if source[column])


def convert(source: Path, folder: Path) -> int:
    """Write ``units.csv`` and ``tickets.csv`` into ``folder``; returns how many tickets. Raises OSError, KeyError, ValueError."""
    folder.mkdir(parents=True, exist_ok=True)
    agencies: set[str] = set()
    count = 0
    with source.open(encoding="utf-8", newline="") as read, _open(folder / "tickets.csv") as tickets:
        writer = csv.DictWriter(tickets, TICKET_COLUMNS)
        writer.writeheader()
        for row in csv.DictReader(read):
            count += 1
            agencies.add(row["agency"])
            writer.writerow(ticket_row(row))
    with _open(folder / "units.csv") as units:
        directory = csv.DictWriter(units, UNIT_COLUMNS)
        directory.writeheader()
        directory.writerows(unit_rows(agencies))
    return count


def _open(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def main(source: Path, folder: Path) -> None:
    """把纽约 311 的公开数据 SOURCE 转换为 FOLDER 中的 units.csv 与 tickets.csv(对应关系见 docs/nyc311.md)。"""
    try:
        count = convert(source, folder)
    except KeyError as error:
        raise click.ClickException(f"缺少列 {error.args[0]}") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(f"无法转换：{error}") from None
    click.echo(f"已写出 {count} 张工单及其单位。接着运行 hotline import units 与 hotline import tickets。", err=True)


if __name__ == "__main__":
    main()
