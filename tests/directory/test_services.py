"""Importing, ending and succeeding units: what changes, since when, and what stays as it was (design §9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.directory.models import BEGINNING, END, CalendarDay, ReferenceVersion, UnitSuccessor, UnitVersion
from dispatch.directory.queries import slices, units_in_effect, versions, versions_of
from dispatch.directory.services import end_unit, load_sample_city, load_shipped_calendar, succeed
from dispatch.directory.tree import Span, group_slices
from dispatch.kernel.errors import Conflict, DomainError, NotFound
from tests.directory.conftest import NOW, Load

CITY = ("C,测试市,city,,100", "D1,东区,district,C,50", "D2,西区,district,C,50")
TREE = (
    *CITY,
    "T1,甲街道,township,D1,30",
    "T2,乙街道,township,D2,20",
    "G1,甲社区,community,T1,",
    "X1,东区城管局,department,D1,",
)
LATER = NOW + timedelta(days=30)
MUCH_LATER = NOW + timedelta(days=90)


def charged(session: Session, code: str, group: str, at: datetime) -> str | None:
    """Who answers for ``code`` in ``group`` at ``at``, as the stored slices say."""
    codes = {row.unit_id: row.code for row in versions(session)}
    ids = {code: unit_id for unit_id, code in codes.items()}
    found = [
        piece
        for piece in slices(session)
        if (piece.unit_id, piece.peer_group) == (ids[code], group) and piece.valid_from <= at < piece.valid_to
    ]
    return codes[found[0].charged_unit_id] if found else None


def version(session: Session) -> int:
    return session.scalar(select(ReferenceVersion.version)) or 0


def names(session: Session, group: str, start: datetime, end: datetime) -> list[str]:
    return [f"{unit.code} {unit.name}" for unit in units_in_effect(session, group, start, end)]


def test_import_puts_units_in_effect_since_the_beginning_when_they_are_new(session: Session, load: Load) -> None:
    done = load(*reversed(TREE))
    assert done[:3] == (7, 0, 0)
    assert {(row.valid_from, row.valid_to) for row in versions(session)} == {(BEGINNING, END)}
    long_ago = datetime(1999, 1, 1, tzinfo=UTC)
    assert charged(session, "G1", "township", long_ago) == "T1"
    assert charged(session, "G1", "district", long_ago) == "D1"
    assert charged(session, "X1", "district", long_ago) == "D1"
    assert charged(session, "X1", "department", long_ago) == "X1"
    assert charged(session, "C", "district", long_ago) is None


def test_import_changes_nothing_when_the_same_file_comes_twice(session: Session, load: Load) -> None:
    load(*TREE)
    before = version(session), versions(session)
    assert load(*TREE, at=LATER)[:3] == (0, 0, 7)
    assert (version(session), versions(session)) == before


def test_import_keeps_the_old_name_for_old_periods_when_the_name_changes(session: Session, load: Load) -> None:
    load(*TREE)
    assert load("T1,新甲街道,township,D1,31", at=LATER)[:3] == (0, 1, 0)
    assert names(session, "township", NOW, LATER) == ["T1 甲街道", "T2 乙街道"]
    assert names(session, "township", NOW, LATER + timedelta(1)) == ["T1 新甲街道", "T2 乙街道"]
    assert [row.population for row in versions_of(session, "T1")] == [30, 31]


def test_import_charges_by_the_tree_at_dispatch_when_a_unit_has_moved(session: Session, load: Load) -> None:
    load(*TREE)
    load("T1,甲街道,township,D2,30", at=LATER)
    before, after = LATER - timedelta(microseconds=1), LATER
    assert charged(session, "G1", "district", before) == "D1"
    assert charged(session, "G1", "district", after) == "D2"
    assert charged(session, "G1", "township", after) == "T1"


def test_import_replaces_the_version_when_it_takes_effect_at_the_same_instant(session: Session, load: Load) -> None:
    load(*TREE)
    load("T1,误名街道,township,D1,30", at=LATER)
    load("T1,正名街道,township,D1,30", at=MUCH_LATER, effective_from=LATER)
    assert [row.name for row in versions_of(session, "T1")] == ["甲街道", "正名街道"]


def test_import_founds_new_units_at_the_given_instant_when_one_is_given(session: Session, load: Load) -> None:
    load(*TREE)
    load("T3,丙街道,township,D1,", effective_from=LATER)
    assert names(session, "township", NOW, LATER) == ["T1 甲街道", "T2 乙街道"]
    assert names(session, "township", NOW, MUCH_LATER)[-1] == "T3 丙街道"


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (",甲,township,D1,", "code", "不能为空"),
        (" T9,甲,township,D1,", "code", "空格"),
        ("T9, ,township,D1,", "name", "不能为空"),
        ("T9,甲,street,D1,", "kind", "应为"),
        ("T9,甲,township,D9,", "parent_code", "不存在"),
        ("T9,甲,township,G1,", "parent_code", "上级不能是社区"),
        ("D9,甲,district,D1,", "parent_code", "上级不能是区"),
        ("C9,甲,city,C,", "parent_code", "上级不能是市"),
        ("T9,甲,township,D1,-1", "population", "整数"),
        ("T9,甲,township,D1,1.0", "population", "整数"),
        ("T9,甲,township,D1,１２", "population", "整数"),
        ("T9,甲,township,D1,1234567890123", "population", "位数字"),
        ("T1,甲街道,district,C,", "kind", "类别不能更改"),
        ("T9,甲,township,D1", "", "应有 5 列"),
        ("T9,甲,department,T9,", "parent_code", "成环"),
    ],
)
def test_import_refuses_all_when_one_row_is_bad(
    session: Session, load: Load, line: str, column: str, words: str
) -> None:
    load(*TREE)
    before = versions(session)
    done = load("T8,好街道,township,D1,", line)
    assert [(fault.line, fault.column) for fault in done.rejects] == [(3, column)]
    assert words in done.rejects[0].reason
    assert versions(session) == before


def test_import_names_every_fault_when_a_row_has_several(load: Load) -> None:
    done = load(",,x,,y")
    assert [fault.column for fault in done.rejects] == ["code", "name", "kind", "population"]


def test_import_refuses_the_later_row_when_a_code_comes_twice(load: Load) -> None:
    done = load(*CITY, "D1,东区,district,C,50", skip_bad=True)
    assert done.added == 3
    assert [(fault.line, fault.column) for fault in done.rejects] == [(5, "code")]


def test_import_refuses_the_whole_ring_when_units_hang_under_each_other(load: Load) -> None:
    done = load(*CITY, "X1,甲局,department,X2,", "X2,乙局,department,X1,", "X3,丙队,department,X1,", skip_bad=True)
    assert done.added == 3
    assert [(fault.line, "成环" in fault.reason) for fault in done.rejects] == [(5, True), (6, True), (7, False)]


def test_import_refuses_the_ring_when_it_closes_over_units_on_record(load: Load) -> None:
    load(*CITY, "X1,甲局,department,C,", "X2,乙处,department,X1,")
    done = load("X1,甲局,department,X2,", at=LATER)
    assert "成环" in done.rejects[0].reason


def test_import_loads_the_rest_when_bad_rows_are_skipped(session: Session, load: Load) -> None:
    done = load(*TREE, "T9,丁街道,township,NONE,", "G9,丁社区,community,T9,", "N9,丁网格,grid,G9,", skip_bad=True)
    assert done.added == 7
    assert [fault.line for fault in done.rejects] == [9, 10, 11]
    assert charged(session, "G1", "district", NOW) == "D1"


def test_import_refuses_a_change_when_a_later_one_is_on_record(load: Load) -> None:
    load(*TREE)
    load("T1,明年街道,township,D1,30", effective_from=MUCH_LATER)
    assert "已有变更" in load("T1,现在街道,township,D1,30", at=LATER).rejects[0].reason
    assert load(*TREE, at=LATER)[:3] == (0, 0, 7)


def test_end_keeps_the_unit_in_earlier_periods_when_it_has_ended(session: Session, load: Load) -> None:
    load(*TREE)
    end_unit(session, "X1", at=LATER)
    end_unit(session, "X1", at=LATER)
    assert names(session, "department", NOW, MUCH_LATER) == ["X1 东区城管局"]
    assert names(session, "department", LATER, MUCH_LATER) == []
    assert charged(session, "X1", "district", LATER) is None
    assert load(*TREE, at=MUCH_LATER)[:3] == (0, 0, 7)
    assert "已撤销" in load("X1,东区执法局,department,D1,", at=MUCH_LATER).rejects[0].reason
    assert "已撤销" in load("X2,中队,department,X1,", at=MUCH_LATER).rejects[0].reason


def test_end_is_refused_when_units_hang_below_or_it_is_unknown_or_ended(session: Session, load: Load) -> None:
    load(*TREE)
    with pytest.raises(Conflict, match="has_children"):
        end_unit(session, "T1", at=LATER)
    with pytest.raises(NotFound, match="unknown_unit"):
        end_unit(session, "T9", at=LATER)
    end_unit(session, "X1", at=LATER)
    with pytest.raises(Conflict, match="unit_ended"):
        end_unit(session, "X1", at=MUCH_LATER)


@pytest.mark.parametrize("kind", ["merge", "rename"])
def test_succeed_moves_the_units_below_when_one_takes_over(session: Session, load: Load, kind: str) -> None:
    load(*TREE, "T3,丙街道,township,D2,")
    succeed(session, "T1", "T3", kind=kind, at=LATER)
    assert charged(session, "G1", "township", LATER - timedelta(1)) == "T1"
    assert charged(session, "G1", "district", LATER - timedelta(1)) == "D1"
    assert charged(session, "G1", "township", LATER) == "T3"
    assert charged(session, "G1", "district", LATER) == "D2"
    assert [unit.code for unit in units_in_effect(session, "township", NOW, LATER)] == ["T1", "T2", "T3"]
    assert [unit.code for unit in units_in_effect(session, "township", LATER, MUCH_LATER)] == ["T2", "T3"]


def test_succeed_records_each_part_when_a_unit_is_split(session: Session, load: Load) -> None:
    load(*TREE)
    load("T3,丙街道,township,D1,", "T4,丁街道,township,D1,", "G1,甲社区,community,T3,", effective_from=LATER)
    for part in ("T3", "T4"):
        succeed(session, "T1", part, kind="split", at=LATER)
    assert session.scalar(select(func.count()).select_from(UnitSuccessor)) == 2
    assert charged(session, "G1", "township", LATER - timedelta(1)) == "T1"
    assert charged(session, "G1", "township", LATER) == "T3"
    assert "T1" not in {unit.code for unit in units_in_effect(session, "township", LATER, MUCH_LATER)}


@pytest.mark.parametrize(
    ("new", "kind", "code"),
    [("T1", "merge", "succession_kind"), ("D2", "merge", "succession_kind"), ("T2", "swallow", "succession_unknown")],
)
def test_succeed_is_refused_when_the_successor_does_not_fit(
    session: Session, load: Load, new: str, kind: str, code: str
) -> None:
    load(*TREE)
    with pytest.raises(DomainError, match=code):
        succeed(session, "T1", new, kind=kind, at=LATER)


def test_groups_equal_a_fresh_rebuild_when_much_has_changed(session: Session, load: Load) -> None:
    load(*TREE)
    load("T2,乙街道,township,D1,20", at=LATER)
    succeed(session, "T1", "T2", kind="merge", at=LATER + timedelta(days=1))
    load("T2,乙街道,township,D2,20", "X1,东区城管局,department,C,", at=MUCH_LATER)
    end_unit(session, "X1", at=MUCH_LATER + timedelta(days=1))
    rows = versions(session)
    spans = [Span(row.unit_id, row.valid_from, row.valid_to, row.parent_id) for row in rows]
    assert slices(session) == set(group_slices({row.unit_id: row.kind for row in rows}, spans))


def test_versions_never_overlap_when_much_has_changed(session: Session, load: Load) -> None:
    load(*TREE)
    for day in range(1, 6):
        load(f"T1,甲{day}街道,township,D{1 + day % 2},30", at=NOW + timedelta(days=day))
    own = versions_of(session, "T1")
    assert own[0].valid_from == BEGINNING
    assert own[-1].valid_to == END
    assert all(one.valid_to == next_one.valid_from for one, next_one in pairwise(own))


def test_units_in_effect_sort_by_code_point_when_codes_mix_cases(session: Session, load: Load) -> None:
    load("b,乙,enterprise,,", "B,甲,enterprise,,", "a-1,丙,enterprise,,", "a1,丁,enterprise,,")
    assert [unit.code for unit in units_in_effect(session, "enterprise", NOW, LATER)] == ["B", "a-1", "a1", "b"]


def test_load_sample_city_changes_nothing_when_loaded_twice(session: Session) -> None:
    done = load_sample_city(session, at=NOW)
    counts = {
        group: len(units_in_effect(session, group, NOW, LATER)) for group in ("district", "township", "community")
    }
    assert counts == {"district": 16, "township": 343, "community": 7535}
    assert load_sample_city(session, at=LATER)[:3] == (0, 0, done.added)


def test_load_sample_city_is_refused_when_units_on_record_contradict_it(session: Session, load: Load) -> None:
    load("110101,不是区,township,,")
    with pytest.raises(Conflict, match="sample_refused"):
        load_sample_city(session, at=NOW)


def test_load_calendar_fills_what_is_absent_and_keeps_what_the_city_wrote(session: Session) -> None:
    assert load_shipped_calendar(session) == 678
    assert load_shipped_calendar(session) == 0
    kept = session.scalars(select(CalendarDay).where(CalendarDay.notice_year == 2026)).first()
    assert kept
    kept.name = "市府改定"
    before = version(session)
    load_shipped_calendar(session)
    assert kept.name == "市府改定"
    assert version(session) == before


def test_import_adds_each_unit_and_one_version_of_it_when_sixteen_thousand_come_at_once(
    session: Session, load: Load
) -> None:
    districts = [f"D{n},区{n},district,C," for n in range(16)]
    townships = [f"T{n},街{n},township,D{n % 16}," for n in range(343)]
    communities = [f"G{n},社{n},community,T{n % 343},{n}" for n in range(7535)]
    others = [f"X{n},局{n},department,D{n % 16}," for n in range(8000)]
    done = load("C,市,city,,", *districts, *townships, *communities, *others)
    assert done.added == 1 + 16 + 343 + 7535 + 8000
    assert session.scalar(select(func.count()).select_from(UnitVersion)) == done.added
