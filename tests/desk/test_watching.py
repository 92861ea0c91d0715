"""From look to look only units where something happened are counted again: the same marks as counting all of them anew."""

from __future__ import annotations

import random

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.kernel import seals
from dispatch.tickets.desk_marks import DeskMark, desk_marks
from dispatch.unchanged.marks import Watched, watch
from tests.assessment.live import MATTERS, _perhaps
from tests.counts import examples
from tests.town import Desk

LONG_SECONDS = 1e9  # nothing is counted anew for its age
WALKS, STEPS = 2, 25


def unit_ids(desk: Desk) -> frozenset[int]:
    """Every unit there is."""
    return frozenset(desk.reference.by_id)


def look(desk: Desk, last: Watched | None) -> Watched:
    """The next look of a process that knows ``last``."""
    found: Watched = desk.run(
        lambda session: watch(session, unit_ids(desk), at=desk.at, last=last, whole_seconds=LONG_SECONDS)
    )
    return found


def require_same(desk: Desk, found: Watched) -> None:
    """Unit by unit what a whole look says now."""
    whole = desk.run(lambda session: desk_marks(session, unit_ids(desk), at=desk.at))
    for unit_id in unit_ids(desk):
        there, wanted = (marks.by_unit.get(unit_id, DeskMark()) for marks in (found.marks, whole))
        assert there == wanted, desk.reference.by_id[unit_id].code


def test_marks_are_those_of_a_whole_look_whatever_happens_between_two(desk: Desk) -> None:
    held = 0
    for walk in range(examples(WALKS, deep=40)):
        rng = random.Random(f"looks {walk}")
        found = look(desk, None)
        for _step in range(STEPS):
            before = found.marks.by_unit
            for _ in range(rng.randint(0, 2)):
                title, words = rng.choice(MATTERS)
                desk.accept(title=title, text=words)
            for accepted in rng.sample(desk.accepted, min(2, len(desk.accepted))):
                _perhaps(rng, desk, accepted.ticket_id)
            if rng.random() < 0.3:
                desk.later(hours=rng.randint(1, 30)).sweep()
            if rng.random() < 0.3:
                desk.run(seals.seal_changed, at=desk.at)
            found = look(desk, found)
            require_same(desk, found)
            held += sum(found.marks.by_unit.get(unit_id) is mark for unit_id, mark in before.items())
    assert held > 0, "nothing was ever held over"


def test_time_alone_turns_a_lead_yellow_and_late(desk: Desk) -> None:
    desk.accept()
    found = look(desk, None)
    seen = set()
    for _day in range(30):
        desk.later(hours=7)
        found = look(desk, found)
        require_same(desk, found)
        mark = found.marks.of(unit_ids(desk))
        seen.add((mark.yellow, mark.overdue))
    assert {(0, 0), (1, 1)} <= seen


def test_what_was_under_way_at_a_look_is_told_by_the_next(desk: Desk) -> None:
    ticket_id, unit_id = desk.accept().ticket_id, desk.unit_id("110001")
    with Session(desk.engine) as late:
        late.execute(text("UPDATE ticket SET event_count = event_count + 1 WHERE ticket_id = :id"), {"id": ticket_id})
        late.execute(text("UPDATE assignment SET round = round WHERE ticket_id = :id"), {"id": ticket_id})
        during = look(desk, look(desk, None))
        late.commit()
    after = look(desk, during)
    require_same(desk, after)
    assert after.marks.by_unit[unit_id].newest > during.marks.by_unit[unit_id].newest


def test_a_clock_that_went_back_holds_nothing(desk: Desk) -> None:
    desk.accept()
    desk.later(days=40)
    found = look(desk, None)
    desk.later(days=-40)
    require_same(desk, look(desk, found))


def test_what_was_touched_without_an_event_is_told_when_everything_is_counted_anew(desk: Desk) -> None:
    ticket_id, unit_id = desk.accept().ticket_id, desk.unit_id("110001")
    first = look(desk, None)
    with Session(desk.engine) as session, session.begin():
        session.execute(text("UPDATE assignment SET round = round WHERE ticket_id = :id"), {"id": ticket_id})
    young = look(desk, first)
    assert young.marks.by_unit[unit_id] == first.marks.by_unit[unit_id]
    aged = desk.run(lambda session: watch(session, unit_ids(desk), at=desk.at, last=young, whole_seconds=0))
    require_same(desk, aged)
    assert aged.marks.by_unit[unit_id].newest > first.marks.by_unit[unit_id].newest
    assert aged.whole_at > young.whole_at == first.whole_at
