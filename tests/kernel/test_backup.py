"""Backups: one file, one snapshot, every row back, all or nothing."""

from __future__ import annotations

import io
import json
import stat
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from dispatch.kernel import cli
from dispatch.kernel.backups import BackupError, archive, backup, load, restore, schema
from dispatch.kernel.config import Config
from tests.conftest import run_sql

AT = datetime(2026, 10, 20, 1, 2, 3, tzinfo=UTC)
AWKWARD = "制表\t换行\n反斜\\N引\"号'表情😀"

TABLES = """
    CREATE TABLE alembic_version (version_num text PRIMARY KEY);
    CREATE TABLE unit (
        unit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, parent_id bigint REFERENCES unit,
        shout text GENERATED ALWAYS AS (upper(name)) STORED
    );
    CREATE TABLE "a table" (unit_id bigint NOT NULL REFERENCES unit DEFERRABLE, data jsonb, "raw bytes" bytea, at timestamptz);
    CREATE TABLE big (ticket_id bigint, words text, PRIMARY KEY (ticket_id)) PARTITION BY RANGE (ticket_id);
    CREATE TABLE big_default PARTITION OF big DEFAULT;
    CREATE TABLE child (ticket_id bigint NOT NULL REFERENCES big) PARTITION BY RANGE (ticket_id);
    CREATE TABLE child_default PARTITION OF child DEFAULT;
    CREATE TABLE nothing ();
    CREATE SEQUENCE ticket_no;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append only'; END $$;
    CREATE TRIGGER keep BEFORE DELETE OR UPDATE ON "a table" FOR EACH STATEMENT EXECUTE FUNCTION refuse();
"""
ROWS = f"""
    INSERT INTO unit (name, parent_id) VALUES ('child', 3), ('{AWKWARD.replace("'", "''")}', NULL), ('top', NULL);
    INSERT INTO "a table" VALUES (1, '{{"b": 1, "a": [null, "x"]}}', '\\x00ff', '2026-10-01T00:00:00.000001+08'), (2, NULL, NULL, NULL);
    INSERT INTO big SELECT n, repeat('诉求', 50) || n FROM generate_series(1, 5000) n;
    INSERT INTO child SELECT n FROM generate_series(1, 5000, 7) n;
    SELECT setval('ticket_no', 777);
"""


def migrate(url: str, revision: str) -> None:
    """The hand-made tables in two revisions: ``two`` renames a column of ``one``."""
    with schema.connect(url) as connection:
        known = schema.revisions(connection, "hotline_restoring" if "search_path" in url else "public")
        if not known:
            connection.execute(TABLES.encode())
            connection.execute("INSERT INTO alembic_version VALUES ('one')")
        if revision not in ("one", "head"):
            raise LookupError(revision)


@pytest.fixture
def new_database(base_config: Config) -> Iterator[Callable[[], str]]:
    url = make_url(str(base_config.database_url))
    names: list[str] = []

    def make() -> str:
        names.append(f"backup_{len(names)}_{id(names)}")
        run_sql(url, f'CREATE DATABASE "{names[-1]}"')
        return url.set(database=names[-1]).render_as_string(hide_password=False)

    yield make
    for name in names:
        run_sql(url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def filled(new_database: Callable[[], str]) -> str:
    url = new_database()
    migrate(url, "one")
    execute(url, ROWS)
    return url


def execute(url: str, statements: str) -> None:
    with schema.connect(url) as connection:
        connection.execute(statements.encode())


def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, and where every sequence stands."""
    with schema.connect(url) as connection:
        found: dict[str, list[str]] = {"sequences": [str(schema.sequences(connection, "public"))]}
        for name in schema.tables(connection, "public"):
            rows = connection.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1'.encode()).fetchall()
            found[name] = [row for (row,) in rows]
        return found


def structure(url: str) -> list[str]:
    """Constraints, triggers (and whether they are on) and schemas, as the catalogue tells them."""
    queries = (
        (
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        ),
        "SELECT tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'",
    )
    with schema.connect(url) as connection:
        return sorted(str(row) for query in queries for row in connection.execute(query.encode()).fetchall())


def rewrite(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Make the same tar with changed members."""
    with tarfile.open(path) as tar:
        members = [(entry.name, change(entry.name, tar.extractfile(entry).read())) for entry in tar]  # type: ignore[union-attr]
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def test_restore_gives_back_every_row_and_rule_when_database_is_empty(
    filled: str, new_database: Callable[[], str], tmp_path: Path
) -> None:
    target = new_database()
    backup(filled, tmp_path / "b", at=AT)
    manifest = restore(target, tmp_path / "b", migrate=migrate)
    assert content(target) == content(filled)
    assert AWKWARD in execute_one(target, "SELECT name FROM unit WHERE unit_id = 2")
    assert structure(target) == structure(filled)
    assert (manifest.made_at, manifest.revisions) == (AT.isoformat(), ["one"])
    execute(target, "INSERT INTO unit (name) VALUES ('next')")
    assert execute_one(target, "SELECT max(unit_id)::text || ' ' || nextval('ticket_no') FROM unit") == "4 778"


def execute_one(url: str, query: str) -> str:
    with schema.connect(url) as connection:
        [(value,)] = connection.execute(query.encode()).fetchall()
    return str(value)


def test_backup_is_one_instant_when_rows_are_written_meanwhile(
    filled: str, new_database: Callable[[], str], tmp_path: Path
) -> None:
    def interfere(line: str) -> None:
        execute(
            filled,
            "INSERT INTO big VALUES (nextval('ticket_no') + 10000, 'late'); INSERT INTO unit (name) VALUES ('late')",
        )

    before = content(filled)
    backup(filled, tmp_path / "b", at=AT, say=interfere)
    target = new_database()
    restore(target, tmp_path / "b", migrate=migrate)
    after = content(target)
    del before["sequences"], after["sequences"]
    assert after == before
    assert int(execute_one(target, "SELECT nextval('ticket_no')")) > 777, (
        "a number handed out is never handed out again"
    )


def test_backup_file_is_private_tells_its_version_and_that_keys_are_missing(filled: str, tmp_path: Path) -> None:
    path = tmp_path / "备份 一"
    backup(filled, path, at=AT)
    backup(filled, path, at=AT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["备份 一"]
    with tarfile.open(path) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert {"format", "format_version", "version", "made_at", "server_version", "revisions"} <= manifest.keys()
    assert "不含密钥" in manifest["note"]


def test_backup_refuses_when_there_is_nothing(new_database: Callable[[], str], tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="没有任何表"):
        backup(new_database(), tmp_path / "b", at=AT)
    assert not list(tmp_path.iterdir())


def test_restore_refuses_and_changes_nothing_when_database_holds_rows(filled: str, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b", at=AT)
    execute(filled, "INSERT INTO unit (name) VALUES ('new')")
    before = content(filled)
    with pytest.raises(BackupError, match="--replace"):
        restore(filled, tmp_path / "b", migrate=migrate)
    assert content(filled) == before


def test_restore_replaces_everything_when_asked(filled: str, tmp_path: Path) -> None:
    before = content(filled)
    backup(filled, tmp_path / "b", at=AT)
    execute(filled, "INSERT INTO unit (name) VALUES ('new'); CREATE TABLE later (x int)")
    restore(filled, tmp_path / "b", migrate=migrate, is_replacing=True)
    assert content(filled) == before


@pytest.mark.parametrize("member", ["manifest.json", "manifest.sha256", "tables/0000.copy.gz"])
def test_restore_refuses_and_changes_nothing_when_file_was_changed(filled: str, tmp_path: Path, member: str) -> None:
    backup(filled, tmp_path / "b", at=AT)
    rewrite(tmp_path / "b", lambda name, data: data[:-1] + bytes([data[-1] ^ 1]) if name == member else data)
    before = content(filled)
    with pytest.raises(BackupError, match="损坏"):
        restore(filled, tmp_path / "b", migrate=migrate, is_replacing=True)
    assert content(filled) == before


@pytest.mark.parametrize("keep", [0, 100, 5000, -2000])
def test_restore_refuses_when_file_is_cut_or_no_backup(filled: str, tmp_path: Path, keep: int) -> None:
    backup(filled, tmp_path / "b", at=AT)
    (tmp_path / "b").write_bytes((tmp_path / "b").read_bytes()[:keep].rstrip(b"\0")[:-1])
    with pytest.raises(BackupError, match="备份"):
        restore(filled, tmp_path / "b", migrate=migrate, is_replacing=True)


def test_restore_leaves_old_data_when_a_row_does_not_fit(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(filled, tmp_path / "b", at=AT)
    before, rules = content(filled), structure(filled)
    monkeypatch.setattr(archive.Reader, "blocks", lambda self, table: iter([b"not a number\n"]))
    with pytest.raises(BackupError, match="数据库未改动"):
        restore(filled, tmp_path / "b", migrate=migrate, is_replacing=True)
    assert (content(filled), structure(filled)) == (before, rules)


def test_restore_leaves_old_data_when_revision_is_unknown(filled: str, tmp_path: Path) -> None:
    execute(filled, "UPDATE alembic_version SET version_num = 'from the future'")
    backup(filled, tmp_path / "b", at=AT)
    before = content(filled)
    with pytest.raises(BackupError, match="from the future"):
        restore(filled, tmp_path / "b", migrate=migrate, is_replacing=True)
    assert content(filled) == before


def test_restore_starts_over_when_an_earlier_one_was_killed(
    filled: str, new_database: Callable[[], str], tmp_path: Path
) -> None:
    backup(filled, tmp_path / "b", at=AT)
    target = new_database()
    execute(target, "CREATE SCHEMA hotline_restoring; CREATE TABLE hotline_restoring.unit (x int)")
    restore(target, tmp_path / "b", migrate=migrate)
    assert content(target) == content(filled)


def test_restore_leaves_old_data_when_the_system_is_at_work(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(filled, tmp_path / "b", at=AT)
    monkeypatch.setattr(load, "SWAP_LOCK_SECONDS", 1)
    with schema.connect(filled) as other, other.transaction():
        other.execute("INSERT INTO unit (name) VALUES ('at work')")
        with pytest.raises(BackupError, match="停止"):
            restore(filled, tmp_path / "b", migrate=migrate, is_replacing=True)
    assert execute_one(filled, "SELECT count(*) FROM unit") == "4"


def test_restore_refuses_when_another_one_runs(filled: str, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b", at=AT)
    with schema.connect(filled) as other:
        other.execute("SELECT pg_advisory_lock(12345002)")
        with pytest.raises(BackupError, match="另一个恢复"):
            restore(filled, tmp_path / "b", migrate=migrate, is_replacing=True)


def test_commands_back_up_and_restore_the_real_tables(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = str(config.database_url)
    execute(url, "INSERT INTO simulated_clock VALUES (1, '2026-10-01T00:00:00Z')")
    before, rules = content(url), structure(url)
    monkeypatch.setattr(Config, "from_environment", lambda environ: replace(config))
    runner, path = CliRunner(), str(tmp_path / "b")
    made = runner.invoke(cli.backup, [path])
    assert (made.exit_code, made.stdout) == (0, ""), made.stderr
    assert "不含密钥" in made.stderr
    refused = runner.invoke(cli.restore, [path])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "--replace" in refused.stderr
    execute(url, "DELETE FROM simulated_clock")
    restored = runner.invoke(cli.restore, [path])
    assert (restored.exit_code, restored.stdout) == (0, ""), restored.stderr
    assert content(url) == before
    assert structure(url) == rules


def test_commands_work_when_the_database_was_never_set_up(
    config: Config, new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = iter([new_database(), new_database()])
    monkeypatch.setattr(Config, "from_environment", lambda environ: replace(config, database_url=next(urls)))
    for command in (cli.backup, cli.restore):
        outcome = CliRunner().invoke(command, [str(tmp_path / "b")])
        assert (outcome.exit_code, outcome.stdout) == (0, ""), outcome.stderr


def test_backup_says_so_when_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config) -> None:
    away = replace(config, database_url="postgresql+psycopg://u:Hunter2@127.0.0.1:1/hotline")
    monkeypatch.setattr(Config, "from_environment", lambda environ: away)
    outcome = CliRunner().invoke(cli.backup, [str(tmp_path / "b")])
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("Error: 读取数据库失败")
    assert "Hunter2" not in outcome.stderr


def test_stop_ends_nothing_and_is_content_when_nothing_runs(tmp_path: Path) -> None:
    outcome = CliRunner(env={"HOTLINE_HOME": str(tmp_path / "var")}).invoke(cli.stop)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "", "内置服务没有在运行\n")


def test_stop_names_variable_when_home_is_wrong() -> None:
    outcome = CliRunner(env={"HOTLINE_HOME": "~nobody-has-this-name"}).invoke(cli.stop)
    assert outcome.exit_code == 1
    assert "HOTLINE_HOME" in outcome.stderr


def test_connect_passes_password_and_port_of_the_address() -> None:
    with pytest.raises(psycopg.OperationalError, match="port 1 "):
        schema.connect("postgresql+psycopg://u:p%40ss@127.0.0.1:1/hotline?application_name=x")
