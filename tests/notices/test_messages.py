"""What is written down for callers, from which event, and when it may leave."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from dispatch.notices.messages import queue_message
from dispatch.notices.render import text_of
from tests.notices.conftest import Town, happen

NIGHT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)  # 23:30 in Beijing
MORNING = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)


def test_tell_receipt_and_unit_when_a_complaint_is_dispatched_at_once(town: Town) -> None:
    town.desk.accept()
    town.perform()
    assert town.told() == ["receipt", "dispatched"]
    receipt, dispatched = town.messages()
    assert (receipt.state, receipt.values, receipt.channel) == ("waiting", {}, None)
    assert dispatched.values == {"unit": "柳荫街道", "due": "11月9日09:00"}
    assert receipt.voice_id is not None


def test_tell_once_when_the_effect_runs_twice(town: Town) -> None:
    ticket = town.desk.accept()
    town.perform()
    known = [(message.event_number, message.voice_id, message.template) for message in town.messages()]
    for number, voice, template in known:
        town.desk.run(
            queue_message,
            ticket_id=ticket.ticket_id,
            event_number=number,
            voice_id=voice,
            template=template,
            values={},
            at=town.desk.at,
        )
    assert len(town.messages()) == len(known)


def test_tell_the_new_unit_when_a_dispute_moves_the_ticket_and_nothing_when_it_stays(town: Town) -> None:
    ticket = town.desk.accept()
    town.desk.dispute(ticket.ticket_id)
    town.desk.rule(ticket.ticket_id, "designated", "110002")
    happen(town, ticket.ticket_id, "ticket.dispatched", lead="110002", ticket_due_at=None)
    assert town.told() == ["receipt", "dispatched", "redirected"]
    assert town.messages()[-1].values["unit"] == "桥头镇"


def test_tell_answer_and_end_when_the_ticket_lives_to_its_close(town: Town) -> None:
    ticket = town.desk.accept()
    town.desk.acknowledge(ticket.ticket_id)
    town.desk.complete(ticket.ticket_id, answer="王小明您好，垃圾已清运")
    town.desk.later(days=8).sweep()
    town.desk.attempt(ticket.ticket_id, contacted=True, solved="yes", satisfaction="satisfied")
    town.perform()
    assert town.told() == ["receipt", "dispatched", "completed", "closed"]


def test_hold_no_person_and_no_word_when_messages_are_stored(town: Town) -> None:
    ticket = town.desk.accept()
    town.desk.acknowledge(ticket.ticket_id)
    town.desk.complete(ticket.ticket_id, answer="王小明您好，垃圾已清运，有事请打13911112222")
    town.perform()
    rows = town.desk.run(lambda session: session.scalars(text("SELECT to_jsonb(m)::text FROM citizen_message m")).all())
    stored = " ".join(json.dumps(json.loads(row), ensure_ascii=False) for row in rows)
    assert len(rows) == 3
    for secret in ("王小明", "13800138000", "13911112222", "垃圾", "清运"):
        assert secret not in stored


@pytest.mark.parametrize(
    ("urgency", "leaves"),
    [("ordinary", [MORNING, MORNING]), ("urgent", [NIGHT, MORNING]), ("critical", [NIGHT, MORNING])],
)
def test_wait_until_morning_when_it_is_night_unless_the_receipt_is_urgent(
    town: Town, urgency: str, leaves: list[datetime]
) -> None:
    town.desk.at = NIGHT
    town.desk.accept(urgency=urgency)
    town.perform()
    assert [message.not_before for message in town.messages()] == leaves


def test_rest_on_the_page_when_nobody_said_who_they_are(town: Town) -> None:
    town.desk.accept(reporter=None)
    town.perform()
    assert {(message.voice_id, message.state, message.channel) for message in town.messages()} == {
        (None, "sent", "in_app")
    }
    town.perform()
    assert len(town.messages()) == 2


def test_skip_when_the_voice_was_erased(town: Town) -> None:
    ticket = town.desk.accept()
    erase = text("UPDATE voice SET sealed = NULL, erased_at = created_at WHERE ticket_id = :id")
    town.desk.run(lambda session: session.execute(erase, {"id": ticket.ticket_id}))
    town.perform()
    assert {(message.state, message.skipped_because) for message in town.messages()} == {("skipped", "erased")}


def test_skip_when_the_ticket_is_history(town: Town) -> None:
    ticket = town.desk.accept()
    history = text("UPDATE ticket SET is_imported = true WHERE ticket_id = :id")
    town.desk.run(lambda session: session.execute(history, {"id": ticket.ticket_id}))
    town.perform()
    assert {(message.state, message.skipped_because) for message in town.messages()} == {("skipped", "imported")}


def test_tell_each_caller_when_several_speak_of_one_matter(town: Town) -> None:
    ticket = town.desk.accept()
    second = text(
        "INSERT INTO voice (ticket_id, sealed, key_id, is_confidential, created_at)"
        " SELECT ticket_id, sealed, key_id, false, created_at FROM voice WHERE ticket_id = :id"
    )
    town.desk.run(lambda session: session.execute(second, {"id": ticket.ticket_id}))
    town.perform()
    assert town.told() == ["receipt", "receipt", "dispatched", "dispatched"]
    assert len({(message.voice_id, message.template) for message in town.messages()}) == 4


@pytest.mark.parametrize(
    ("event", "data", "template", "values"),
    [
        ("ticket.transferred", {"agency": "110"}, "transferred", {"service": "110"}),
        (
            "extension.granted",
            {"ticket_due_at": "2026-11-13T16:00:00.000000Z"},
            "extended",
            {"due": "11月13日"},
        ),
        ("extension.granted", {}, "extended", {"due": "11月9日09:00"}),
        ("suspension.begun", {"until": "2026-12-01"}, "suspended", {"until": "12月1日"}),
        ("suspension.prolonged", {"until": "2026-12-31"}, "prolonged", {"until": "12月31日"}),
        ("ticket.answered", {}, "answered", {}),
        ("ticket.declined", {"ground": "unheard_of"}, "declined", {}),
        ("ticket.declined", {"ground": "beyond_duty"}, "declined", {"ground": "超出政府职责的事项"}),
        ("supplement.asked", {}, "supplement", {}),
        ("follow_up.invited", {}, "satisfaction", {}),
        ("incident.progressed", {}, "incident_progress", {}),
    ],
)
def test_tell_what_the_data_say_when_another_part_records_an_event(
    town: Town, event: str, data: dict[str, object], template: str, values: dict[str, str]
) -> None:
    ticket = town.desk.accept()
    happen(town, ticket.ticket_id, event, **data)
    message = town.messages()[-1]
    assert (message.template, message.values) == (template, values)


def test_tell_of_the_surviving_matter_when_tickets_are_merged(town: Town) -> None:
    older, later = merge(town)
    happen(town, later, "ticket.merged", into=older)
    merged = town.messages()[-1]
    assert (merged.ticket_id, merged.template) == (later, "merged")
    assert merged.values == {"unit": "柳荫街道", "due": "11月9日09:00"}


def test_tell_both_callers_under_their_own_numbers_when_a_merged_matter_goes_on(town: Town) -> None:
    older, _ = merge(town)
    happen(town, older, "assignment.completed")
    told = [one for one in town.messages() if one.template == "completed"]
    assert [one.ticket_id for one in told] == [older, older]
    texts = [town.desk.run(text_of, one, vault=town.desk.vault, public_url=None) for one in told]
    numbers = [ticket.ticket_no for ticket in town.desk.accepted]
    assert texts == [f"【12345】您的诉求（{number}）已有办理结果。" for number in numbers]


def test_tell_each_attached_caller_once_when_merged_matters_belong_to_an_incident(town: Town) -> None:
    older, later = merge(town)
    attach = text("UPDATE ticket SET incident_id = 1")
    town.desk.run(lambda session: session.execute(attach))
    happen(town, older, "incident.progressed", incident=1)
    happen(town, later, "incident.progressed", incident=1)
    told = [one for one in town.messages() if one.template == "incident_progress"]
    assert len({one.voice_id for one in told}) == len(told) == 2


def merge(town: Town) -> tuple[int, int]:
    """Two tickets, the later a voice of the older."""
    older, later = town.desk.accept().ticket_id, town.desk.accept().ticket_id
    town.perform()
    into = text("UPDATE ticket SET merged_into_id = :older, state = 'merged' WHERE ticket_id = :later")
    town.desk.run(lambda session: session.execute(into, {"older": older, "later": later}))
    return older, later


def test_refuse_when_the_template_is_unknown(town: Town) -> None:
    ticket = town.desk.accept()
    with pytest.raises(ValueError, match="no template"):
        town.desk.run(
            queue_message,
            ticket_id=ticket.ticket_id,
            event_number=1,
            voice_id=None,
            template="nonsense",
            values={},
            at=town.desk.at,
        )
