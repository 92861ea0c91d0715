"""Who held a ticket when: whatever happens to it, the line of responsibility has no gap, no overlap, and sums to its life."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from dispatch import contract
from dispatch.hops import queries, services
from dispatch.hops.line import Hop, Kind
from dispatch.hops.parts import open_parts
from dispatch.kernel.errors import DomainError
from dispatch.tickets import reassigning, redoing, suspending
from dispatch.tickets.models import Card
from tests.town import MONDAY, Desk

UNITS = ("110001", "110002", "120001")


def hops_of(desk: Desk, ticket_id: int) -> list[Hop]:
    found: list[Hop] = desk.run(queries.hops, ticket_id, at=desk.at, reference=desk.reference)
    return found


def lead_of(desk: Desk, ticket_id: int) -> str:
    unit_id = desk.ticket(ticket_id).unit_id
    return desk.reference.by_id[unit_id].code if unit_id else UNITS[0]


def reassign(desk: Desk, ticket_id: int, unit: str) -> None:
    desk.run(
        reassigning.reassign,
        ticket_id,
        unit_code=unit,
        reason="派错",
        reference=desk.reference,
        actor="account:4",
        at=desk.at,
    )


def ask(desk: Desk, ticket_id: int, unit: str) -> None:
    values = {"unit_code": unit, "task": "协助", "reference": desk.reference, "actor": "account:2", "at": desk.at}
    desk.run(services.ask_support, ticket_id, **values)


def come_back(desk: Desk, ticket_id: int) -> None:
    values = {"reason": "没有解决", "reference": desk.reference, "actor": "account:5", "at": desk.at}
    desk.run(redoing.reopen, ticket_id, vault=desk.vault, **values)


def suspend(desk: Desk, ticket_id: int, lead: str) -> None:
    values = {"reference": desk.reference, "actor": "account:2", "at": desk.at}
    until = date(2026, 12, 20)
    desk.run(suspending.ask_suspension, ticket_id, unit_id=desk.unit_id(lead), measures="等供货", until=until, **values)
    desk.run(suspending.decide_suspension, ticket_id, is_approved=True, reason="同意", unit_id=None, **values)


def blamed(desk: Desk, group: str) -> list[tuple[int, int]]:
    """Red cards by unit of a group, as assessment reads them."""
    rows = desk.run(lambda session: session.execute(contract.blames(group, desk.at)).all())
    return [(row.unit_id, row.red_cards) for row in rows]


def stir(desk: Desk, ticket_id: int, dice: random.Random) -> None:
    """One move at random, refused or not."""
    lead, unit = lead_of(desk, ticket_id), dice.choice(UNITS)
    move = dice.choice(
        (
            lambda: desk.acknowledge(ticket_id, lead),
            lambda: desk.dispute(ticket_id, lead),
            lambda: desk.rule(ticket_id, dice.choice(("upheld", "refused", "designated")), unit),
            lambda: reassign(desk, ticket_id, unit),
            lambda: desk.dispatch(ticket_id, unit),
            lambda: ask(desk, ticket_id, "E-01"),
            lambda: desk.complete(ticket_id, lead, without_supports="不等"),
            lambda: desk.attempt(ticket_id, solved="yes"),
            lambda: come_back(desk, ticket_id),
            lambda: suspend(desk, ticket_id, lead),
            desk.sweep,
        )
    )
    try:
        move()
    except DomainError:
        return


@pytest.mark.parametrize("seed", range(6))
def test_line_has_no_gap_and_sums_to_the_life_when_anything_happens(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    ticket_id = desk.accept().ticket_id
    for _step in range(25):
        desk.later(minutes=dice.choice((0, 7, 90, 1500)))
        stir(desk, ticket_id, dice)
        ticket = desk.ticket(ticket_id)
        found = hops_of(desk, ticket_id)
        line = [hop for hop in found if hop.is_in_line]
        until = ticket.closed_at or desk.at
        assert sum((hop.took for hop in line), timedelta()) == until - MONDAY
        assert all(former.ends_at == later.begins_at for former, later in pairwise(line))
        assert all(hop.took > timedelta() for hop in line[:-1])
        assert all(timedelta() <= hop.late <= hop.took for hop in found)


def test_wrong_lead_keeps_no_time_when_its_dispute_is_upheld(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).dispute(ticket_id)
    desk.later(hours=2).rule(ticket_id, "upheld", "110002")
    desk.later(hours=3)
    first, second, ruling = hops_of(desk, ticket_id)
    assert (first.kind, first.unit.code, first.took) == (Kind.HOTLINE, "110001", timedelta(hours=3))  # type: ignore[union-attr]
    assert (second.kind, second.unit.code, second.ends_at) == (Kind.LEAD, "110002", None)  # type: ignore[union-attr]
    assert (ruling.kind, ruling.took, ruling.is_in_line) == (Kind.ADJUDICATION, timedelta(hours=2), False)


def test_lead_keeps_its_time_when_its_dispute_is_refused(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).dispute(ticket_id)
    desk.later(hours=2).rule(ticket_id, "refused")
    desk.later(days=7)
    lead, _ruling = hops_of(desk, ticket_id)
    assert (lead.kind, lead.took, lead.late) == (Kind.LEAD, timedelta(days=7, hours=3), timedelta(hours=3))


def test_helpers_are_released_when_the_ticket_goes_to_another_lead(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    ask(desk, ticket_id, "E-01")
    reassign(desk, ticket_id, "110002")
    assert desk.run(open_parts, ticket_id) == []
    assert "support.released" in desk.event_types(ticket_id)


def test_helper_is_counted_late_when_it_reports_after_its_due_instant(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    ask(desk, ticket_id, "E-01")
    ask(desk, ticket_id, "E-02")
    numbers = [part.number for part in desk.run(open_parts, ticket_id)]
    for number in numbers:
        desk.run(services.acknowledge, ticket_id, number, actor="account:6", at=desk.at)
    desk.run(services.report, ticket_id, numbers[0], words="已办", actor="account:6", at=desk.later(days=1).at)
    desk.run(services.report, ticket_id, numbers[1], words="已办", actor="account:6", at=desk.later(days=4).at)
    ids = [desk.unit_id("E-01"), desk.unit_id("E-02")]
    counts = desk.run(queries.help_counts, ids, since=MONDAY, at=desk.at)
    assert [(one.unit_id, one.asked, one.reported, one.late) for one in counts] == [
        (ids[0], 1, 1, 0),
        (ids[1], 1, 1, 1),
    ]
    facts = desk.run(lambda session: session.execute(queries.support_facts(desk.at)).all())
    assert [(row.unit_id, row.is_late) for row in sorted(facts, key=lambda row: row.unit_id)] == [
        (ids[0], False),
        (ids[1], True),
    ]


def test_suspended_time_is_not_the_leads_when_the_clock_stands(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.later(hours=1).acknowledge(ticket_id)
    suspend(desk.later(hours=1), ticket_id, "110001")
    desk.later(days=3)
    lead, standing = hops_of(desk, ticket_id)
    assert (lead.kind, lead.took, lead.ends_at) == (Kind.LEAD, timedelta(hours=2), standing.begins_at)
    assert (standing.kind, standing.took, standing.ends_at) == (Kind.SUSPENSION, timedelta(days=3), None)


def test_second_round_goes_on_the_same_line_when_a_ticket_is_done_again(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    desk.later(days=1).complete(ticket_id)
    desk.later(days=7).sweep()
    desk.attempt(ticket_id, solved="no")
    come_back(desk.later(days=2), ticket_id)
    desk.later(hours=5)
    kinds = [(hop.kind, hop.took) for hop in hops_of(desk, ticket_id)]
    assert kinds == [
        (Kind.LEAD, timedelta(days=1)),
        (Kind.FOLLOW_UP, timedelta(days=7)),
        (Kind.OVER, timedelta(days=2)),
        (Kind.LEAD, timedelta(hours=5)),
    ]


def test_line_stays_ended_when_the_caller_comes_back_too_late(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    desk.later(days=1).complete(ticket_id)
    desk.later(days=7).sweep()
    desk.attempt(ticket_id, solved="yes")
    come_back(desk.later(days=60), ticket_id)
    desk.later(days=1)
    assert [hop.kind for hop in hops_of(desk, ticket_id)] == [Kind.LEAD, Kind.FOLLOW_UP]


def test_support_is_blamed_for_nothing_when_only_it_is_late(desk: Desk) -> None:
    ticket_id = desk.accept().ticket_id
    desk.acknowledge(ticket_id)
    ask(desk, ticket_id, "E-01")
    desk.later(days=4).sweep()
    cards = desk.run(lambda session: session.scalars(select(Card.unit_id).where(Card.colour == "red")).all())
    assert cards == [desk.unit_id("E-01")]
    assert blamed(desk, "enterprise") == []
    desk.later(days=4).sweep()
    assert blamed(desk, "township") == [(desk.unit_id("110001"), 1)]
