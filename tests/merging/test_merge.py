"""并单 and 拆单 (rules.md §5): the older survives, each caller stays a voice, and all can be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.access.vault import Reporter
from dispatch.follow_ups.models import FollowUp
from dispatch.kernel.errors import DomainError
from dispatch.merging import queries
from dispatch.tickets.models import Assignment, Card, Ticket
from tests.merging.conftest import join, part
from tests.town import Desk

BOOKKEEPING = {"changed_at", "event_count", "head", "sealed_count", "unmerged_at"}


def columns(desk: Desk, ticket_id: int) -> list[dict[str, Any]]:
    """The ticket with its assignments, cards and follow-ups, but for what every event moves on."""

    def read(session: Any) -> list[dict[str, Any]]:
        tables = (Ticket, Assignment, Card, FollowUp)

        def in_order(table: Any) -> Any:
            return select(table).where(table.ticket_id == ticket_id).order_by(*table.__table__.primary_key)

        rows = [row for table in tables for row in session.scalars(in_order(table))]
        return [{c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in BOOKKEEPING} for row in rows]

    found: list[dict[str, Any]] = desk.run(read)
    return found


def refusal(desk: Desk, ticket_id: int, other_id: int) -> str:
    with pytest.raises(DomainError) as refused:
        join(desk, ticket_id, other_id)
    return refused.value.code


@pytest.mark.parametrize("is_older_asked", [True, False])
def test_merge_keeps_the_older_when_either_is_asked(desk: Desk, pair: tuple[int, int], is_older_asked: bool) -> None:
    older, newer = pair
    survivor = join(desk, older, newer) if is_older_asked else join(desk, newer, older)
    assert survivor.ticket_id == older
    absorbed = desk.ticket(newer)
    assert (absorbed.state, absorbed.merged_into_id, absorbed.state_before) == ("merged", older, "dispatched")
    assert desk.ticket(older).state == "dispatched"
    assert desk.event_types(newer)[-2:] == ["assignment.withdrawn", "ticket.merged"]
    assert desk.event_types(older)[-1] == "ticket.absorbed"


def test_merge_takes_the_card_and_the_work_from_the_absorbed_lead(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    desk.later(days=8).sweep()
    cards = desk.run(lambda session: session.scalars(select(Card).where(Card.ticket_id == newer)).all())
    assert cards
    join(desk, newer, older)
    cards = desk.run(lambda session: session.scalars(select(Card).where(Card.ticket_id == newer)).all())
    assert {card.withdrawn_at for card in cards} == {desk.at}
    with pytest.raises(DomainError) as refused:
        desk.acknowledge(newer)
    assert refused.value.code == "ticket.unknown"


def test_merge_asks_each_caller_when_the_survivor_is_asked(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    join(desk, newer, older)
    desk.later(days=8).sweep()
    asked = [desk.run(lambda session, one=one: session.get(FollowUp, (one, 1))) for one in pair]
    assert [follow_up.state for follow_up in asked] == ["open", "open"]
    assert asked[0].charged_unit_id == asked[1].charged_unit_id == desk.unit_id("110001")
    desk.attempt(newer, contacted=True, solved="no", satisfaction="dissatisfied")
    assert desk.ticket(older).reached is None
    desk.attempt(older, contacted=True, solved="yes", satisfaction="satisfied")
    first, voice = desk.ticket(older), desk.ticket(newer)
    assert (first.solved, voice.solved, voice.state) == ("yes", "no", "merged")


def test_merge_asks_a_late_voice_at_once_when_the_survivor_is_being_asked(desk: Desk) -> None:
    older = desk.accept().ticket_id
    newer = desk.later(days=8).accept().ticket_id
    desk.sweep()
    join(desk, newer, older)
    assert desk.event_types(newer)[-1] == "follow_up.opened"
    assert desk.ticket(newer).charged_unit_id == desk.unit_id("110001")


def test_merge_asks_every_voice_again_when_the_survivor_is_redone(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    join(desk, newer, older)
    desk.later(days=8).sweep()
    desk.attempt(newer, solved="yes")

    def redo(session: Any) -> None:
        ticket = session.get_one(Ticket, older)
        ticket.round = 2
        lead = session.get_one(Assignment, (older, 1))
        from dispatch.follow_ups.opening import open_if_due

        open_if_due(session, ticket, lead, reference=desk.reference, actor="system:test", at=desk.at)

    desk.run(redo)
    assert desk.run(lambda session: session.get(FollowUp, (newer, 2))).state == "open"
    assert desk.ticket(newer).solved == "yes"


def test_merge_is_refused_with_what_to_do_when_the_ticket_cannot(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    assert refusal(desk, older, older) == "merge.same_ticket"
    desk.dispute(newer)
    assert refusal(desk, newer, older) == "merge.disputed"
    desk.rule(newer, "refused")
    desk.run(lambda session: setattr(session.get_one(Ticket, older), "state", "suspended"))
    assert refusal(desk, newer, older) == "merge.suspended"
    desk.run(lambda session: setattr(session.get_one(Ticket, older), "state", "withdrawn"))
    assert refusal(desk, newer, older) == "merge.ended"
    desk.run(lambda session: setattr(session.get_one(Ticket, older), "is_imported", True))
    assert refusal(desk, newer, older) == "merge.imported"


@pytest.mark.parametrize("answered", [0, 1])
def test_merge_is_refused_when_either_has_a_counted_answer(desk: Desk, pair: tuple[int, int], answered: int) -> None:
    desk.later(days=8).sweep()
    desk.attempt(pair[answered], solved="yes")
    assert refusal(desk, *pair) == "merge.already_answered"


def test_merge_is_refused_when_merged_already(desk: Desk, pair: tuple[int, int]) -> None:
    join(desk, *pair)
    third = desk.accept().ticket_id
    assert refusal(desk, *pair) == "merge.already_merged"
    assert refusal(desk, pair[1], third) == "merge.already_merged"


def test_merge_joins_the_survivor_when_a_voice_is_named(desk: Desk, pair: tuple[int, int]) -> None:
    join(desk, *pair)
    third = desk.later(minutes=5).accept().ticket_id
    assert join(desk, third, pair[1]).ticket_id == pair[0]
    assert [voice.ticket_id for voice in desk.run(queries.voices, pair[0])] == [pair[1], third]


def test_merge_keeps_one_link_when_merged_in_a_chain(desk: Desk) -> None:
    first, second, third = (desk.later(minutes=1).accept().ticket_id for _ in range(3))
    join(desk, third, second)
    join(desk.later(minutes=1), second, first)
    assert {voice.ticket_id for voice in desk.run(queries.voices, first)} == {second, third}
    part(desk.later(minutes=1), second)
    assert desk.run(queries.voices, first) == []
    assert [voice.ticket_id for voice in desk.run(queries.voices, second)] == [third]
    part(desk, third)
    assert desk.ticket(third).state == "dispatched"


def test_unmerge_leaves_both_as_before_when_nothing_came_between(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    desk.acknowledge(newer)
    desk.later(days=8).sweep()
    desk.attempt(newer, "no_answer")
    before = [columns(desk, one) for one in pair]
    join(desk.later(minutes=1), newer, older)
    assert [columns(desk, one) for one in pair] != before
    part(desk.later(minutes=1), newer)
    assert [columns(desk, one) for one in pair] == before


def test_unmerge_calls_off_the_voices_follow_up_and_asks_when_its_own_is_due(desk: Desk) -> None:
    older = desk.accept().ticket_id
    newer = desk.later(days=3).accept().ticket_id
    join(desk, newer, older)
    desk.later(days=4, hours=14).sweep()
    assert desk.ticket(newer).charged_unit_id is not None
    part(desk, newer)
    assert desk.run(lambda session: session.get(FollowUp, (newer, 1))).state == "cancelled"
    assert desk.ticket(newer).follow_up_opened_at is None
    desk.at = desk.ticket(newer).due_at + timedelta(minutes=1)  # type: ignore[operator]
    desk.sweep()
    assert desk.run(lambda session: session.get(FollowUp, (newer, 1))).state == "open"


def test_unmerge_is_refused_when_the_voice_has_answered(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    join(desk, newer, older)
    desk.later(days=8).sweep()
    desk.attempt(newer, solved="yes")
    with pytest.raises(DomainError) as refused:
        part(desk, newer)
    assert refused.value.code == "merge.already_answered"
    with pytest.raises(DomainError) as refused:
        part(desk, older)
    assert refused.value.code == "merge.not_merged"


def test_accept_joins_at_once_when_the_operator_names_the_ticket(desk: Desk) -> None:
    older = desk.accept()
    voice = desk.later(minutes=1).accept(merge_into=older.ticket_no, reporter=Reporter("李", "13900139000"))
    assert (voice.state, voice.merged_into, voice.due_at) == ("merged", older.ticket_no, older.due_at)
    assert desk.event_types(voice.ticket_id) == ["ticket.received", "ticket.merged"]
    assert desk.run(queries.people, [older.ticket_id]) == {older.ticket_id: 2}
    assert part(desk, voice.ticket_id).state == "awaiting_dispatch"


def test_people_counts_a_telephone_once_when_it_calls_again(desk: Desk) -> None:
    older = desk.accept()
    for phone in ("13800138000", "13900139000", "13900139000"):
        desk.accept(merge_into=older.ticket_no, reporter=Reporter(None, phone))
    desk.accept(merge_into=older.ticket_no, reporter=None)
    assert desk.run(queries.people, [older.ticket_id]) == {older.ticket_id: 3}
