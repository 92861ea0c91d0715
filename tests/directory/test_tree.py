"""Which unit answers for whom, against a naive walk up the tree at one instant (rules.md §6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.directory.models import BEGINNING, END
from dispatch.directory.tree import PARENT_KINDS, PEER_GROUPS, Slice, Span, cycle_members, group_slices

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 12
HALF = 6
KINDS = (
    "city",
    "district",
    "district",
    "township",
    "township",
    "department",
    "department",
    "enterprise",
    "community",
    "grid",
)


def instant(day: int) -> datetime:
    return BEGINNING if day == 0 else END if day == DAYS else START + timedelta(days=day)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[int, str], list[Span]]:
    """Ten units, each founded, moved and ended at random; at no instant does a unit hang under itself."""
    kinds = dict(enumerate(KINDS))
    spans: list[Span] = []
    for unit_id, kind in kinds.items():
        # A department may hang under a lower id in the first half and under a higher one in the second: the order turns round.
        days = draw(st.sets(st.integers(0, DAYS), min_size=2, max_size=5))
        cuts = sorted(days | {HALF} if min(days) < HALF < max(days) else days)
        for since, until in pairwise(cuts):
            above = [
                other
                for other in kinds
                if kinds[other] in PARENT_KINDS[kind]
                and (kinds[other] != kind or (other < unit_id if until <= HALF else other > unit_id))
            ]
            parent_id = draw(st.sampled_from([None, *above]))
            spans.append(Span(unit_id, instant(since), instant(until), parent_id))
    return kinds, spans


def walk(unit_id: int, group: str, at: datetime, kinds: dict[int, str], spans: list[Span]) -> int | None:
    """Slow and obvious: look at one instant, go up step by step."""
    here = [span for span in spans if span.unit_id == unit_id and span.valid_from <= at < span.valid_to]
    if not here:
        return None
    if kinds[unit_id] == group:
        return unit_id
    return None if here[0].parent_id is None else walk(here[0].parent_id, group, at, kinds, spans)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_group_slices_agree_with_a_walk_when_units_are_founded_moved_and_ended(
    history: tuple[dict[int, str], list[Span]],
) -> None:
    kinds, spans = history
    slices = list(group_slices(kinds, spans))
    for day in range(DAYS):
        at = instant(day) + timedelta(hours=1)
        found = {
            (piece.unit_id, piece.peer_group): piece.charged_unit_id
            for piece in slices
            if piece.valid_from <= at < piece.valid_to
        }
        told = {(unit, group): walk(unit, group, at, kinds, spans) for unit in kinds for group in PEER_GROUPS}
        assert found == {key: charged for key, charged in told.items() if charged is not None}


@settings(max_examples=100, deadline=None)
@given(histories())
def test_group_slices_are_joined_and_never_overlap_when_rebuilt(history: tuple[dict[int, str], list[Span]]) -> None:
    slices = sorted(group_slices(*history))
    for one, next_one in pairwise(slices):
        assert one.valid_from < one.valid_to
        if one[:2] == next_one[:2]:
            assert one.valid_to <= next_one.valid_from
            is_joinable = one.valid_to == next_one.valid_from and one.charged_unit_id == next_one.charged_unit_id
            assert not is_joinable


def test_group_slices_give_the_department_to_itself_and_to_its_district_when_it_is_a_district_s_own() -> None:
    kinds = {1: "city", 2: "district", 3: "department", 4: "department"}
    spans = [Span(unit, BEGINNING, END, parent) for unit, parent in ((1, None), (2, 1), (3, 2), (4, 1))]
    assert set(group_slices(kinds, spans)) == {
        Slice(2, "district", BEGINNING, END, 2),
        Slice(3, "district", BEGINNING, END, 2),
        Slice(3, "department", BEGINNING, END, 3),
        Slice(4, "department", BEGINNING, END, 4),
    }


def test_group_slices_end_with_the_ancestor_when_it_ends_first() -> None:
    middle = instant(5)
    kinds = {1: "district", 2: "township"}
    spans = [Span(1, BEGINNING, middle, None), Span(2, BEGINNING, END, 1)]
    assert Slice(2, "district", BEGINNING, middle, 1) in set(group_slices(kinds, spans))


def test_cycle_members_name_the_ring_alone_when_others_hang_below_it() -> None:
    assert cycle_members({"a": "b", "b": "c", "c": "a", "below": "a", "root-child": "root"}) == {"a", "b", "c"}
    assert cycle_members({"self": "self"}) == {"self"}
    assert cycle_members({"a": "b", "b": "c"}) == set()
