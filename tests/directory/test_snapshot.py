"""The cached picture of the reference data: right for its instant, never stale, shared by threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from dispatch.directory.services import end_unit, load_shipped_calendar, succeed
from dispatch.directory.snapshot import Reference, reference
from tests.directory.conftest import NOW, Load

TREE = (
    "C,测试市,city,,",
    "D1,东区,district,C,",
    "D2,西区,district,C,",
    "T1,清泉街道,township,D1,",
    "T2,白石街道,township,D2,",
    "G1,清泉东里社区,community,T1,",
    "X1,市城管委,department,C,",
)
LATER = NOW + timedelta(days=30)


def test_reference_asks_once_per_transaction_and_is_the_same_object_when_nothing_has_changed(
    session: Session, load: Load
) -> None:
    load(*TREE)
    session.commit()
    first = reference(session, NOW)
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert reference(session, NOW) is first
    assert not statements
    session.commit()
    assert reference(session, NOW) is first
    assert len(statements) == 1


def test_reference_shows_what_others_changed_when_the_next_transaction_asks(session: Session, load: Load) -> None:
    load(*TREE)
    session.commit()
    with Session(session.get_bind()) as reader:
        assert reference(reader, NOW).by_code["T1"].name == "清泉街道"
        load("T1,改名街道,township,D1,", at=NOW)
        session.commit()
        assert reference(reader, NOW).by_code["T1"].name == "清泉街道"
        reader.commit()
        assert reference(reader, NOW).by_code["T1"].name == "改名街道"


def test_reference_shows_the_change_when_units_or_calendar_change(session: Session, load: Load) -> None:
    load(*TREE)
    assert reference(session, NOW).by_code["T1"].name == "清泉街道"
    assert not reference(session, NOW).calendar.covers(2026)
    load("T1,改名街道,township,D1,", at=NOW)
    assert reference(session, NOW).by_code["T1"].name == "改名街道"
    load_shipped_calendar(session)
    assert reference(session, NOW).calendar.covers(2026)


def test_reference_forgets_what_was_rolled_back_when_the_next_change_gets_the_same_number(
    session: Session, load: Load
) -> None:
    load(*TREE)
    session.commit()
    load("T1,作废街道,township,D1,", at=LATER)
    undone = reference(session, LATER)
    assert undone.by_code["T1"].name == "作废街道"
    session.rollback()
    load("T1,定名街道,township,D1,", at=LATER)
    redone = reference(session, LATER)
    assert redone.version == undone.version
    assert redone.by_code["T1"].name == "定名街道"


def test_at_gives_the_picture_of_another_time_when_units_change_in_between(session: Session, load: Load) -> None:
    load(*TREE)
    load("T1,清泉街道,township,D2,", at=LATER)
    now = reference(session, NOW)
    then = now.at(LATER)
    assert now.at(LATER - timedelta(microseconds=1)) is now
    assert then.at(NOW) is now
    assert _district(now, "T1") == "D1"
    assert _district(then, "T1") == "D2"
    assert reference(session) is then


def test_district_is_the_nearest_above_when_asked_of_any_kind(session: Session, load: Load) -> None:
    load(*TREE)
    found = reference(session, NOW)
    assert {code: _district(found, code) for code in ("G1", "T2", "D1", "X1", "C")} == {
        "G1": "D1",
        "T2": "D2",
        "D1": "D1",
        "X1": None,
        "C": None,
    }
    below = {found.by_id[unit_id].code for unit_id in found.below(found.by_code["D1"].unit_id)}
    assert below == {"D1", "T1", "G1"}


def test_by_code_leaves_out_the_unit_when_it_has_ended(session: Session, load: Load) -> None:
    load(*TREE, "T3,青山街道,township,D1,", "T4,绿水街道,township,D1,")
    succeed(session, "T1", "T3", kind="rename", at=LATER)
    succeed(session, "T3", "T4", kind="merge", at=LATER + timedelta(days=1))
    end_unit(session, "X1", at=LATER)
    found = reference(session, LATER + timedelta(days=2))
    ended = found.known["T1"]
    assert "T1" not in found.by_code
    assert (found.by_id[ended.unit_id].name, ended.is_in_effect) == ("清泉街道", False)
    assert [unit.code for unit in found.successors_of(ended.unit_id)] == ["T4"]
    assert found.successors_of(found.known["X1"].unit_id) == ()
    before = found.at(NOW)
    assert [unit.code for unit in before.successors_of(ended.unit_id)] == ["T1"]


def test_gazetteer_knows_the_units_in_effect_when_first_asked(session: Session, load: Load) -> None:
    load(*TREE)
    load("T1,碧波街道,township,D1,", at=LATER)
    found = reference(session, NOW)
    assert found.gazetteer is found.gazetteer
    assert found.gazetteer.locate("清泉街道路灯不亮", "").unit_code == "T1"
    assert found.at(LATER).gazetteer.locate("碧波街道路灯不亮", "").unit_code == "T1"
    assert found.at(LATER).gazetteer.locate("清泉街道路灯不亮", "").unit_code is None


def test_at_makes_one_picture_when_many_threads_ask_at_once(session: Session, load: Load) -> None:
    load(*TREE)
    load("T1,碧波街道,township,D1,", at=LATER)
    found = reference(session, NOW)
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda _: found.at(LATER), range(64)))
    assert {id(picture) for picture in pictures} == {id(found.at(LATER))}


def test_reference_works_when_the_directory_is_empty(session: Session) -> None:
    found = reference(session, NOW)
    assert (found.version, dict(found.by_code)) == (0, {})
    assert found.gazetteer.locate("东区清泉街道", "").unit_code is None


def test_reference_cannot_be_changed_when_shared(session: Session, load: Load) -> None:
    load(*TREE)
    with pytest.raises(AttributeError):
        reference(session, NOW).version = 7  # type: ignore[misc]


def _district(found: Reference, code: str) -> str | None:
    district = found.district_of(found.by_code[code])
    return district.code if district else None
