"""Prepared by itself, once: the month and the week that have settled, in every group with units, by worker and ticker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assessment.publications import checks, jobs, preparation, queries, services, showing
from assessment.publications.preparation import Visible, loads
from dispatch.kernel.closing import Month
from dispatch.kernel.errors import DomainError
from dispatch.kernel.periodic import PERIODICS
from tests.publications.conftest import AT, PUBLISHER, ZONE, Office

PLAN = """
version = 1
catch_up = 2
visible = "own"
[visible_by_scheme]
xining = "group"
[[prepare]]
scheme = "beijing"
groups = ["township", "enterprise"]
months = true
weeks = true
month_after_days = 1
week_after_days = 0
"""


def prepared(office: Office, at: datetime) -> list[tuple[str, str]]:
    begun = office.run(preparation.prepare_due, zone=ZONE, at=at, by=loads(PLAN))
    return [(row.period, row.peer_group) for row in map(office.get, begun)]


def test_prepare_begins_the_month_the_day_after_it_settled(office: Office) -> None:
    settled = datetime(2025, 10, 28, 16, tzinfo=UTC)  # midnight in Beijing, ten days after the 19th
    before = prepared(office, settled + timedelta(days=1, seconds=-1))
    assert ("2025-10", "township") not in before
    assert ("2025-W41", "township") in before
    assert ("2025-W42", "township") not in before  # ends on the 20th
    assert ("2025-10", "township") in prepared(office, settled + timedelta(days=1))
    found = next(row for row in office.run(queries.listed, states=["preparing"]) if row.period == "2025-10")
    assert (found.cut_off, found.prepared_by) == (settled, "system:publications")


def test_prepare_does_nothing_twice_when_it_runs_again(office: Office) -> None:
    at = datetime(2025, 11, 5, tzinfo=UTC)
    assert prepared(office, at)
    assert prepared(office, at) == []
    office.sql("UPDATE publication SET state = 'discarded'")  # what somebody has discarded is not begun again
    assert prepared(office, at) == []


def test_worker_freezes_what_is_offered_when_the_jobs_run(office: Office) -> None:
    first, second = office.prepare(), office.prepare(group="district")
    office.sql("UPDATE publication SET peer_group = 'enterprise' WHERE publication_id = :id", id=second.publication_id)
    office.sql("DELETE FROM unit_group WHERE peer_group = 'enterprise'")
    office.sql("UPDATE unit SET kind = 'department' WHERE kind = 'enterprise'")
    office.work(jobs.freeze_some, [first.publication_id, second.publication_id])
    assert office.get(first.publication_id).state == "frozen"
    given_up = office.get(second.publication_id)
    assert (given_up.state, given_up.discarded_by) == ("discarded", "system:publications")
    assert given_up.discarded_for == "这个组别在本周期内没有单位，不能编制通报。"
    assert office.sql("SELECT count(*) FROM publication_fact WHERE publication_id = :id", id=2) == [(0,)]
    assert office.work(jobs.freeze_one, first.publication_id) is False


def test_big_ones_are_checked_by_a_worker_before_they_are_published(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "FACTS_AT_ONCE", 10)
    frozen = office.freeze()
    with pytest.raises(DomainError, match=r"publication\.not_checked"):
        office.publish(frozen)
    (waiting,) = office.sql("SELECT check_id FROM publication_check WHERE finished_at IS NULL")
    office.work(jobs.check_some, list(waiting))
    check = office.run(queries.last_check, frozen.publication_id)
    assert (check.is_sound, check.finding, check.finished_at) == (True, None, AT)
    done = office.run(services.publish, frozen.publication_id, actor=PUBLISHER, at=AT)
    assert done.state == "published"


def test_offer_passes_over_nothing_when_rows_wait(office: Office) -> None:
    office.prepare()
    assert office.run(PERIODICS["publications.offer"].run, AT) == 1
    assert office.run(PERIODICS["publications.prepare"].run, AT) > 0
    assert office.run(PERIODICS["publications.prepare"].run, AT) == 0


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('visible = "own"', 'visible = "some"', "visible"),
        ("catch_up = 2", "catch_up = 0", "catch_up"),
        ("months = true", "months = 1", "prepare[1].months"),
        ("months = true", "monthly = true", "prepare[1].months"),
        ('"enterprise"]', '"village"]', "prepare[1].groups"),
        ("week_after_days = 0", "week_after_days = -1", "prepare[1].week_after_days"),
        ('xining = "group"', 'xining = "all"', "visible_by_scheme.xining"),
    ],
)
def test_plan_is_refused_with_its_key_when_something_is_wrong(old: str, new: str, key: str) -> None:
    with pytest.raises(DomainError) as refused:
        loads(PLAN.replace(old, new))
    assert refused.value.details["key"] == key


def test_plan_tells_what_units_see() -> None:
    plan = loads(PLAN)
    assert (plan.visible_of("beijing"), plan.visible_of("xining")) == (Visible.OWN, Visible.GROUP)
    assert preparation.shipped().orders


@pytest.mark.parametrize("facts_at_once", [checks.FACTS_AT_ONCE, 0])
def test_end_the_demo_with_published_tables_when_its_month_has_settled(
    office: Office, monkeypatch: pytest.MonkeyPatch, facts_at_once: int
) -> None:
    monkeypatch.setattr(checks, "FACTS_AT_ONCE", facts_at_once)  # 0: every table is a big one
    month = Month("2025-10", first="account:1", second="account:2", at=office.clock.now())
    said = office.run(showing.publish_month, month)
    assert not any("申诉" in sentence for sentence in said), "nobody is there who could raise one"
    rows = office.sql("SELECT peer_group, state, prepared_by, signed_by, published_by FROM publication ORDER BY 1")
    assert {row[0] for row in rows} >= {"township", "district"}
    assert {row[1:] for row in rows} == {("published", "account:1", "account:2", "account:1")}
    assert sum("已发布" in sentence for sentence in said) == len(rows)
    assert office.sql("SELECT shape FROM publication_file ORDER BY 1") == [("docx",), ("xlsx",)]
    soon = AT.replace(year=2025, month=10, day=24)
    week = office.run(showing.settled, "2025-10", ZONE, soon)
    assert (week.name, week.settles_at <= soon) == ("2025-W41", True)
