"""``places.csv``: what is taken, what is refused and why, and who sees it at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dispatch.directory.services import import_units
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import Row
from dispatch.kernel.errors import Conflict, DomainError
from dispatch.places import services
from dispatch.places.aliasing import circular
from dispatch.places.checks import COLUMNS
from dispatch.places.models import Place, PlaceWord
from dispatch.places.services import PlaceImport
from tests.places.conftest import Load
from tests.town import Desk, town_rows

GARDEN = "P1,静安花园,estate,110001001,静安|jagy,,,,116.4,39.9,gcj02"
ODD = "R1,河沿街,road,110001,,1,99,odd,,,"
EVEN = "R2,河沿街,road,110002,,2,98,even,,,"


def reasons(done: PlaceImport) -> list[tuple[int, str]]:
    return [(fault.line, fault.column) for fault in done.rejects]


def test_import_makes_an_estate_known_to_every_process_when_the_file_is_sound(desk: Desk, load: Load) -> None:
    assert desk.reference.gazetteer.locate("静安花园3号楼").unit_code is None

    assert load(GARDEN)[:3] == (1, 0, 0)

    found = desk.reference.gazetteer.locate("静安花园3号楼没有暖气")
    assert (found.unit_code, found.community_code, found.place_name) == ("110001", "110001001", "静安花园")
    assert found.confidence >= 80


def test_import_changes_nothing_when_the_same_file_comes_twice(desk: Desk, load: Load) -> None:
    lines = (GARDEN, ODD, EVEN, ",无编码小区,estate,110002,,,,,,,")
    assert load(*lines)[:3] == (4, 0, 0)
    version = desk.reference.version

    assert load(*lines) == PlaceImport(0, 0, 4, [])
    assert desk.reference.version == version


def test_import_ends_the_old_facts_and_keeps_them_when_a_known_code_says_otherwise(desk: Desk, load: Load) -> None:
    load(GARDEN)
    before = desk.at
    desk.later(hours=1)

    assert load(GARDEN.replace("110001001", "110002"))[:3] == (0, 1, 0)

    assert desk.reference.gazetteer.locate("静安花园").unit_code == "110002"
    assert desk.reference.at(before).gazetteer.locate("静安花园").unit_code == "110001"


def test_locate_tells_stretches_of_a_road_apart_when_the_number_is_written(desk: Desk, load: Load) -> None:
    load(ODD, EVEN)
    gazetteer = desk.reference.gazetteer

    assert gazetteer.locate("", "河沿街17号院2号楼").unit_code == "110001"
    assert gazetteer.locate("", "河沿街甲１８号").unit_code == "110002"
    assert gazetteer.locate("", "河沿街十八号").unit_code == "110002"
    assert gazetteer.locate("", "河沿街").ambiguous
    assert gazetteer.locate("", "河沿街300号").unit_code is None


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("P1,静安花园,estate,999,,,,,,,", "unit_code"),
        ("P1,静安花园,estate,E-01,,,,,,,", "unit_code"),
        ("P1,静安花园,house,110001,,,,,,,", "kind"),
        ("P1,静,estate,110001,,,,,,,", "name"),
        ("P1,123,estate,110001,,,,,,,", "name"),
        ("P1,😀,estate,110001,,,,,,,", "name"),
        (f"P1,{'静' * 101},estate,110001,,,,,,,", "name"),
        ("P1,静安花园,estate,110001,静安花园,,,,,,", "aliases"),
        (f"P1,静安花园,estate,110001,{'|'.join(f'别名{n}' for n in range(21))},,,,,,", "aliases"),
        ("P1,静安花园,estate,110001,,1,9,,,,", "road_from"),
        ("P1,河沿街,road,110001,,9,1,,,,", "road_to"),
        ("P1,河沿街,road,110001,,9,,,,,", "road_to"),
        ("P1,河沿街,road,110001,,x,9,,,,", "road_from"),
        ("P1,河沿街,road,110001,,1,9,left,,,", "parity"),
        ("P1,河沿街,road,110001,,,,odd,,,", "parity"),
        ("P1,静安花园,estate,110001,,,,,116.4,,gcj02", "latitude"),
        ("P1,静安花园,estate,110001,,,,,nan,39.9,gcj02", "longitude"),
        ("P1,静安花园,estate,110001,,,,,181,39.9,gcj02", "longitude"),
        ("P1,静安花园,estate,110001,,,,,116.4,39.9,", "datum"),
        ("P1,静安花园,estate,110001,,,,,116.4,39.9,bd09", "datum"),
    ],
)
def test_import_refuses_everything_with_line_and_column_when_a_row_is_wrong(
    desk: Desk, load: Load, line: str, column: str
) -> None:
    done = load(ODD, line)

    assert (done.added, reasons(done)) == (0, [(3, column)])
    assert desk.run(lambda session: session.scalars(select(Place)).all()) == []


def test_import_loads_the_rest_when_told_to_skip(load: Load) -> None:
    done = load(ODD, "P1,静安花园,estate,999,,,,,,,", skip_bad=True)

    assert (done.added, reasons(done)) == (1, [(3, "unit_code")])


def test_import_refuses_the_second_when_two_rows_have_one_code_or_are_one_place(load: Load) -> None:
    done = load(GARDEN, "P1,别的花园,estate,110002,,,,,,,", ",乐园,estate,110002,,,,,,,", ",乐园,estate,110002,,,,,,,")

    assert reasons(done) == [(3, "code"), (5, "name")]


def test_import_refuses_a_circle_when_places_are_each_others_alias(desk: Desk, load: Load) -> None:
    done = load(
        "P1,甲花园,estate,110001,乙花园,,,,,,",
        "P2,乙花园,estate,110002,丙花园,,,,,,",
        "P3,丙花园,estate,110002,甲花园,,,,,,",
    )
    assert {column for _line, column in reasons(done)} == {"aliases"}
    assert len(done.rejects) == 3

    # An old name that another place bears now is no circle: whoever says it may mean either.
    load("P1,甲花园,estate,110001,乙花园,,,,,,", "P2,乙花园,estate,110002,,,,,,,")
    assert desk.reference.gazetteer.locate("乙花园").ambiguous


@given(
    st.lists(
        st.tuples(st.sampled_from("甲乙丙丁戊"), st.lists(st.sampled_from("甲乙丙丁戊己"), max_size=3)), max_size=8
    )
)
def test_circle_is_found_exactly_when_a_name_leads_back_to_itself(named: list[tuple[str, list[str]]]) -> None:
    leads: dict[str, set[str]] = {}
    for name, aliases in named:
        leads.setdefault(name, set()).update(aliases)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for alias in leads.get(todo.pop(), set()):
                if alias in leads and alias not in seen:
                    seen.add(alias)
                    todo.append(alias)
        return seen

    onto_itself = {name for name in leads if any(name in reached(alias) for alias in leads[name] if alias != name)}
    assert onto_itself <= circular(named) | {name for name in leads if name in leads[name]}
    assert (circular(named) == set()) == (onto_itself == set())


def test_end_takes_the_place_out_and_refuses_a_second_time_when_it_has_ended(desk: Desk, load: Load) -> None:
    load(GARDEN)
    place_id = desk.run(lambda session: session.scalars(select(Place.place_id)).one())
    desk.later(hours=1)
    desk.run(services.end, place_id, actor="account:1", at=desk.at)

    assert desk.reference.gazetteer.locate("静安花园").unit_code is None
    assert (
        desk.run(lambda session: session.scalars(select(PlaceWord).where(PlaceWord.place_id.is_not(None))).all()) == []
    )
    with pytest.raises(Conflict, match=r"place\.ended"):
        desk.run(services.end, place_id, actor="account:1", at=desk.at)
    assert load(GARDEN)[:3] == (0, 0, 1)
    assert reasons(load(GARDEN.replace("静安花园", "静安新园"))) == [(2, "code")]


def test_add_refuses_a_place_that_is_known_when_entered_by_hand(desk: Desk, load: Load) -> None:
    load(GARDEN)
    cells = dict.fromkeys(COLUMNS, "") | {"name": "新的花园", "kind": "estate", "unit_code": "110001"}

    with pytest.raises(Conflict, match=r"place\.code_taken"):
        desk.run(services.add, cells | {"code": "P1"}, actor="account:1", at=desk.at)
    desk.run(services.add, cells, actor="account:1", at=desk.at)
    with pytest.raises(Conflict, match=r"place\.known"):
        desk.run(services.add, cells, actor="account:1", at=desk.at)
    with pytest.raises(DomainError, match=r"place\.invalid") as refused:
        desk.run(services.add, cells | {"unit_code": "999"}, actor="account:1", at=desk.at)
    assert refused.value.details["field"] == "unit_code"


def test_words_follow_the_unit_when_it_gets_another_name_or_district(desk: Desk, load: Load) -> None:
    load(GARDEN)
    renamed = [Row(2, ["110001", "新柳街道", "township", "120", ""])]
    desk.later(hours=1)
    desk.run(import_units, renamed, at=desk.at)

    def words(session: object) -> list[tuple[str, int | None]]:
        rows = session.execute(select(PlaceWord.word, PlaceWord.district_id).where(PlaceWord.form == "name"))  # type: ignore[attr-defined]
        return [(row.word, row.district_id) for row in rows]

    known = dict(desk.run(words))
    west = desk.unit_id("120")
    assert "柳荫街道" not in known
    assert (known["新柳街道"], known["静安花园"], known["柳荫第一社区"]) == (west, west, west)


def test_words_are_made_once_when_units_are_older_than_the_table(desk: Desk) -> None:
    from dispatch.places.words import load_words

    desk.run(lambda session: session.execute(PlaceWord.__table__.delete()))
    assert desk.run(load_words, at=desk.at) == 7
    assert desk.run(load_words, at=desk.at) == 0
    assert len(town_rows()) == 9
    with_places = desk.run(lambda session: reference(session, desk.at).version)
    assert with_places == desk.reference.version
