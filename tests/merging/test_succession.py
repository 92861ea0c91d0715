"""The first caller takes the matter back: what the others reported goes on, for the oldest of them who needs it."""

from __future__ import annotations

from typing import Any

from dispatch.follow_ups.models import FollowUp
from dispatch.outcomes import withdrawing
from dispatch.tickets.models import Ticket
from dispatch.tickets.queries import lead_in_force
from tests.merging.conftest import join, part
from tests.town import Desk


def withdraw(desk: Desk, ticket_id: int) -> Ticket:
    known: dict[str, Any] = {"reference": desk.reference, "actor": "account:1", "at": desk.at}
    found: Ticket = desk.run(withdrawing.withdraw, ticket_id, reason="已自行解决", **known)
    return found


def three(desk: Desk) -> list[int]:
    """Callers of one matter, an hour apart, all of them merged into the first."""
    found = [desk.later(hours=1).accept().ticket_id for _ in range(3)]
    for voice in found[1:]:
        join(desk, voice, found[0])
    return found


def stand(desk: Desk, ids: list[int]) -> list[tuple[str, int | None]]:
    return [(desk.ticket(one).state, desk.ticket(one).merged_into_id) for one in ids]


def test_the_oldest_of_the_others_goes_on_with_its_own_lead_and_limit_and_the_younger_are_its_voices(
    desk: Desk,
) -> None:
    first, second, third = three(desk)
    due = desk.ticket(second).due_at
    desk.later(days=1)
    withdraw(desk, first)
    assert stand(desk, [first, second, third]) == [("withdrawn", None), ("dispatched", None), ("merged", second)]
    assert desk.ticket(second).due_at == due
    lead = desk.run(lambda session: lead_in_force(session, session.get_one(Ticket, second)))
    assert (lead.unit_id, lead.state) == (desk.unit_id("110001"), "sent")
    told = next(event for event in desk.events(second) if event.type == "ticket.unmerged")
    assert (told.data["because"], told.data["from"]) == ("withdrawn", first)
    assert desk.event_types(first).count("ticket.voice_left") == 2
    desk.acknowledge(second)
    desk.complete(second)
    desk.later(days=8).sweep()
    for one in (second, third):
        desk.attempt(one, contacted=True, solved="yes", satisfaction="satisfied")
    assert desk.ticket(second).state == "closed"
    assert desk.ticket(third).charged_unit_id == desk.unit_id("110001")


def test_a_voice_taken_in_as_such_waits_for_a_dispatcher_when_its_first_caller_withdraws(desk: Desk) -> None:
    first = desk.accept()
    voice = desk.later(hours=1).accept(merge_into=first.ticket_no).ticket_id
    withdraw(desk.later(hours=1), first.ticket_id)
    assert stand(desk, [voice]) == [("awaiting_dispatch", None)]
    desk.dispatch(voice, "110001")
    assert desk.ticket(voice).state == "dispatched"


def test_callers_asked_about_the_withdrawn_ticket_only_are_asked_when_their_own_is_due(desk: Desk) -> None:
    first = desk.accept().ticket_id
    second, third = (desk.later(days=2).accept().ticket_id for _ in range(2))
    for voice in (second, third):
        join(desk, voice, first)
    desk.later(days=3, minutes=1).sweep()
    withdraw(desk, first)
    found = [desk.run(lambda session, one=one: session.get(FollowUp, (one, 1))) for one in (second, third)]
    assert [one.state for one in found] == ["cancelled", "cancelled"]
    desk.later(days=2).sweep()
    found = [desk.run(lambda session, one=one: session.get(FollowUp, (one, 1))) for one in (second, third)]
    assert [one.state for one in found] == ["open", "open"]


def test_nobody_works_again_for_a_caller_who_is_content_and_who_is_not_goes_on(desk: Desk) -> None:
    first, second, third = three(desk)
    desk.later(days=8).sweep()
    desk.attempt(second, contacted=True, solved="yes", satisfaction="satisfied")
    desk.attempt(third, contacted=True, solved="no", satisfaction="dissatisfied")
    withdraw(desk, first)
    assert stand(desk, [second, third]) == [("merged", first), ("dispatched", None)]
    assert (desk.ticket(third).solved, desk.ticket(third).charged_unit_id) == ("no", desk.unit_id("110001"))


def test_who_came_along_with_one_of_the_others_still_goes_back_with_it(desk: Desk) -> None:
    first, second, third, fourth = (desk.later(minutes=10).accept().ticket_id for _ in range(4))
    join(desk, fourth, third)
    join(desk, third, first)
    join(desk, second, first)
    withdraw(desk, first)
    assert stand(desk, [third, fourth]) == [("merged", second), ("merged", second)]
    part(desk, third)
    assert stand(desk, [third, fourth]) == [("dispatched", None), ("merged", third)]
