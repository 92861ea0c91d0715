"""The whole way against the slow reading: random files, ``hotline import units|tickets``, ``hotline rank`` (design §9, rules.md §6–8)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from assessment.cli import rank
from dispatch.directory.cli import import_units_command
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.tickets.import_cli import import_tickets_command
from tests.counts import examples

from .histories import History, random_history
from .slow_ranking import slow_table

HISTORIES = examples(10, deep=200)
CHUNKS = 5
NOW = datetime(2026, 11, 22, tzinfo=UTC)
# What is the database's and not a history's: its place in the migrations, the calendar, the counter of changes.
KEPT = ("alembic_version", "calendar_day", "reference_version")

Hotline = Callable[..., bytes]


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    app = create_app(config, clock=FixedClock(NOW))
    with app.app_context():
        yield app
        from dispatch.kernel.db import db

        db.engine.dispose()


@pytest.fixture
def hotline(app: Flask, capsysbinary: pytest.CaptureFixture[bytes]) -> Hotline:
    """Run a command of the command line in this process; its stdout, byte for byte."""

    def run(command: click.Command, *words: str) -> bytes:
        command.main(list(words), standalone_mode=False)
        return capsysbinary.readouterr().out

    return run


def empty(config: Config) -> None:
    engine = create_engine(str(config.database_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        emptied = ", ".join(f'"{name}"' for name in names if name not in KEPT)
        connection.execute(text(f"TRUNCATE {emptied}"))
    engine.dispose()


def words_of(question: dict[str, Any]) -> list[str]:
    words = [f"--{name}={question[name]}" for name in ("scheme", "period", "group")]
    return words + ([f"--as-of={question['as_of'].isoformat()}"] if question["as_of"] else [])


def compare(history: History, folder: Path, hotline: Hotline) -> None:
    units_csv, tickets_csv = history.write(folder)
    assert hotline(import_units_command, str(units_csv)) == b""
    assert hotline(import_tickets_command, str(tickets_csv)) == b""
    for question in history.questions():
        answer = hotline(rank, *words_of(question), "--format=csv").decode()
        found = list(csv.DictReader(io.StringIO(answer, newline="")))
        assert found == slow_table(history.units, history.tickets, **question), (history.seed, question)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_rank_agrees_with_the_slow_reading_when_histories_are_imported(
    chunk: int, config: Config, hotline: Hotline, tmp_path: Path
) -> None:
    for seed in range(chunk, HISTORIES, CHUNKS):
        empty(config)
        compare(random_history(seed), tmp_path, hotline)


def test_rank_gives_the_same_strings_when_asked_for_json(hotline: Hotline, tmp_path: Path) -> None:
    history = random_history(1)
    units_csv, tickets_csv = history.write(tmp_path)
    hotline(import_units_command, str(units_csv))
    hotline(import_tickets_command, str(tickets_csv))
    for question in list(history.questions())[:4]:
        lines = hotline(rank, *words_of(question), "--format=csv").decode()
        rows = json.loads(hotline(rank, *words_of(question), "--format=json"))
        assert rows == list(csv.DictReader(io.StringIO(lines, newline="")))
        assert [list(row) for row in rows] == [lines.splitlines()[0].split(",")] * len(rows)
