"""Whatever is changed behind the system's back is found and named; a restored backup recomputes to the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text, update
from sqlalchemy.orm import Session

from assessment.publications import frozen_facts, queries, recount, services, verification
from assessment.publications.cli import publications
from assessment.publications.models import PublicationFact
from dispatch.kernel.backups import backup, restore
from dispatch.kernel.config import Config
from dispatch.kernel.db import migrate
from dispatch.kernel.errors import Conflict
from tests.conftest import run_sql
from tests.publications.conftest import AT, PUBLISHER, SIGNER, Office

FACT = "UPDATE publication_fact SET {} WHERE publication_id = 1 AND number = 7"
TAMPERED = [
    ("UPDATE publication SET cut_off = cut_off + interval '1 day'", "header", ""),
    ("UPDATE publication SET scheme_body = replace(scheme_body, '0.10', '0.11')", "header", ""),
    ("UPDATE publication_unit SET population = 1 WHERE code = 'T03'", "unit", "T03"),
    ("UPDATE publication_unit SET previous_score = '99' WHERE code = 'T04'", "unit", "T04"),
    ("DELETE FROM publication_unit WHERE number = (SELECT max(number) FROM publication_unit)", "unit", "第 {last} 个"),
    (FACT.format("solved = CASE WHEN solved = 'no' THEN 'yes' ELSE 'no' END"), "fact", "{seventh}"),
    (FACT.format("is_excluded = NOT is_excluded"), "fact", "{seventh}"),
    (FACT.format("followed_up_at = received_at + interval '1 microsecond'"), "fact", "{seventh}"),
    ("DELETE FROM publication_fact WHERE number = 7", "fact", "第 7 条({eighth} 处)"),
    ("DELETE FROM publication_fact WHERE number = (SELECT max(number) FROM publication_fact)", "fact", "第 {count} 条"),
    (
        "UPDATE publication SET result = replace(convert_from(result, 'UTF8'), ',T03,', ',T0X,')::text::bytea",
        "result",
        "*",
    ),
    ("UPDATE publication SET result = ''", "result", "*"),
    ("UPDATE publication SET digest = sha256('x')", "digest", ""),
    ("UPDATE publication SET fact_count = NULL", "header", ""),
]


def test_verify_names_what_differs_when_a_row_was_changed(office: Office) -> None:
    office.publish()
    numbers = dict(office.sql("SELECT number, ticket_no FROM publication_fact"))
    (last,) = office.sql("SELECT count(*) FROM publication_unit")[0]
    words = {"seventh": numbers[7], "eighth": numbers[8], "count": len(numbers), "last": last}
    for change, part, what in TAMPERED:
        finding = office.run(_tampered, change)
        assert finding is not None, change
        assert finding.part == part, change
        assert what == "*" or finding.what == what.format(**words), change
    assert office.run(verification.verify, 1) is None


def _tampered(session: Session, change: str) -> verification.Finding | None:
    """What is found after the change, which is then undone."""
    with session.begin_nested() as trial:
        session.execute(text(change))
        session.expire_all()
        finding = verification.verify(session, 1)
        trial.rollback()
    return finding


def test_command_exits_with_one_when_something_differs(office: Office) -> None:
    office.publish()
    ((ticket_no,),) = office.sql(FACT.format("reached = NOT reached") + " RETURNING ticket_no")
    told = office.app.test_cli_runner().invoke(publications, ["verify", "--all"])
    assert (told.exit_code, told.stdout) == (1, f"1\tdiffers\tfact\t{ticket_no}\n")
    assert ticket_no in told.stderr


def test_publish_is_refused_when_a_fact_was_changed_after_signing(office: Office) -> None:
    number = office.freeze().publication_id
    office.run(services.sign, number, actor=SIGNER, at=AT)
    office.sql(FACT.format("reached = NOT reached"))
    ((ticket_no,),) = office.sql("SELECT ticket_no FROM publication_fact WHERE number = 7")
    with pytest.raises(Conflict, match=r"publication\.tampered") as refused:
        office.run(services.publish, number, actor=PUBLISHER, at=AT)
    assert ticket_no in refused.value.message
    assert office.get(number).state == "signed"


def test_result_names_the_cell_when_fact_and_its_digest_were_changed_together(office: Office) -> None:
    office.publish()
    office.run(_forge)
    finding = office.run(verification.verify, 1)
    assert (finding.part, finding.what.split("/")[1]) == ("result", "received")


def _forge(session: Session) -> None:
    """What somebody would do who knows the form: change a fact and hash it anew."""
    frozen_facts.unbounded(session)
    fact = PublicationFact.__table__
    chosen = (fact.c.is_excluded.is_(False), fact.c.reached.is_(True), fact.c.number < 60)
    session.execute(update(fact).where(*chosen).values(is_excluded=True))
    session.execute(update(fact).values(digest=frozen_facts.digest_of(fact.c)))


@pytest.fixture
def elsewhere(base_config: Config) -> Iterator[str]:
    url = make_url(str(base_config.database_url))
    run_sql(url, 'CREATE DATABASE "publications_elsewhere"')
    yield url.set(database="publications_elsewhere").render_as_string(hide_password=False)
    run_sql(url, 'DROP DATABASE "publications_elsewhere" WITH (FORCE)')


def test_recompute_gives_the_same_bytes_when_restored_from_a_backup(
    office: Office, config: Config, elsewhere: str, tmp_path: Path
) -> None:
    first = office.publish()
    office.sql("UPDATE ticket SET solved = 'no'")
    second = office.publish(office.correct(first.publication_id))
    backup(str(config.database_url), tmp_path / "b", at=AT)
    restore(elsewhere, tmp_path / "b", migrate=migrate)
    engine = create_engine(elsewhere, connect_args={"options": "-c TimeZone=America/New_York"})
    with Session(engine) as session:
        for one in (first, second):
            assert verification.verify(session, one.publication_id) is None
            found = queries.publication(session, one.publication_id)
            rows = recount.rows_of(session, found, queries.units(session, one.publication_id))
            assert recount.result_of(rows) == one.result == found.result
            assert found.digest == one.digest
    engine.dispose()


def test_digest_is_the_same_when_frozen_again_with_the_same_facts(office: Office) -> None:
    first = office.freeze()
    office.run(services.discard, first.publication_id, reason="再来", actor=SIGNER, at=AT)
    assert office.freeze().digest == first.digest


def test_show_gives_the_frozen_bytes_when_asked_for_the_table(office: Office) -> None:
    found = office.publish()
    runner = office.app.test_cli_runner()
    told = runner.invoke(publications, ["show", "1", "--format", "csv"])
    assert (told.exit_code, told.stdout_bytes) == (0, found.result)
    assert f"digest\t{found.digest.hex()}\n" in runner.invoke(publications, ["show", "1"]).stdout
    listed = runner.invoke(publications, ["list"])
    assert listed.stdout.split("\t")[:6] == ["1", "published", "beijing", "2025-10", "township", "1"]
    sound = runner.invoke(publications, ["verify", "1"])
    assert (sound.exit_code, sound.stdout) == (0, f"1\tok\t{found.digest.hex()}\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["verify"], "publication.which"),
        (["verify", "1", "--all"], "publication.which"),
        (["verify", "99"], "publication.unknown"),
        (["show", "99"], "publication.unknown"),
        (["correct", "1", "--reason", " "], "publication.unknown"),
        (["freeze", "--scheme", "nope", "--period", "2025-10", "--group", "township"], "scheme.unknown"),
        (["freeze", "--scheme", "beijing", "--period", "2026-12", "--group", "township"], "period.not_begun"),
    ],
)
def test_command_says_why_in_one_line_when_it_is_asked_for_nonsense(
    office: Office, words: list[str], code: str
) -> None:
    told = office.app.test_cli_runner().invoke(publications, words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"错误({code})" in told.stderr
    assert told.stderr.count("\n") == 1
