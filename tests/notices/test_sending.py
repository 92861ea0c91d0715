"""From the row to the citizen: offered, claimed, sent, marked, and what becomes of each failure."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from rq import Queue
from sqlalchemy import text, update

from dispatch.access.vault import Reporter
from dispatch.kernel import queue
from dispatch.kernel.application import create_app
from dispatch.kernel.clock import FixedClock
from dispatch.kernel.config import Config
from dispatch.kernel.db import db, transaction
from dispatch.kernel.worker import make_worker
from dispatch.notices import jobs as edge
from dispatch.notices.channels import configured
from dispatch.notices.codes import query_code
from dispatch.notices.links import LINKS
from dispatch.notices.models import CitizenMessage
from dispatch.notices.readings import readings
from dispatch.notices.rules import sending_rules
from tests.notices.conftest import Sink, Town, happen
from tests.town import MONDAY

MACHINE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass
class Office:
    """A town with ways out, worked by hand: the periodic job, then a worker until the queue is empty."""

    app: Flask
    town: Town
    sink: Sink
    business: FixedClock
    machine: FixedClock
    jobs: Queue

    def offer(self) -> int:
        with transaction() as session:
            return edge.offer_messages(session, self.business.now())

    def work(self) -> None:
        make_worker(str(self.app.extensions["hotline"].config.redis_url)).work(burst=True, logging_level=None)

    def run(self) -> list[CitizenMessage]:
        self.offer()
        self.work()
        return self.town.messages()

    def accept(self, **values: object) -> str:
        """A complaint whose messages wait; its number."""
        accepted = self.town.desk.accept(**values)
        self.town.perform()
        return accepted.ticket_no

    def states(self) -> list[str]:
        return [message.state for message in self.town.messages()]

    def texts(self) -> list[str]:
        return list(self.sink.taken().values())


@pytest.fixture
def office(sending: Config, town: Town, sink: Sink) -> Iterator[Office]:
    business, machine = FixedClock(MONDAY), FixedClock(MACHINE)
    app = create_app(sending, vault=town.desk.vault, clock=business, machine_clock=machine)
    connection = queue.connect(str(sending.redis_url))
    connection.flushdb()
    with app.app_context():
        yield Office(app, town, sink, business, machine, queue.outward_queue(connection))
        db.engine.dispose()
    connection.flushdb()


def test_arrive_with_number_code_and_unit_when_the_gateway_is_well(office: Office) -> None:
    number = office.accept()
    messages = office.run()
    code = query_code(office.town.desk.vault, number)
    assert office.texts() == [
        f"【12345】您的诉求已受理，工单号{number}，查询码{code}。查询进展：https://12345.example/progress",
        f"【12345】您的诉求（{number}）已派柳荫街道办理，最迟11月9日09:00答复您。",
    ]
    assert {one["to"] for one in office.sink.arrived()} == {"+8613800138000"}
    assert [(one.state, one.channel, one.attempts, one.sent_at) for one in messages] == [("sent", "sms", 1, MONDAY)] * 2
    assert [one.provider_id for one in messages] == [f"gateway-{one.key}" for one in messages]
    assert office.offer() == 0


def test_name_no_matter_when_the_caller_asked_for_secrecy(office: Office) -> None:
    office.accept(is_confidential=True)
    office.run()
    assert len(office.texts()) == 2
    for said in office.texts():
        assert "柳荫" not in said
        assert "诉求" not in said


def test_say_the_gist_and_cover_people_when_the_unit_has_answered(office: Office) -> None:
    office.accept()
    (ticket,) = office.town.desk.accepted
    office.town.desk.acknowledge(ticket.ticket_id)
    office.town.desk.complete(
        ticket.ticket_id, answer="王小明反映的垃圾已清运，邻居电话13911112222。", report="内部情况"
    )
    office.town.perform()
    office.run()
    answer = office.texts()[-1]
    assert answer.startswith(f"【12345】您的诉求（{ticket.ticket_no}）已有办理结果：")
    assert "垃圾已清运" in answer
    for hidden in ("王小明", "13911112222", "内部"):
        assert hidden not in answer


def test_leave_the_words_out_when_they_were_erased(office: Office) -> None:
    office.accept()
    (ticket,) = office.town.desk.accepted
    office.town.desk.acknowledge(ticket.ticket_id)
    office.town.desk.complete(ticket.ticket_id, answer="已清运")
    office.town.perform()
    office.town.desk.run(
        lambda session: session.execute(text("UPDATE text_entry SET body = NULL WHERE kind = 'answer'"))
    )
    office.run()
    assert office.texts()[-1] == f"【12345】您的诉求（{ticket.ticket_no}）已有办理结果。"


def test_go_by_mail_when_the_caller_left_only_that(office: Office) -> None:
    office.accept(reporter=Reporter("王小明", None, "wang@mail.example"))
    messages = office.run()
    assert {(one["way"], one["to"]) for one in office.sink.arrived()} == {("mail", "wang@mail.example")}
    assert {(one.state, one.channel) for one in messages} == {("sent", "mail")}
    assert messages[0].provider_id == f"<{messages[0].key}@city.example>"


def test_rest_on_the_page_when_the_caller_left_a_landline(office: Office) -> None:
    office.accept(reporter=Reporter("王小明", "010-66123456"))
    assert {(one.state, one.channel) for one in office.run()} == {("sent", "in_app")}
    assert office.sink.arrived() == []


def test_try_again_with_the_same_key_when_the_gateway_failed(office: Office) -> None:
    office.accept()
    office.sink.meet_next_with("500", "503")
    first = office.run()
    assert [(one.state, one.attempts, one.last_error) for one in first] == [
        ("failed", 1, "gateway: 500"),
        ("failed", 1, "gateway: 503"),
    ]
    assert office.offer() == 0
    office.machine.advance(timedelta(seconds=sending_rules().retry_seconds[0]))
    second = office.run()
    assert [(one.state, one.attempts, one.last_error) for one in second] == [("sent", 2, None)] * 2
    keys = [one["key"] for one in office.sink.arrived()]
    assert sorted(keys[:2]) == sorted(keys[2:])
    assert len(office.sink.taken()) == 2


def test_give_up_when_it_was_tried_often_enough(office: Office) -> None:
    office.accept()
    rules = sending_rules()
    for _ in range(rules.attempts):
        office.sink.meet_next_with("500", "500")
        office.run()
        office.machine.advance(timedelta(seconds=max(rules.retry_seconds)))
    assert office.states() == ["given_up", "given_up"]
    assert office.offer() == 0
    assert len(office.sink.arrived()) == 2 * rules.attempts


def test_give_up_at_once_when_the_gateway_refuses_the_message(office: Office) -> None:
    office.accept()
    office.sink.meet_next_with("422")
    assert sorted(one.state for one in office.run()) == ["given_up", "sent"]


def test_send_the_same_key_again_when_the_answer_was_lost(office: Office) -> None:
    office.accept()
    office.sink.meet_next_with("drop", "drop")
    office.run()
    office.machine.advance(timedelta(minutes=2))
    office.run()
    assert office.states() == ["sent", "sent"]
    assert (len(office.sink.arrived()), len(office.sink.taken())) == (4, 2)


def test_send_nothing_at_night_but_in_the_morning_when_it_is_not_urgent(office: Office) -> None:
    night = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
    office.town.desk.at = night
    office.business.set(night)
    office.accept()
    assert office.offer() == 0
    office.business.set(datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC))
    assert office.offer() == 0
    office.business.set(datetime(2026, 11, 3, 0, 0, tzinfo=UTC))
    office.run()
    assert office.states() == ["sent", "sent"]


def test_skip_when_it_is_no_news_any_more(office: Office) -> None:
    office.accept()
    office.business.advance(timedelta(hours=sending_rules().stale_hours, seconds=1))
    assert {(one.state, one.skipped_because) for one in office.run()} == {("skipped", "stale")}
    assert office.sink.arrived() == []


def test_skip_when_the_voice_was_erased_after_the_message_was_written(office: Office) -> None:
    office.accept()
    erase = text("UPDATE voice SET sealed = NULL, erased_at = created_at")
    office.town.desk.run(lambda session: session.execute(erase))
    assert {(one.state, one.skipped_because) for one in office.run()} == {("skipped", "erased")}
    assert office.sink.arrived() == []


def test_fail_alone_when_one_identity_cannot_be_opened(office: Office) -> None:
    office.accept()
    office.accept()
    broken = office.town.desk.accepted[0].ticket_id
    damage = text("UPDATE voice SET sealed = '\\x00' WHERE ticket_id = :id")
    office.town.desk.run(lambda session: session.execute(damage, {"id": broken}))
    office.run()
    by_ticket = {(one.ticket_id == broken, one.state, one.attempts) for one in office.town.messages()}
    assert by_ticket == {(True, "failed", 1), (False, "sent", 1)}


def test_offer_again_when_redis_was_flushed(office: Office) -> None:
    office.accept()
    assert office.offer() == 2
    office.jobs.connection.flushdb()
    office.work()
    assert office.states() == ["waiting", "waiting"]
    assert office.offer() == 0
    office.machine.advance(timedelta(seconds=31))
    office.run()
    assert office.states() == ["sent", "sent"]
    assert len(office.sink.arrived()) == 2


def test_stay_due_when_redis_is_away(office: Office) -> None:
    office.accept()
    here = office.app.extensions["hotline"]
    office.app.extensions["hotline"] = replace(here, config=replace(here.config, redis_url="redis://127.0.0.1:1/0"))
    assert office.offer() == 0
    office.app.extensions["hotline"] = here
    assert office.offer() == 2


def test_send_once_when_two_jobs_hold_the_same_message(office: Office) -> None:
    office.accept()
    offered = [(one.message_id, one.attempts) for one in office.town.messages()]

    def send(pair: tuple[int, int]) -> None:
        with office.app.app_context():
            edge.send_messages([list(pair)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, offered * 8))
    assert office.states() == ["sent", "sent"]
    assert len(office.sink.arrived()) == 2


def test_let_the_late_answer_win_when_a_try_was_thought_lost(office: Office) -> None:
    office.accept()
    message = office.town.messages()[0]
    edge.send_one(message.message_id, 0, configured(office.app.extensions["hotline"].config))
    with transaction() as session:
        session.execute(update(CitizenMessage).values(state="given_up", attempts=8))
    with transaction() as session:
        edge.sending.mark_sent(session, message.message_id, "late", at=MONDAY)
        edge.sending.mark_failed(session, message.message_id, 1, "old", is_final=False, machine_at=MACHINE)
    found = office.town.messages()[0]
    assert (found.state, found.provider_id, found.attempts) == ("sent", "late", 8)


def test_carry_a_link_made_at_sending_when_somebody_makes_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LINKS, "satisfaction", lambda _session, message, _vault: f"/r/{message.ticket_id}")
    number = office.accept()
    (ticket,) = office.town.desk.accepted
    happen(office.town, ticket.ticket_id, "follow_up.invited")
    office.run()
    link = f"https://12345.example/r/{ticket.ticket_id}"
    assert office.texts()[-1] == f"【12345】您的诉求（{number}）办得怎么样？请您评价：{link} 。也可等待回访电话。"


def test_settle_on_the_page_when_no_way_out_is_configured(config: Config, town: Town) -> None:
    town.desk.accept()
    town.perform()
    app = create_app(config, vault=town.desk.vault, clock=FixedClock(MONDAY), machine_clock=FixedClock(MACHINE))
    with app.app_context():
        with transaction() as session:
            assert edge.offer_messages(session, MONDAY) == 2
        db.engine.dispose()
    assert {(one.state, one.channel, one.attempts) for one in town.messages()} == {("sent", "in_app", 0)}


def test_count_what_waits_fails_and_was_given_up_when_somebody_measures(office: Office) -> None:
    office.accept()
    office.accept()
    office.sink.meet_next_with("500", "422")
    office.run()
    office.accept()
    office.business.advance(timedelta(seconds=90))
    with transaction() as session:
        found = {
            (one.name, *one.labels.values()): one.value for one in readings(session, office.business.now(), MACHINE)
        }
    assert found == {
        ("hotline_citizen_messages", "waiting"): 2,
        ("hotline_citizen_messages", "failed"): 1,
        ("hotline_citizen_messages", "given_up"): 1,
        ("hotline_citizen_message_age_seconds",): 90,
    }
