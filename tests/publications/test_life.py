"""From freezing to publishing: the same bytes as the command, two people, moves that are law, late facts that change nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from assessment import schemes
from assessment.cli import rank as rank_command
from assessment.publications import frozen_facts, queries, recount, services, verification
from assessment.publications.states import MOVES, PUBLICATION_WORDS, PublicationState
from assessment.rankings import scores_of
from dispatch.kernel.config import Config
from dispatch.kernel.errors import Conflict, DomainError, Forbidden
from tests.publications.conftest import AT, PREPARER, PUBLISHER, SIGNER, Office

CUT_OFF = "2025-10-29T00:00:00+08:00"  # the end of the month of the 18th, and ten days


def ranked(office: Office, *options: str) -> bytes:
    """What `hotline rank` says as of the settle instant."""
    told = office.app.test_cli_runner().invoke(rank_command, [*options, "--format", "csv"])
    assert told.exit_code == 0, told.output
    return told.stdout_bytes


@pytest.mark.parametrize(
    ("scheme", "group"), [("beijing", "township"), ("xining", "district"), ("deductions", "department")]
)
def test_freeze_gives_the_bytes_of_the_command_when_asked_as_of_the_cut_off(
    office: Office, scheme: str, group: str
) -> None:
    found = office.freeze(scheme_text=schemes.builtin_text(scheme), group=group)
    options = ("--scheme", scheme, "--period", "2025-10", "--group", group)
    assert found.result == ranked(office, *options, "--as-of", found.cut_off.isoformat())
    assert (found.state, found.version) == ("frozen", 1)
    assert found.fact_count == len(list(office.run(lambda session: list(frozen_facts.digests(session, 1)))))
    assert office.run(verification.verify, found.publication_id) is None


def test_publish_ends_immutable_when_two_others_agree(office: Office) -> None:
    found = office.publish()
    assert (found.prepared_by, found.signed_by, found.published_by) == (PREPARER, SIGNER, PUBLISHER)
    assert found.cut_off == datetime.fromisoformat(CUT_OFF)
    for verb in (services.sign, services.publish):
        with pytest.raises(Conflict, match=r"publication\.illegal_move"):
            office.run(verb, found.publication_id, actor="account:7", at=AT)
    with pytest.raises(Conflict, match=r"publication\.illegal_move"):
        office.run(services.discard, found.publication_id, reason="不要了", actor="account:7", at=AT)


def test_result_stays_when_facts_come_after_the_cut_off(office: Office) -> None:
    found = office.publish()
    office.sql("UPDATE ticket SET solved = 'no', satisfaction = 'dissatisfied', followed_up_at = :at", at=AT)
    office.sql("UPDATE unit_version SET name = name || '(新)'")
    assert office.run(verification.verify, found.publication_id) is None
    assert office.get(found.publication_id).result == found.result


def test_nobody_signs_their_own_when_they_prepared_it(office: Office) -> None:
    number = office.freeze().publication_id
    with pytest.raises(Forbidden, match=r"publication\.same_person"):
        office.run(services.sign, number, actor=PREPARER, at=AT)
    office.run(services.sign, number, actor=SIGNER, at=AT)
    with pytest.raises(Forbidden, match=r"publication\.same_publisher"):
        office.run(services.publish, number, actor=SIGNER, at=AT)
    assert office.run(services.publish, number, actor=PREPARER, at=AT).state == "published"


def test_second_click_changes_nothing_when_the_same_person_clicks_twice(office: Office) -> None:
    number = office.freeze().publication_id
    first = office.run(services.sign, number, actor=SIGNER, at=AT).signed_at
    assert office.run(services.sign, number, actor=SIGNER, at=AT + timedelta(hours=1)).signed_at == first
    office.run(services.publish, number, actor=PUBLISHER, at=AT)
    assert office.run(services.publish, number, actor=PUBLISHER, at=AT + timedelta(hours=1)).published_at == AT
    with pytest.raises(Conflict, match=r"publication\.already_published"):
        office.prepare()


def test_one_of_two_wins_when_signers_race(office: Office, config: Config) -> None:
    number = office.freeze().publication_id
    engine = create_engine(str(config.database_url))
    barrier, told = Barrier(2), []

    def attempt(actor: str) -> None:
        with Session(engine) as session:
            barrier.wait()
            try:
                services.sign(session, number, actor=actor, at=AT)
                session.commit()
                told.append(actor)
            except Conflict as error:
                told.append(error.code)

    threads = [Thread(target=attempt, args=(actor,)) for actor in ("account:11", "account:12")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert "publication.illegal_move" in told
    assert office.get(number).signed_by in told


def test_second_preparation_is_refused_when_one_is_under_way(office: Office) -> None:
    first = office.prepare()
    with pytest.raises(Conflict, match=r"publication\.under_way") as refused:
        office.prepare(actor=SIGNER)
    assert refused.value.details == {"publication": first.publication_id}
    office.run(services.discard, first.publication_id, reason="重编", actor=PREPARER, at=AT)
    assert office.prepare().version == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"period": "2025-13"}, "period.unreadable"),
        ({"period": "2026-03"}, "period.not_begun"),
        ({"period": "2026-01"}, "publication.not_settled"),
        ({"cut_off": datetime(2025, 10, 20, tzinfo=UTC)}, "publication.not_settled"),
        ({"cut_off": AT + timedelta(seconds=1)}, "publication.cut_off_ahead"),
        ({"group": "village"}, "ranking.unknown_group"),
        ({"group": "enterprise"}, "publication.no_units"),
        ({"scheme_text": "name = 1"}, "scheme.wrong_type"),
        ({"scheme_text": schemes.builtin_text("beijing").replace("0.10", "0.20")}, "scheme.weights_do_not_sum"),
    ],
)
def test_nothing_is_begun_when_the_question_makes_no_sense(
    office: Office, changes: dict[str, object], code: str
) -> None:
    if code == "publication.no_units":
        office.sql("UPDATE unit SET kind = 'department' WHERE kind = 'enterprise'")
    with pytest.raises(DomainError) as refused:
        office.prepare(**changes)
    assert refused.value.code == code
    assert office.sql("SELECT count(*) FROM publication") == [(0,)]


def test_period_is_refused_when_it_overlaps_another(office: Office) -> None:
    office.publish()
    other = schemes.builtin_text("beijing").replace("first_day = 19", "first_day = 1")
    with pytest.raises(Conflict, match=r"publication\.overlapping_period") as refused:
        office.prepare(scheme_text=other, period="2025-09")
    assert "2025-10" in refused.value.message
    assert office.prepare(period="2025-11").publication_id
    assert office.prepare(period="2025-W42").publication_id


def test_gain_is_over_the_published_month_when_there_is_one(office: Office) -> None:
    office.clock.set(datetime(2025, 11, 5, tzinfo=UTC))
    first = office.publish()
    expected = office.run(_scores, first.publication_id)
    office.clock.set(AT)
    office.sql("UPDATE ticket SET solved = 'no'")  # a recount of the first month would now give other scores
    later = office.freeze(period="2025-11")
    kept = office.sql(
        "SELECT code, previous_score FROM publication_unit WHERE publication_id = :id AND previous_score IS NOT NULL",
        id=later.publication_id,
    )
    assert expected
    assert dict(kept) == {code: str(score) for code, score in expected.items()}


def _scores(session: Session, number: int) -> dict[str, object]:
    found = queries.publication(session, number)
    return dict(scores_of(recount.rows_of(session, found, queries.units(session, number))))


def test_states_lead_somewhere_when_the_table_is_walked() -> None:
    reached = {PublicationState.PREPARING} | {after for _, after in MOVES}
    assert reached == set(PublicationState) == set(PUBLICATION_WORDS)


def test_document_tells_the_moves_of_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs/publications.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+) \|$", text, re.MULTILINE)
    assert told == [(before.value, after.value, rule) for (before, after), rule in MOVES.items()]
