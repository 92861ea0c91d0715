"""What a merge takes from the absorbed ticket besides its lead: order, question, helpers; and that unmerging gives it back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from dispatch.disputes import consulting
from dispatch.hops import services as hops
from dispatch.kernel.errors import Conflict
from dispatch.outcomes import supplements
from dispatch.outcomes.models import Supplement
from dispatch.supervision import orders
from dispatch.supervision import services as supervision
from dispatch.supervision.models import SupervisionOrder
from dispatch.tickets.clock_models import Pause
from dispatch.tickets.models import Assignment
from tests.merging.conftest import join, part
from tests.town import Desk


def _known(desk: Desk) -> dict[str, Any]:
    return {"reference": desk.reference, "actor": "account:8", "at": desk.at}


def issue(desk: Desk, ticket_id: int) -> None:
    city = {"units": None, "issuing_unit_id": None}
    desk.run(supervision.issue, ticket_id, ground="overdue", words="请说明进展", **city, **_known(desk))


def ask(desk: Desk, ticket_id: int) -> None:
    asked = {"facts": ["time"], "question": "何时发生", "means": "phone", "unit_id": desk.unit_id("110001")}
    desk.run(supplements.ask, ticket_id, **asked, **_known(desk))


def rows(desk: Desk, ticket_id: int) -> list[dict[str, Any]]:
    """Orders, questions, pauses and parts of a ticket, whole."""

    def read(session: Any) -> list[dict[str, Any]]:
        found = [
            row
            for table in (SupervisionOrder, Supplement, Pause, Assignment)
            for row in session.scalars(
                select(table).where(table.ticket_id == ticket_id).order_by(*table.__table__.primary_key)
            )
        ]
        return [{column.key: getattr(row, column.key) for column in row.__table__.columns} for row in found]

    read_rows: list[dict[str, Any]] = desk.run(read)
    return read_rows


@pytest.mark.parametrize("is_answered", [False, True])
def test_merge_cancels_the_open_order_and_unmerge_restores_it(
    desk: Desk, pair: tuple[int, int], is_answered: bool
) -> None:
    newer = pair[1]
    issue(desk, newer)
    if is_answered:
        own = frozenset({desk.unit_id("110001")})
        desk.run(supervision.answer, newer, words="今日清运", units=own, **_known(desk))
    before = rows(desk, newer)
    join(desk.later(minutes=1), newer, pair[0])
    assert desk.run(orders.open_order, newer) is None
    cancelled = next(event for event in desk.events(newer) if event.type == "order.cancelled")
    assert (cancelled.unit_code, cancelled.data["because"]) == ("110001", "merged")
    part(desk.later(days=1), newer)
    assert rows(desk, newer) == before
    assert desk.run(orders.open_order, newer).state == ("answered" if is_answered else "issued")
    assert desk.event_types(newer).count("order.restored") == 1


def test_merge_ends_the_wait_for_the_citizen_and_unmerge_takes_it_up_again(desk: Desk, pair: tuple[int, int]) -> None:
    newer = pair[1]
    ask(desk, newer)
    before, due = rows(desk, newer), desk.ticket(newer).due_at
    join(desk.later(hours=1), newer, pair[0])
    assert desk.event_types(newer).count("supplement.cancelled") == 1
    with pytest.raises(Conflict, match=r"supplement\.none_open"):
        desk.run(supplements.give, newer, text="昨晚", **_known(desk))
    part(desk.later(hours=2), newer)
    assert (rows(desk, newer), desk.ticket(newer).due_at) == (before, due)
    desk.run(supplements.give, newer, text="昨晚", **_known(desk))
    assert desk.event_types(newer)[-2:] == ["supplement.given", "ticket.due_moved"]


def test_unmerge_lets_the_wait_lapse_at_its_instant_when_that_has_passed(desk: Desk, pair: tuple[int, int]) -> None:
    newer = pair[1]
    ask(desk, newer)
    due = desk.ticket(newer).due_at
    join(desk.later(hours=1), newer, pair[0])
    desk.later(days=20).sweep()
    part(desk, newer)
    assert desk.event_types(newer).count("supplement.lapsed") == 1
    assert desk.ticket(newer).due_at == due, "as if the merge had not been: the clock stood until the instant set"


def test_unmerge_restores_the_helpers_when_the_merge_released_them(desk: Desk, pair: tuple[int, int]) -> None:
    newer = pair[1]
    desk.run(hops.ask_support, newer, unit_code="E-01", task="检修", **_known(desk))
    before = rows(desk, newer)
    join(desk.later(minutes=1), newer, pair[0])
    assert desk.event_types(newer).count("support.released") == 1
    part(desk.later(minutes=1), newer)
    assert rows(desk, newer) == before
    restored = next(event for event in desk.events(newer) if event.type == "ticket.unmerged")
    assert len(restored.data["assignments"]) == 2


def test_merge_leaves_a_dispute_and_its_consultation_to_their_ruling(desk: Desk, pair: tuple[int, int]) -> None:
    newer = pair[1]
    desk.dispute(newer)
    desk.run(consulting.consult, newer, unit_codes=["110002"], question="是否归贵镇", **_known(desk))
    before = desk.event_types(newer)
    with pytest.raises(Conflict, match=r"merge\.disputed"):
        join(desk, newer, pair[0])
    assert desk.event_types(newer) == before


def test_survivor_keeps_its_own_order_and_question_when_another_joins_it(desk: Desk, pair: tuple[int, int]) -> None:
    older, newer = pair
    issue(desk, older)
    ask(desk, older)
    before = rows(desk, older)
    join(desk.later(minutes=1), newer, older)
    assert rows(desk, older) == before
