"""What would lift a unit: every point that is missing has one cause, and the open tickets bound the score."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from assessment import schemes
from assessment.lifting import words
from assessment.lifting.lift import LOST, Chance, LossKind, lift, losses
from assessment.metrics import Beside, Counts, score
from assessment.rankings import UnitRow, rank
from assessment.schemes.model import Indicator, Weight

BEIJING, SHANGHAI, DEDUCTIONS = (schemes.builtin(name) for name in ("beijing", "shanghai", "deductions"))


@st.composite
def counted(draw: st.DrawFn) -> Counts:
    """Counts that can be, with at least one valid answer."""
    valid = draw(st.integers(1, 60))
    contacted = draw(st.integers(0, valid))
    yes, partly, satisfied, basically = (draw(st.integers(0, valid // 2)) for _ in range(4))
    received = valid + draw(st.integers(0, 9))
    return Counts(
        received=received,
        valid=valid,
        contacted=contacted,
        yes=yes,
        partly=partly,
        satisfied=satisfied,
        basically=basically,
        explained_not_yes=draw(st.integers(0, valid - yes)),
        unknown_contacted=draw(st.integers(0, valid - contacted)),
        unknown_solved=draw(st.integers(0, valid - yes - partly)),
        unknown_satisfaction=draw(st.integers(0, valid - satisfied - basically)),
        first_contacted=draw(st.integers(0, received)),
        on_time=draw(st.integers(0, received)),
        red_cards=draw(st.integers(0, 15)),
        lost_disputes=draw(st.integers(0, 9)),
        proactive_topics=draw(st.integers(0, 5)),
    )


@given(counts=counted(), name=st.sampled_from(schemes.builtin_names()))
def test_leave_no_point_without_a_cause_when_a_score_is_taken_apart(counts: Counts, name: str) -> None:
    scheme = schemes.builtin(name)
    found = score(counts, scheme)
    bonuses = sum((points.amount for points in found.points if points.amount > 0), Fraction(0))
    lost = losses(counts, scheme)
    assert found.value + sum(loss.points for loss in lost) - bonuses == 100
    assert [loss.points for loss in lost] == sorted((loss.points for loss in lost), reverse=True)
    assert all(loss.points > 0 for loss in lost)


def test_say_how_many_would_reach_the_next_rank_when_there_is_one() -> None:
    units = [UnitRow("A", "甲"), UnitRow("B", "乙"), UnitRow("C", "丙")]
    counts = {
        "A": Counts(received=10, valid=10, contacted=10, yes=9, satisfied=9, basically=1),
        "B": Counts(received=10, valid=10, contacted=10, yes=6, partly=1, satisfied=9, basically=1),
        "C": Counts(received=3),
    }
    rows = rank(units, counts, BEIJING, "township")
    second = lift(rows[1], rows, BEIJING)
    assert (second.next_rank, second.distance) == (1, Fraction(15))
    assert [(loss.kind, loss.items, loss.points) for loss in second.losses] == [
        (LossKind.UNSOLVED, 3, Fraction(15)),
        (LossKind.PARTLY, 1, Fraction(5)),
        (LossKind.BASICALLY, 1, Fraction(2, 5)),
    ]
    assert [loss.needed(Fraction(15)) for loss in second.losses] == [3, None, None]
    assert lift(rows[0], rows, BEIJING).next_rank is None
    unranked = lift(rows[2], rows, BEIJING, [Chance(7)])
    assert (unranked.score, unranked.losses, unranked.distance) == (None, (), None)
    assert (unranked.best, unranked.worst) == (100, 0)


def test_bound_the_score_by_what_is_open_when_tickets_wait() -> None:
    counts = Counts(received=10, valid=6, pending=2, contacted=6, yes=3, satisfied=6, first_contacted=9, on_time=5)
    rows = rank([UnitRow("A", "甲")], {"A": counts}, SHANGHAI, "township")
    open_ones = [Chance(1, can_contact_first=True, can_be_on_time=True), Chance(2)]
    found = lift(rows[0], rows, SHANGHAI, open_ones)
    assert found.best == 30 + Fraction(20 * 6, 10) + 10 + 40
    assert found.worst == Fraction(30 * 9, 10) + 10 + 10 + Fraction(40 * 6, 8)
    assert found.worst < (found.score or 0) < found.best


def test_know_every_kind() -> None:
    assert set(words.LOSS_WORDS) == {*LossKind}
    assert {*Indicator} > set(LOST)


@given(counts=counted(), marks=st.integers(0, 100))
def test_keep_whole_what_is_not_made_of_tickets(counts: Counts, marks: int) -> None:
    scheme = replace(
        BEIJING,
        weights=(
            Weight(Indicator.RESPONSE, Fraction(1, 2), full=Fraction(9, 10), none=Fraction(1, 2)),
            Weight(Indicator.PEER_MARKS, Fraction(1, 2)),
        ),
    )
    beside = Beside(marks=marks, marks_most=100)
    found, lost = score(counts, scheme, beside), losses(counts, scheme, beside)
    bonuses = sum((points.amount for points in found.points if points.amount > 0), Fraction(0))
    assert found.value + sum(loss.points for loss in lost) - bonuses == 100
    assert {loss.of for loss in lost if loss.kind is LossKind.BELOW_FULL} <= {"response", "peer_marks"}
