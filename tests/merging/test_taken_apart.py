"""Unmerge restores both (rules.md §5): helpers, callers who came along, and an end that had been reached meanwhile."""

from __future__ import annotations

from datetime import timedelta

from dispatch.follow_ups.models import FollowUp
from dispatch.hops import services as hops
from dispatch.tickets import queries
from tests.demo import recount
from tests.merging.conftest import join, part
from tests.town import Desk


def follow_up(desk: Desk, ticket_id: int) -> str | None:
    found = desk.run(lambda session: session.get(FollowUp, (ticket_id, 1)))
    return found.state if found else None


def test_unmerge_gives_helpers_their_parts_back_when_they_had_some(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    desk.acknowledge(newer)
    stamp = {"reference": desk.reference, "actor": "account:2", "at": desk.at}
    desk.run(hops.ask_support, newer, unit_code="E-01", task="核实", **stamp)
    number = desk.run(queries.assignments, newer)[-1].number
    desk.run(hops.acknowledge, newer, number, actor="account:3", at=desk.at)
    before = desk.run(queries.assignments, newer)[-1]
    join(desk.later(minutes=1), newer, older)
    assert desk.run(queries.assignments, newer)[-1].state == "withdrawn"
    part(desk.later(minutes=1), newer)
    after = desk.run(queries.assignments, newer)[-1]
    for name in ("state", "due_at", "next_at", "withdrawn_at", "withdrawn_for"):
        assert getattr(after, name) == getattr(before, name), name


def test_merge_asks_voices_brought_along_when_the_survivor_is_being_asked(desk: Desk) -> None:
    first = desk.accept().ticket_id
    second, third = (desk.later(days=3, hours=12).accept().ticket_id for _ in range(2))
    join(desk, third, second)
    desk.later(minutes=1).sweep()
    assert [follow_up(desk, one) for one in (first, second, third)] == ["open", None, None]
    join(desk, second, first)
    assert [follow_up(desk, one) for one in (second, third)] == ["open", "open"]


def test_unmerge_asks_those_who_go_along_at_their_own_due_instant_when_only_the_other_was_due(desk: Desk) -> None:
    first = desk.accept().ticket_id
    second, third = (desk.later(days=3).accept().ticket_id for _ in range(2))
    join(desk, third, second)
    join(desk, second, first)
    desk.later(days=1, minutes=1).sweep()
    assert [follow_up(desk, one) for one in (second, third)] == ["open", "open"]
    part(desk, second)
    assert [follow_up(desk, one) for one in (second, third)] == ["cancelled", "cancelled"]
    desk.at = desk.ticket(second).due_at + timedelta(minutes=1)  # type: ignore[operator]
    desk.sweep()
    assert [follow_up(desk, one) for one in (second, third)] == ["open", "open"]


def test_unmerge_closes_what_was_done_when_its_caller_was_not_to_be_reached(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    desk.acknowledge(newer)
    desk.complete(newer)
    join(desk, newer, older)
    desk.later(days=8).sweep()
    for wait in (0, 1, 24):
        desk.later(hours=wait).attempt(newer, "no_answer")
    assert follow_up(desk, newer) == "unreached"
    part(desk, newer)
    assert desk.ticket(newer).state == "closed"


def test_unmerged_ticket_stays_open_until_its_caller_is_asked_when_it_was_asked_as_a_voice_only(desk: Desk) -> None:
    older = desk.accept().ticket_id
    newer = desk.later(days=3).accept().ticket_id
    join(desk, newer, older)
    desk.later(days=4, minutes=1).sweep()
    part(desk, newer)
    desk.acknowledge(newer)
    desk.complete(newer)
    assert (follow_up(desk, newer), desk.ticket(newer).state) == ("cancelled", "completed")
    desk.later(days=3).sweep()
    desk.attempt(newer, contacted=True, solved="yes", satisfaction="satisfied")
    assert desk.ticket(newer).state == "closed"


def test_unreached_voice_counts_for_its_own_lead_when_both_are_over_and_is_asked_again_when_its_own_is_not(
    desk: Desk,
) -> None:
    over = desk.accept(unit_code="110001").ticket_id
    voices = [desk.accept(unit_code="E-01").ticket_id, desk.later(days=5).accept(unit_code="E-01").ticket_id]
    for voice in voices:
        join(desk, voice, over)
    desk.later(days=2, hours=1).sweep()
    for wait in (0, 1, 24):
        desk.later(hours=wait)
        for voice in voices:
            desk.attempt(voice, "no_answer")
    for voice in voices:
        part(desk, voice)
    own = desk.unit_id("E-01")
    found = [desk.run(lambda session, one=voice: session.get(FollowUp, (one, 1))) for voice in voices]
    assert [(one.state, one.charged_unit_id) for one in found][:1] == [("unreached", own)]
    assert [desk.ticket(one).charged_unit_id for one in voices] == [own, None]
    assert found[1].state == "cancelled"
    changed = [event for event in desk.events(voices[0]) if event.type == "follow_up.charged"]
    assert [event.data for event in changed] == [{"round": 1, "charged": "E-01", "assignment": 1}]
    assert "follow_up.charged" not in desk.event_types(voices[1])
    for voice, charged in zip(voices, ("E-01", None), strict=True):
        told = ({"type": event.type, "at": event.at, "data": event.data} for event in desk.events(voice))
        assert recount.charge_of(told) == charged, "recounted from events alone"

    desk.later(days=8).sweep()
    for wait, state in ((0, "attempted"), (1, "attempted"), (24, "unreached")):
        desk.later(hours=wait).attempt(voices[1], "no_answer")
        assert follow_up(desk, voices[1]) == state, "tries about the other matter are not counted"
