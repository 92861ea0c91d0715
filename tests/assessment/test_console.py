"""The evaluators' pages over random histories: their numbers are those of `hotline rank`, and each opens to its tickets."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from assessment import queries, schemes
from assessment.cli import rank as rank_command
from assessment.console import words
from assessment.exclusions import words as case_words
from assessment.facts import counts
from assessment.lifting import words as lift_words
from assessment.parts import RULES, Part
from assessment.periods import Period
from assessment.schemes.model import Group
from assessment.signals import words as signal_words
from assessment.table import COLUMNS
from dispatch.access import services as access
from dispatch.console import words as console_words
from dispatch.directory.checks import COLUMNS as UNIT_COLUMNS
from dispatch.directory.models import Unit
from dispatch.directory.services import import_units, load_shipped_calendar
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import CsvFile
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.spreadsheets import neutral
from dispatch.tickets.import_copy import import_tickets
from dispatch.tickets.import_reading import ReadHere
from dispatch.tickets.import_rows import OPTIONAL, REQUIRED
from tests.apps import whole_app
from tests.oracle.histories import History, random_history

AT = datetime(2025, 10, 20, 4, 0, tzinfo=UTC)
SETTLED = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
COUNTED = ("received", "valid", "contacted", "solved", "satisfied", "basically", "excluded")
LINKED = re.compile(r'data-ticket="([^"]+)"')


@dataclass
class Town:
    """The whole application over one history, and browsers of its people."""

    app: Flask
    history: History
    clock: FixedClock

    def browser(self, role: str = "evaluator", unit_code: str | None = None) -> FlaskClient:
        """A browser logged in as a new person of ``role``."""
        login = f"{role}-{random.randrange(10**9)}".replace("_", "-")
        with self.app.app_context(), transaction() as session:
            unit_id = session.scalar(select(Unit.unit_id).where(Unit.code == unit_code)) if unit_code else None
            access.create(
                session,
                login=login,
                name="测试",
                password=PASSWORD,
                roles=[role],
                unit_id=unit_id,
                actor="system:test",
                at=self.clock.now(),
            )
        client = self.app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
        assert token
        sent = client.post("/login", data={"login": login, "password": PASSWORD, "csrf_token": token[1]})
        assert sent.status_code == 303
        return client

    def rank(self, *options: str) -> list[dict[str, str]]:
        """`hotline rank … --format csv`, read back."""
        answer = self.app.test_cli_runner().invoke(rank_command, [*options, "--format", "csv"])
        assert answer.exit_code == 0, answer.output
        return list(csv.DictReader(io.StringIO(answer.stdout)))


class Cells(HTMLParser):
    """The ranking's rows from the page: what the reader sees in each cell, the coded value where words stand for it."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self._cell = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "tr":
            self._cell = ""
            if "data-unit" in found:
                self.rows.append(dict.fromkeys(COLUMNS, ""))
        elif "data-cell" in found and self.rows:
            name = str(found["data-cell"])
            self._cell = "" if "data-value" in found else name
            self.rows[-1][name] = str(found.get("data-value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._cell = ""

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][self._cell] += data.strip().replace("—", "")


def shown(page: TestResponse) -> list[dict[str, str]]:
    parser = Cells()
    parser.feed(page.text)
    return parser.rows


@pytest.fixture
def history() -> History:
    return random_history(5)


several_histories = pytest.mark.parametrize("history", [random_history(5), random_history(8)], ids=["large", "wide"])


@pytest.fixture
def empty(config: Config) -> Iterator[Town]:
    clock = FixedClock(SETTLED)
    app = whole_app(config, clock=clock, machine_clock=clock)
    with app.app_context(), transaction() as session:
        load_shipped_calendar(session, at=SETTLED)
    yield Town(app, random_history(8), clock)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def town(empty: Town, history: History, tmp_path: Path) -> Town:
    """The history imported; some of it withdrawn after dispatch, which no exchange file can say."""
    units, tickets = history.write(tmp_path)
    with empty.app.app_context():
        with transaction() as session, units.open("rb") as stream:
            import_units(session, CsvFile(stream, required=UNIT_COLUMNS), at=SETTLED)
        with transaction() as session, tickets.open("rb") as stream:
            rows = CsvFile(stream, required=REQUIRED, optional=OPTIONAL)
            import_tickets(session, ReadHere(rows, reference(session, SETTLED), at=SETTLED), at=SETTLED)
            session.execute(text("UPDATE ticket SET withdrawn_at = dispatched_at WHERE ticket_id % 9 = 0"))
    empty.history = history
    return empty


@several_histories
def test_show_the_numbers_of_the_command_when_asked_for_any_scheme_and_group(town: Town) -> None:
    browser = town.browser()
    for question in town.history.questions():
        asked = {key: str(question[key]) for key in ("scheme", "period", "group")}
        options = [option for key, value in asked.items() for option in (f"--{key}", value)]
        if question["as_of"] is not None:
            asked["as_of"] = question["as_of"].isoformat()
            options += ["--as-of", asked["as_of"]]
        if question["as_of"] is not None and town.app.test_cli_runner().invoke(rank_command, options).exit_code:
            continue
        expected = town.rank(*options)
        page = browser.get("/ranking", query_string=asked)
        assert page.status_code == 200
        counted = any(int(row["received"]) + int(row["excluded"]) for row in expected)
        assert shown(page) == (expected if counted else []), asked


def test_show_the_numbers_of_the_api_when_the_same_is_asked(town: Town) -> None:
    browser = town.browser()
    asked = {"scheme": "beijing", "period": "2025-10", "group": "township"}
    answer = browser.get("/api/v1/rankings", query_string=asked)
    assert answer.status_code == 200, answer.text
    rows = answer.json["rows"] if isinstance(answer.json, dict) else answer.json
    assert rows == json.loads(json.dumps(shown(browser.get("/ranking", query_string=asked))))


@several_histories
def test_list_as_many_tickets_as_the_number_says_when_any_part_is_opened(town: Town) -> None:
    zone = town.app.extensions["hotline"].config.time_zone
    seen = dict.fromkeys(Part, 0)
    with town.app.app_context(), transaction() as session:
        for name, group, period_name, as_of, limit in (
            ("beijing", Group.TOWNSHIP, "2025-10", SETTLED, 50),
            ("beijing", Group.DISTRICT, "2025-10", AT, 50),
            ("xining", Group.TOWNSHIP, "2025-10", SETTLED, 50),
            ("shanghai", Group.DEPARTMENT, "2025-10", SETTLED, 7),
        ):
            scheme = schemes.builtin(name)
            where = (scheme, Period.parse(period_name, scheme, zone), group, as_of)
            found = counts(session, *where, with_pending=True)
            for code in found:
                unit = queries.assessed_unit(session, where[1], group, code)
                for part, rule in RULES.items():
                    listed = _walk(lambda after, unit=unit, part=part, where=where, limit=limit: queries.tickets_of(
                        session, *where, unit_id=unit.unit_id, part=part, after=after, limit=limit
                    ), limit)  # fmt: skip
                    assert len(listed) == len(set(listed)) == rule.count(found[code]), (name, group, code, part)
                    seen[part] += len(listed)
    assert all(seen[part] for part in Part), seen


def _walk(page: Callable[[int], list[object]], limit: int) -> list[int]:
    """Page after page, up to the first that is not full."""
    found: list[int] = []
    while True:
        rows = page(found[-1] if found else 0)
        found += [row.ticket_id for row in rows]  # type: ignore[attr-defined]
        if len(rows) < limit:
            return found


def test_open_the_tickets_of_a_cell_when_its_link_is_followed(town: Town) -> None:
    browser = town.browser()
    asked = {"scheme": "beijing", "period": "2025-10", "group": "township"}
    page = browser.get("/ranking", query_string=asked)
    rows = {row["unit_code"]: row for row in shown(page)}
    links = re.findall(r'data-cell="(\w+)" href="([^"]+)"', page.text)
    assert links
    for name, link in random.Random(1).sample(links, 12):
        code = unquote(link.split("/")[2])
        numbers: list[str] = []
        onward: str | None = link
        while onward:
            listed = browser.get(html.unescape(onward))
            assert listed.status_code == 200
            numbers += LINKED.findall(listed.text)
            more = re.search(r'href="([^"]+)" rel="next"', listed.text)
            onward = more[1] if more else None
        assert len(numbers) == len(set(numbers)) == int(rows[code][name]), (code, name)


@several_histories
def test_show_only_own_units_when_a_unit_looks(town: Town) -> None:
    asked = {"scheme": "beijing", "period": "2025-10", "group": "township"}
    everything = shown(town.browser().get("/ranking", query_string=asked))
    own, foreign = everything[0]["unit_code"], everything[1]["unit_code"]
    officer = town.browser("unit_officer", own)
    assert shown(officer.get("/ranking", query_string=asked)) == everything[:1]
    assert foreign not in officer.get("/ranking/download", query_string=asked).text
    assert officer.get(f"/ranking/{own}/tickets", query_string=asked).status_code == 200
    assert officer.get(f"/ranking/{foreign}/tickets", query_string=asked).status_code == 404
    parent = next(unit["parent_code"] for unit in town.history.units if unit["code"] == own)
    below = {unit["code"] for unit in town.history.units if unit["parent_code"] == parent}
    district = town.browser("district_supervisor", parent)
    seen = [row["unit_code"] for row in shown(district.get("/ranking", query_string=asked))]
    assert seen == [row["unit_code"] for row in everything if row["unit_code"] in below]


def test_refuse_the_page_when_the_role_has_no_business_with_it(town: Town) -> None:
    for path in ("/ranking", "/ranking/download", "/ranking/T00/tickets"):
        assert town.browser("operator").get(path).status_code == 403


@pytest.mark.parametrize(
    ("asked", "status", "word"),
    [
        ({"scheme": "nowhere"}, 404, "考核办法"),
        ({"period": "2025-13"}, 422, "无法识别周期"),
        ({"period": "2999-01"}, 422, "尚未开始"),
        ({"group": "village"}, 422, "组别"),
        ({"as_of": "yesterday"}, 422, "无法识别"),
    ],
)
def test_say_what_is_wrong_and_keep_the_pickers_when_the_question_makes_no_sense(
    empty: Town, asked: dict[str, str], status: int, word: str
) -> None:
    page = empty.browser().get("/ranking", query_string=asked)
    assert page.status_code == status
    assert word in page.text
    assert 'id="pick-period"' in page.text


def test_say_so_when_there_is_no_ticket_at_all(empty: Town) -> None:
    browser = empty.browser()
    page = browser.get("/ranking")
    assert page.status_code == 200
    assert "没有可列出的单位" in page.text
    assert browser.get("/ranking/T00/tickets").status_code == 404
    assert browser.get("/ranking/download").status_code == 200


def test_open_at_the_last_ended_month_with_tickets_when_nothing_is_asked(town: Town) -> None:
    town.clock.set(AT)
    page = town.browser().get("/ranking")
    assert '<option value="2025-10" selected>' in page.text
    assert '<option value="township" selected>' in page.text
    assert "运行中" in page.text
    assert shown(page)[0]["rank"] == "1"


def test_download_what_the_page_shows_when_a_cell_would_run_as_a_formula(town: Town) -> None:
    with town.app.app_context(), transaction() as session:
        session.execute(text("UPDATE unit_version SET name = '=cmd|' || name WHERE name LIKE 'T0%'"))
    browser = town.browser()
    asked = {"scheme": "beijing", "period": "2025-10", "group": "township"}
    answer = browser.get("/ranking/download", query_string=asked)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert re.search(r"2025-10_township_evaluator-\d+_20260105-120000\.csv", answer.headers["Content-Disposition"])
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert lines[0] == [words.COLUMN_WORDS[name] + words.SIGNS.get(name, "") for name in COLUMNS]
    assert "2026-01-05 12:00:00" in lines[-1]
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]
    page = shown(browser.get("/ranking", query_string=asked))
    assert [line[:14] for line in lines[1:-1]] == [[neutral(row[name]) for name in COLUMNS[:14]] for row in page]


def test_cover_the_numbers_in_titles_when_tickets_are_listed(town: Town) -> None:
    with town.app.app_context(), transaction() as session:
        session.execute(text("UPDATE text_entry SET body = '请回电 13800138000' WHERE kind = 'title'"))
    asked = {"scheme": "beijing", "period": "2025-10", "group": "township"}
    browser = town.browser()
    first = next(row for row in shown(browser.get("/ranking", query_string=asked)) if row["received"] != "0")
    listed = browser.get(f"/ranking/{first['unit_code']}/tickets", query_string=asked).text
    assert "请回电 138" in listed
    assert "13800138000" not in listed


def test_say_the_page_in_english_when_english_is_chosen() -> None:
    folder = Path(words.__file__).parent
    methods = [("**/templates/**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
    said = extract_from_dir(folder.parent, methods)
    wanted = {message if isinstance(message, str) else message[0] for _, _, message, _, _ in said}
    wanted |= words.translatable() | case_words.translatable() | lift_words.translatable() | signal_words.translatable()
    for part in ("exclusions", "boards", "signals", "methods", "console", "given", "marks"):
        wanted |= refusals(folder.parent / part)
    catalogue = read_catalogue(folder)
    missing = [text for text in sorted(wanted) if not (found := catalogue.get(text)) or not found.string or found.fuzzy]
    assert not missing


def test_say_the_same_in_english_when_both_catalogues_know_a_sentence() -> None:
    ours, console = read_catalogue(Path(words.__file__).parent), read_catalogue(Path(console_words.__file__).parent)
    shared = [message for message in ours if message.id and (known := console.get(message.id)) and known.string]
    assert shared
    assert [message.id for message in shared if message.string != console.get(message.id).string] == []


def refusals(folder: Path) -> set[str]:
    """The sentences with which services refuse, those without a figure in them."""
    refused = re.compile(r"\b(?:DomainError|Conflict|NotFound|Forbidden)\(\s*\"[a-z_.]+\",\s*\"([^\"]+)\"")
    return {found for path in folder.glob("*.py") for found in refused.findall(path.read_text(encoding="utf-8"))}


def read_catalogue(folder: Path) -> Catalog:
    with (folder / "translations/en/LC_MESSAGES/messages.po").open("rb") as stream:
        return read_po(stream, locale="en")
