"""Which of the office's own tickets teach: those whose category a person has confirmed, and no others; and how drift is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from dispatch.kernel import texts
from dispatch.learning import drift, queries, services
from dispatch.learning.rows import Row
from dispatch.learning.training import TrainedModel
from dispatch.tickets import correcting
from dispatch.tickets.models import Ticket
from tests.learning import town_words
from tests.town import MONDAY, Desk

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, SECOND = "1001", "1002"

Rows = Callable[..., list[Row]]


@pytest.fixture
def rows(desk: Desk) -> Rows:
    def taught(since: datetime | None = None, until: datetime | None = None, limit: int = 100) -> list[Row]:
        found: list[Row] = desk.run(queries.training_rows, since, until or desk.at + timedelta(days=1), limit=limit)
        return found

    return taught


def correct(desk: Desk, ticket_id: int, category: str) -> None:
    values = {"reason": "核实", "reference": desk.reference, "actor": "account:1", "at": desk.at}
    desk.run(correcting.correct, ticket_id, category=category, **values)


def test_learn_nothing_when_the_machine_alone_chose_the_category(desk: Desk, rows: Rows) -> None:
    desk.accept()
    assert rows() == []


def test_learn_the_category_when_it_was_chosen_at_intake(desk: Desk, rows: Rows) -> None:
    desk.accept(title="柳荫街道路灯不亮", text="三盏路灯不亮", category=FIRST)
    assert rows() == [Row("柳荫街道路灯不亮\n三盏路灯不亮", FIRST)]
    assert rows(since=desk.at + timedelta(seconds=1)) == []
    assert rows(until=desk.at) == []


def test_learn_the_category_that_stands_when_it_was_corrected(desk: Desk, rows: Rows) -> None:
    ticket_id = desk.accept(category=FIRST).ticket_id
    correct(desk, ticket_id, SECOND)
    assert [row.label for row in rows()] == [SECOND]
    other = desk.accept().ticket_id
    correct(desk, other, FIRST)
    assert sorted(row.label for row in rows()) == sorted([FIRST, SECOND])


def test_learn_the_category_when_a_person_dispatched_under_it(desk: Desk, rows: Rows) -> None:
    ticket_id = desk.accept(title="不知何处", text="有一件事想反映").ticket_id
    assert rows() == []
    desk.dispatch(ticket_id, "110001", category=SECOND)
    assert [row.label for row in rows()] == [SECOND]


def test_learn_the_category_when_a_ruling_settled_the_unit_under_it(desk: Desk, rows: Rows) -> None:
    ticket_id = desk.accept().ticket_id
    category = desk.run(lambda session: session.get(Ticket, ticket_id).category)
    desk.later(minutes=5).dispute(ticket_id)
    assert rows() == []
    desk.rule(ticket_id, "refused")
    assert [row.label for row in rows()] == [category]


def test_learn_nothing_of_a_ticket_when_its_words_were_erased(desk: Desk, rows: Rows) -> None:
    kept = desk.accept(title="路灯不亮", text="三盏", category=FIRST)
    gone = desk.accept(title="停水", text="三天", category=FIRST)

    def erase(session: Session) -> None:
        texts.erase(session, gone.ticket_id, at=desk.at)

    desk.run(erase)
    assert rows() == [Row("路灯不亮\n三盏", FIRST)]
    desk.run(lambda session: setattr(session.get(Ticket, kept.ticket_id), "erased_at", desk.at))
    assert rows() == []


def test_take_the_newest_when_there_are_more_than_may_be(desk: Desk, rows: Rows) -> None:
    for title in ("甲", "乙", "丙"):
        desk.later(minutes=1).accept(title=title, text="正文", category=FIRST)
    assert [row.text[0] for row in rows(limit=2)] == ["丙", "乙"]


def test_count_drift_by_month_and_leave_out_what_was_learnt_when_asked(desk: Desk, trained: TrainedModel) -> None:
    learnt = desk.run(services.keep, trained, source="file:a.csv", actor="account:1", at=MONDAY)
    title, _, text = "青松苑工地施工噪声太大\n夜里打桩".partition("\n")
    desk.accept(title=title, text=text, category=FIRST)
    desk.later(days=31).accept(title="水管爆裂", text="没有自来水", category=SECOND)
    title, _, text = town_words.rows()[0].text.partition("\n")
    desk.accept(title=title, text=text, category=SECOND)
    desk.later(hours=1)
    values = {"taxonomy": desk.reference.taxonomy, "zone": ZONE, "months": 3}
    assert desk.run(drift.count, desk.at, **values) == 2
    months = desk.run(queries.drift, learnt.number)
    counted = [(f"{one.month:%Y-%m}", one.confirmed, one.tickets, one.differing) for one in months]
    assert counted == [("2026-12", 2, 1, 1), ("2026-11", 1, 1, 1)], "what the model was made from is not asked"
    assert all(0 < one.confidence <= 1 for one in months)
    assert 0 <= months[0].unknown < 1
    assert desk.run(drift.count, desk.at, **values) == 2, "counted again, not twice"
    assert len(desk.run(queries.drift, learnt.number)) == 2
    desk.run(services.retire, actor="account:1", at=desk.at)
    assert desk.run(drift.count, desk.at, **values) == 0
