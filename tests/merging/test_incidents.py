"""Known incidents: one entry for many callers, one text for each of them, told in batches and once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from dispatch.incidents import queries, services
from dispatch.incidents.models import Incident
from dispatch.incidents.telling import tell
from dispatch.kernel import texts
from dispatch.kernel.errors import DomainError
from tests.town import Desk

PROGRESSED = "incident.progressed"


def open_one(desk: Desk, **values: Any) -> Incident:
    facts = {"title": "柳荫街道停水", "place_code": "110001", "reference": desk.reference} | values
    found: Incident = desk.run(services.open_incident, actor="account:9", at=desk.at, **facts)
    return found


def attach(desk: Desk, ticket_id: int, incident: Incident) -> None:
    desk.run(services.attach, ticket_id, incident_id=incident.incident_id, actor="account:1", at=desk.at)


def say(desk: Desk, incident: Incident, text: str, verb: Callable[..., Any] = services.progress) -> None:
    desk.run(verb, incident.incident_id, text=text, actor="account:9", at=desk.at)


def tell_all(desk: Desk, limit: int = 100) -> int:
    told = 0
    while done := desk.run(tell, desk.at, limit=limit):
        told += done
    return told


def refusal(verb: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        verb()
    return refused.value.code


def test_progress_reaches_each_attached_caller_once_when_told_in_batches(desk: Desk) -> None:
    incident = open_one(desk)
    tickets = [desk.accept(incident_id=incident.incident_id).ticket_id for _ in range(7)]
    stranger = desk.accept().ticket_id
    say(desk.later(hours=1), incident, "预计20时恢复供水")
    assert tell_all(desk, limit=3) == 7
    assert [desk.event_types(one).count(PROGRESSED) for one in tickets] == [1] * 7
    assert PROGRESSED not in desk.event_types(stranger)
    assert desk.run(texts.latest, tickets[0])["incident_progress"] == "预计20时恢复供水"
    assert tell_all(desk) == 0
    assert not desk.run(queries.incident, incident.incident_id).is_telling


def test_progress_reaches_each_caller_once_when_several_workers_tell(desk: Desk) -> None:
    incident = open_one(desk)
    tickets = [desk.accept(incident_id=incident.incident_id).ticket_id for _ in range(12)]
    say(desk, incident, "正在抢修")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: tell_all(desk, limit=2), range(4)))
    tell_all(desk)
    assert [desk.event_types(one).count(PROGRESSED) for one in tickets] == [1] * 12


def test_progress_tells_only_what_came_after_when_a_caller_is_attached_late(desk: Desk) -> None:
    incident = open_one(desk)
    say(desk, incident, "正在抢修")
    late = desk.accept(incident_id=incident.incident_id).ticket_id
    assert tell_all(desk) == 0
    say(desk.later(minutes=5), incident, "已恢复", services.close)
    tell_all(desk)
    assert desk.event_types(late).count(PROGRESSED) == 1
    assert desk.events(late)[-1].data["final"] is True


def test_progress_leaves_out_who_was_detached_or_has_ended(desk: Desk) -> None:
    incident = open_one(desk)
    gone, still = (desk.accept(incident_id=incident.incident_id).ticket_id for _ in range(2))
    desk.run(services.detach, gone, actor="account:1", at=desk.at)
    say(desk, incident, "正在抢修")
    assert tell_all(desk) == 1
    assert PROGRESSED in desk.event_types(still)
    assert PROGRESSED not in desk.event_types(gone)


def test_board_counts_callers_by_place_when_asked(desk: Desk) -> None:
    incident = open_one(desk)
    for _ in range(2):
        desk.accept(incident_id=incident.incident_id)
    desk.accept(incident_id=incident.incident_id, text="西区八一街道停水", title="停水")
    assert desk.run(queries.callers, [incident.incident_id]) == {incident.incident_id: 3}
    rows = desk.run(queries.callers_by_place, incident.incident_id)
    assert sum(row[1] for row in rows) == 3
    assert rows[0][1] == 2


def test_refuse_what_makes_no_sense_when_the_board_is_used(desk: Desk) -> None:
    incident, ticket_id = open_one(desk), desk.accept().ticket_id
    assert refusal(lambda: open_one(desk, title=" ")) == "incident.title_missing"
    assert refusal(lambda: open_one(desk, place_code="nowhere")) == "place.unknown"
    assert refusal(lambda: open_one(desk, expected_end_at=desk.at - timedelta(hours=1))) == "incident.end_past"
    assert refusal(lambda: say(desk, incident, "")) == "incident.text_missing"
    attach(desk, ticket_id, incident)
    assert refusal(lambda: attach(desk, ticket_id, incident)) == "incident.already_attached"
    desk.run(services.detach, ticket_id, actor="account:1", at=desk.at)
    assert (
        refusal(lambda: desk.run(services.detach, ticket_id, actor="account:1", at=desk.at)) == "incident.not_attached"
    )
    say(desk, incident, "已恢复", services.close)
    assert refusal(lambda: attach(desk, ticket_id, incident)) == "incident.closed"
    assert refusal(lambda: say(desk, incident, "还有一句")) == "incident.closed"
