"""The replayed month goes through the services and nothing else, and its numbers are the same from every side."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from assessment.cli import rank as rank_command
from assessment.publications import checks
from dispatch.demo import marker
from dispatch.demo.calls import calls
from dispatch.demo.stage import end_month, finished_demo
from dispatch.demo.window import tail_count
from dispatch.directory.models import Unit
from dispatch.kernel import audit
from dispatch.kernel.database_clock import DatabaseClock
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Conflict
from dispatch.routing.decision import decide
from tests.demo.recount import recount
from tests.demo.stage import NOW, Made, Month

SWEEP = "system:sweep"
# Verb → its own event, and what may follow from it in the same transaction.
EVENTS_OF: dict[str, tuple[str, set[str]]] = {
    "accept": ("ticket.received", {"ticket.dispatched", "ticket.awaiting_dispatch", "alert.raised"}),
    "acknowledge": ("assignment.acknowledged", set()),
    "first_contact": ("assignment.first_contacted", set()),
    "complete": ("assignment.completed", {"ticket.closed", "follow_up.opened"}),
    "pass_on": ("hop.passed", set()),
    "dispute": ("assignment.disputed", set()),
    "rule": ("dispute.ruled", {"assignment.withdrawn", "ticket.dispatched", "follow_up.opened"}),
    "dispatch_waiting": ("ticket.dispatched", set()),
    "attempt": ("follow_up.attempted", {"ticket.closed"}),
    "issue": ("order.issued", set()),
    "answer": ("order.answered", set()),
    "review": ("order.accepted", set()),
}
OF_SWEEP = {
    "ladder.reached",
    "card.issued",
    "follow_up.opened",
    "dispute.ruled",
    "assignment.withdrawn",
    "ticket.awaiting_dispatch",
}
COUNTS = ("received", "valid", "contacted", "solved", "satisfied", "basically")


@pytest.fixture(scope="module")
def engine(replayed: Month) -> Iterator[Engine]:
    found = create_engine(replayed.database_url)
    yield found
    found.dispose()


def ask(engine: Engine, query: str, **values: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(query), values).all())


def test_replay_takes_in_every_call_and_nothing_is_refused(replayed: Month, engine: Engine) -> None:
    wanted = replayed.scene.options.tickets + tail_count(replayed.scene.options.tickets)

    assert replayed.outcome.tickets == wanted
    assert ask(engine, "SELECT count(*) FROM ticket") == [(wanted,)]
    assert replayed.outcome.refused == {}


def test_service_calls_are_the_events_when_two_hundred_tickets_are_followed(replayed: Month, engine: Engine) -> None:
    made: dict[int, list[Made]] = defaultdict(list)
    for call in replayed.made:
        if call.ticket_id is not None and call.verb != "contact_reporter":
            made[call.ticket_id].append(call)
    swept = {call.at for call in replayed.made if call.verb == "sweep"} | {replayed.scene.window.ends_at}
    for ticket_id in random.Random(8).sample(sorted(made), 200):
        rows = ask(engine, "SELECT type, at, actor FROM event WHERE ticket_id = :id ORDER BY number", id=ticket_id)
        of_people = [row for row in rows if row.actor != SWEEP]
        for call in made[ticket_id]:
            first, following = EVENTS_OF[call.verb]
            assert (of_people[0].type, of_people[0].at, of_people[0].actor) == (first, call.at, call.actor)
            del of_people[0]
            while of_people and of_people[0].type in following and of_people[0].at == call.at:
                del of_people[0]
        assert of_people == [], "an event that no service call explains"
        for row in rows:
            if row.actor == SWEEP:
                assert row.type in OF_SWEEP
                assert row.at in swept


def test_every_look_at_a_reporter_was_asked_for(replayed: Month, engine: Engine) -> None:
    looks = Counter(call.ticket_id for call in replayed.made if call.verb == "contact_reporter")

    assert looks
    assert looks == Counter(dict(ask(engine, "SELECT ticket_id, count(*) FROM identity_look GROUP BY 1")))


def test_every_kind_of_life_occurs_in_the_month(replayed: Month) -> None:
    verbs = Counter(call.verb for call in replayed.made)

    # In a month as small as this one the street with a grid worker may have got nothing in the last days.
    assert {*verbs, "pass_on"} == set(EVENTS_OF) | {"contact_reporter", "sweep"}
    assert 0.01 < verbs["dispute"] / verbs["accept"] < 0.1


def test_units_are_late_and_citizens_unreachable_sometimes(engine: Engine) -> None:
    late = ask(engine, "SELECT count(*) FROM card WHERE colour = 'red'")[0][0]
    outcomes = dict(ask(engine, "SELECT outcome, count(*) FROM follow_up_attempt GROUP BY 1"))

    assert late > 0
    assert outcomes["no_answer"] > 0
    assert outcomes["reached"] > 5 * outcomes["no_answer"]


def test_chains_hold_when_the_month_is_verified(engine: Engine) -> None:
    assert [found for found in audit.verify(engine) if not isinstance(found, int)] == []


def test_follow_ups_open_within_a_minute_when_a_limit_ends(engine: Engine) -> None:
    opened = ask(
        engine,
        "SELECT f.opened_at - a.due_at AS delay, a.* FROM follow_up f JOIN assignment a USING (ticket_id)"
        " WHERE a.role = 'lead' AND a.state <> 'withdrawn' AND NOT EXISTS"
        " (SELECT FROM dispute d WHERE d.ticket_id = f.ticket_id)",
    )

    assert len(opened) > 100
    assert [row for row in opened if not timedelta(0) <= row.delay <= timedelta(seconds=60)] == []
    waiting = ask(
        engine,
        "SELECT count(*) FROM assignment a WHERE role = 'lead' AND state IN ('sent', 'acknowledged', 'completed')"
        " AND due_at < :now AND NOT EXISTS (SELECT FROM follow_up f WHERE f.ticket_id = a.ticket_id)",
        now=NOW - timedelta(seconds=1),
    )
    assert waiting == [(0,)]


def test_time_never_runs_backwards_within_a_ticket(engine: Engine) -> None:
    turned = ask(
        engine,
        "SELECT count(*) FROM event later JOIN event earlier ON earlier.ticket_id = later.ticket_id"
        " AND earlier.number = later.number - 1 WHERE later.at < earlier.at",
    )

    assert turned == [(0,)]


def test_every_desk_finds_work_when_the_month_is_over(engine: Engine) -> None:
    assert ask(engine, "SELECT count(*) FROM ticket WHERE state = 'dispatched'")[0][0] > 0
    assert ask(engine, "SELECT count(*) FROM ticket WHERE state = 'acknowledged'")[0][0] > 0
    assert ask(engine, "SELECT count(*) FROM ticket WHERE received_at > :day", day=NOW - timedelta(days=1))[0][0] > 0


def test_real_time_holds_when_the_month_is_over(replayed: Month) -> None:
    with replayed.app.app_context():
        assert DatabaseClock().now() > NOW - timedelta(days=3650)
        with transaction() as session:
            assert session.execute(text("SELECT instant FROM simulated_clock")).all() == [(None,)]
            found = marker.read_marker(session)
        assert found is not None
        assert (found.state, found.period) == (marker.READY, "2026-11")
        assert finished_demo(is_fresh=False) == found
        assert finished_demo(is_fresh=True) is None


def test_demo_refuses_when_the_database_is_somebody_elses(replayed: Month) -> None:
    with replayed.app.app_context():
        with transaction() as session:
            mark = marker.read_marker(session)
            session.execute(text("COMMENT ON TABLE simulated_clock IS 'other words'"))
        try:
            with pytest.raises(Conflict, match="HOTLINE_HOME") as refused:
                finished_demo(is_fresh=True)
            assert refused.value.code == "demo.database_in_use"
        finally:
            with transaction() as session:
                assert mark is not None
                marker.write_marker(session, mark)


@pytest.mark.parametrize("group", ["township", "district", "department", "enterprise"])
def test_page_is_the_command_is_the_recount_when_the_month_is_ranked(
    replayed: Month, engine: Engine, group: str
) -> None:
    window = replayed.scene.window
    by_unit = recount(engine, start=window.starts_at, end=window.period_ends_at, until=NOW)
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for code, counts in by_unit.items():
        above = replayed.scene.reference.nearest(replayed.scene.reference.known[code], group)
        if above:
            expected[above.code].update(counts)
    command = ranked(replayed, group)
    page = on_page(replayed, group)

    assert sum(counts["valid"] for counts in expected.values()) > (20 if group in ("township", "district") else 1)
    for row in command:
        assert [int(row[name]) for name in COUNTS] == [expected[row["unit_code"]][name] for name in COUNTS]
    assert {row["unit_code"]: row["score"] for row in command if row["rank"]} != {}
    assert page == [{name: row[name] for name in ("unit_code", "rank", "score", *COUNTS)} for row in command]


def ranked(replayed: Month, group: str) -> list[dict[str, str]]:
    words = ["--scheme", "beijing", "--period", replayed.scene.window.period, "--group", group, "--format", "csv"]
    with replayed.app.app_context():
        answer = replayed.app.test_cli_runner().invoke(rank_command, words)
    assert answer.exit_code == 0, answer.output
    return list(csv.DictReader(io.StringIO(answer.stdout, newline="")))


def on_page(replayed: Month, group: str) -> list[dict[str, str]]:
    client = replayed.app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token
    form = {"login": "evaluator1", "password": replayed.scene.password, "csrf_token": token[1]}
    assert client.post("/login", data=form).status_code == 303
    address = {"scheme": "beijing", "period": replayed.scene.window.period, "group": group}
    page = client.get("/ranking", query_string=address).text
    found = []
    for part in page.split('<tr data-unit="')[1:]:
        row = part.split("</tr>")[0]
        cells = dict(re.findall(r'data-cell="(\w+)"[^>]*>([^<]*)<', row))
        found.append({name: cells[name].replace("—", "") for name in ("unit_code", "rank", "score", *COUNTS)})
    return found


def test_every_unit_gets_forty_when_three_thousand_are_planned(replayed: Month) -> None:
    scene = replayed.scene
    stream = calls(12345, scene.window, 3_000, units=scene.units, city=scene.city, zone=scene.reference.calendar.zone)
    planned = [call for call in stream if call.at < scene.window.period_ends_at]
    sent = Counter(
        call.right_unit or decide(call.intake.matter, scene.reference, call.at).unit_code for call in planned
    )

    assert len(planned) == 3_000
    assert min(sent[code] for code in scene.city.targets) >= 40
    assert len(scene.city.targets) - len(scene.city.offices) >= 55


def test_everyone_can_log_in_when_the_demo_is_set(replayed: Month) -> None:
    from dispatch.access.models import Account
    from dispatch.access.passwords import is_right

    with replayed.app.app_context(), transaction() as session:
        logins = {account.login: account for account in session.query(Account)}
        codes = dict(session.query(Unit.unit_id, Unit.code).all())
        assert {person.login for person in replayed.scene.people} <= set(logins)
        for person in replayed.scene.people:
            assert codes.get(logins[person.login].unit_id or 0) == person.unit_code
        assert is_right(logins["operator1"].password_hash, replayed.scene.password)


def test_month_shows_cards_a_ladder_that_reached_the_district_and_an_order_that_was_answered(
    replayed: Month, engine: Engine
) -> None:
    colours = dict(ask(engine, "SELECT colour, count(*) FROM card GROUP BY colour"))
    assert min(colours["yellow"], colours["red"]) > 0
    steps = dict(ask(engine, "SELECT step, count(*) FROM ladder_step GROUP BY step"))
    assert steps["50%"] > steps["25%"] > steps["due"] > steps["+1wd"] > 0
    orders = dict(ask(engine, "SELECT state, count(*) FROM supervision_order GROUP BY state"))
    assert orders["accepted"] > 0
    rows = ask(engine, "SELECT should_at, told_at FROM ladder_step")
    assert all(row.should_at <= row.told_at <= row.should_at + timedelta(minutes=16) for row in rows)
    shifts, backed = ask(engine, "SELECT count(*), count(backup_id) FROM duty_shift")[0]
    assert shifts == backed > 0  # whoever leaves a call unread is stood in for


def test_month_ends_with_a_table_that_is_contested_and_corrected(
    replayed: Month, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "FACTS_AT_ONCE", 0)  # every table is a big one, as after 100,000 tickets
    with replayed.app.app_context():
        said = end_month(replayed.scene, at=NOW)

    assert any("申诉" in sentence for sentence in said), said
    ((case_id, publication_id),) = ask(
        engine, "SELECT case_id, publication_id FROM exclusion_case WHERE state = 'granted' AND sort = 'appeal'"
    )
    steps = ask(engine, "SELECT actor FROM exclusion_step WHERE case_id = :id", id=case_id)
    assert len({row.actor for row in steps}) == 3, "whoever applies and the two who review are three people"
    old, new = ask(
        engine,
        "SELECT * FROM publication WHERE :id IN (publication_id, corrects) ORDER BY version",
        id=publication_id,
    )
    assert (old.state, new.state, new.corrects) == ("published", "published", publication_id)
    assert new.diff
    assert len({new.signed_by, new.published_by}) == 2
    assert new.signed_by != new.prepared_by
