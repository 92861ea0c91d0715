"""Tables from fact files are, byte for byte, those from PostgreSQL; files that answer another question are refused."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessment import schemes
from assessment.cli import rank as rank_command
from assessment.fact_files.cli import facts as facts_command
from assessment.fact_files.ranking import table_of
from assessment.fact_files.writing import export
from assessment.given import services as entering
from assessment.given.services import Entered
from assessment.periods import Period
from assessment.schemes.model import Group
from assessment.service import table
from assessment.table import render
from tests.publications.conftest import AT, PREPARER, ZONE, Office
from tests.publications.test_beside import SCHEME

EARLY = "2025-10-20T12:00:00+08:00"
VOICES = 'count_by = "voice"'


def run(office: Office, command: object, *words: str) -> tuple[int, bytes, str]:
    done = office.app.test_cli_runner().invoke(command, list(words))  # type: ignore[arg-type]
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout_bytes, done.stderr


def ask(office: Office, scheme: str, group: str, *more: str, form: str = "csv") -> tuple[int, bytes, str]:
    words = (f"--scheme={scheme}", "--period=2025-10", f"--group={group}", f"--format={form}")
    return run(office, rank_command, *words, *more)


def test_rank_from_files_gives_the_same_bytes_as_from_the_database(office: Office, tmp_path: Path) -> None:
    ((code,),) = office.sql("SELECT min(code) FROM unit WHERE kind = 'township'")
    entered_at = datetime(2025, 10, 20, tzinfo=UTC)
    stamp = {"group": Group.TOWNSHIP, "actor": PREPARER, "zone": ZONE, "at": entered_at}
    office.run(entering.enter, "inspection", "2025-10", [Entered(code, "55.5", "核查组")], **stamp)
    by_voice = (
        schemes.builtin_text("beijing").replace('count_by = "ticket"', VOICES).replace('"beijing"', '"voices"', 1)
    )
    assert VOICES in by_voice
    texts = [SCHEME, by_voice, *(schemes.builtin_text(name) for name in schemes.builtin_names())]
    early = datetime.fromisoformat(EARLY)
    instants = itertools.cycle((AT, early))
    compared = [office.run(_agree, text, as_of, tmp_path) for text, as_of in zip(texts, instants, strict=False)]
    assert all(compared)
    folder = tmp_path / "by_command"
    for _ in range(2):
        exit_code, out, told = run(
            office, facts_command, "export", "--period=2025-10", f"--as-of={EARLY}", f"--output={folder}"
        )
        rows = folder / "beijing" / "2025-10" / "township.parquet"
        assert (exit_code, out.decode().count(".parquet\t")) == (0, 4), told
        files = ask(office, "beijing", "township", "--engine=duckdb", f"--facts={folder}")
        assert files == ask(office, "beijing", "township", f"--as-of={EARLY}"), (
            "stderr too: running, and how many pending"
        )
        assert files[1].count(b"\r\n") > 1
        first = rows.read_bytes()
    assert rows.read_bytes() == first, "twice, the same file"
    _refuse_what_answers_another_question(office, folder)


def _agree(session: Session, text: str, as_of: datetime, folder: Path) -> int:
    """Both engines over the same instant, townships and districts: the same rows, to the last fraction; how many."""
    scheme = schemes.loads(text)
    period, many = Period.parse("2025-10", scheme, ZONE), 0
    for group in sorted({Group.TOWNSHIP, Group.DISTRICT} & scheme.peer_groups):
        export(session, scheme, text, period, group, as_of, folder)
        ours, theirs = table(session, scheme, period, group, as_of, at=AT), table_of(folder, scheme, period, group)
        assert theirs == ours, (scheme.name, group, as_of)
        assert render(theirs.rows, "csv") == render(ours.rows, "csv")
        many += len(ours.rows)
    return many


def _refuse_what_answers_another_question(office: Office, folder: Path) -> None:
    from_files = ("--engine=duckdb", f"--facts={folder}")
    refused = {
        "facts.other_instant": ask(office, "beijing", "township", *from_files, "--as-of=2025-10-21T12:00:00+08:00"),
        "facts.not_exported": run(
            office, rank_command, "--scheme=beijing", "--period=2025-09", "--group=township", *from_files
        ),
        "ranking.unknown_engine": ask(office, "beijing", "township", "--engine=abacus"),
        "ranking.option_missing": ask(office, "beijing", "township", "--engine=duckdb"),
        "period.not_begun": run(office, facts_command, "export", "--period=2030-01", f"--output={folder}"),
    }
    rows = folder / "beijing" / "2025-10" / "township.parquet"
    (folder / "beijing" / "2025-10" / "district.json").write_text("{}", encoding="utf-8")
    refused["facts.unreadable"] = ask(office, "beijing", "district", *from_files)
    rows.write_bytes(rows.read_bytes() + b" ")
    refused["facts.changed"] = ask(office, "beijing", "township", *from_files)
    changed = folder.parent / "changed.toml"
    changed.write_text(schemes.builtin_text("beijing").replace("minimum = 1", "minimum = 30"), encoding="utf-8")
    refused["facts.other_scheme"] = ask(office, str(changed), "department", *from_files)
    for code, (exit_code, out, told) in refused.items():
        assert (exit_code, out) == (2, b""), code
        assert f"错误({code}):" in told, (code, told)


def test_scheme_name_that_is_no_folder_is_refused(office: Office, tmp_path: Path) -> None:
    scheme = tmp_path / "own.toml"
    scheme.write_text(schemes.builtin_text("beijing").replace('"beijing"', '"../etc"', 1), encoding="utf-8")
    asked = (f"--scheme={scheme}", "--period=2025-10", f"--output={tmp_path}")
    exit_code, _out, told = run(office, facts_command, "export", *asked)
    assert exit_code == 2
    assert "facts.bad_name" in told


def test_missing_engine_is_said_in_one_line(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    exit_code, _out, told = run(office, facts_command, "export", "--period=2025-10", f"--output={tmp_path}")
    assert exit_code == 2
    assert "facts.no_engine" in told
