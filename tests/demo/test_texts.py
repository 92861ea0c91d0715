"""The demo's complaints: varied, natural, and found by routing where they name their place."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from dispatch.demo.dealing import deal, unit_of
from dispatch.demo.places import DemoCity, choose_city
from dispatch.demo.real import real
from dispatch.demo.texts import Complaint, compose, templates
from dispatch.kernel.errors import DomainError
from dispatch.routing.categories import alarms
from dispatch.routing.places import PlaceUnit
from dispatch.routing.taxonomy import shipped_taxonomy


@pytest.fixture(scope="module")
def units() -> list[PlaceUnit]:
    packed = (files("dispatch.directory") / "data" / "beijing_units.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8"), newline=""))
    return [PlaceUnit(row["code"], row["name"], row["kind"], row["parent_code"]) for row in rows]


@pytest.fixture(scope="module")
def city(units: list[PlaceUnit]) -> DemoCity:
    return choose_city(units)


@pytest.fixture(scope="module")
def month(city: DemoCity) -> list[Complaint]:
    return list(deal(random.Random(12345), city, 3000))


def test_choose_city_takes_two_districts_and_twelve_offices_when_the_sample_city_is_given(city: DemoCity) -> None:
    assert len(city.districts) == 2
    assert 50 <= len(city.places) <= 65
    assert len(city.offices) == 12
    assert len(set(city.targets)) == len(city.places) + 12


def test_choose_city_refuses_when_there_are_no_two_districts() -> None:
    with pytest.raises(ValueError, match="两个"):
        choose_city([PlaceUnit("1", "东区", "district", ""), PlaceUnit("11", "甲街道", "township", "1")])


def test_templates_cover_the_classes_when_counted() -> None:
    by_class = Counter(category[:2] for category, items in templates().items() for _ in items)

    assert set(templates()) <= set(shipped_taxonomy().categories)
    assert {code for code in shipped_taxonomy().categories if len(code) == 2} - set(by_class) == {"99"}
    for major in ("10", "11", "14", "15", "16", "17", "18", "19", "20", "22", "23", "24", "25", "26", "30"):
        assert by_class[major] >= 12, major


def test_deal_varies_the_words_when_three_thousand_are_made(month: list[Complaint]) -> None:
    assert len(month) == 3000
    assert len({complaint.text for complaint in month}) / 3000 >= 0.95
    assert set(Counter(complaint.kind for complaint in month)) == {
        "complaint", "help", "report", "suggestion", "consultation", "praise",
    }  # fmt: skip


def test_deal_gives_each_unit_forty_when_three_thousand_are_made(city: DemoCity, month: list[Complaint]) -> None:
    found = Counter(unit_of(item, city) for item in month if item.kind in ("complaint", "help", "report"))

    assert min(found[code] for code in city.targets) >= 40
    assert len(set(found.values())) > 5


def test_deal_repeats_itself_when_the_seed_is_the_same(city: DemoCity) -> None:
    first, second, other = (list(deal(random.Random(seed), city, 150)) for seed in (1, 1, 2))

    assert first == second != other


@pytest.mark.parametrize("count", [1, 69, 150])
def test_deal_makes_exactly_so_many_when_few_are_wanted(city: DemoCity, count: int) -> None:
    assert len(list(deal(random.Random(3), city, count))) == count


def test_locate_finds_the_township_when_the_words_name_the_place(city: DemoCity, month: list[Complaint]) -> None:
    named = [item for item in month if item.names_place]
    right = [
        item
        for item in named
        if city.gazetteer.locate(f"{item.title}\n{item.text}", item.address).unit_code == item.township_code
    ]

    assert len(named) > 2800
    assert len(right) / len(named) >= 0.97


def test_locate_names_no_township_when_the_words_are_vague(city: DemoCity, month: list[Complaint]) -> None:
    vague = [item for item in month if not item.names_place]

    assert vague
    for item in vague:
        assert city.gazetteer.locate(f"{item.title}\n{item.text}", item.address).kind != "township"


def test_classify_agrees_with_the_template_when_any_is_composed(city: DemoCity) -> None:
    rng = random.Random(8)
    made = [compose(rng, rng.choice(city.places), category) for category in templates() for _ in range(12)]
    right = [item for item in made if shipped_taxonomy().classify(item.title, item.text)[0].code == item.category_hint]

    assert len(right) / len(made) >= 0.97


def test_compose_fills_every_slot_and_invents_no_person_when_any_template_is_used(city: DemoCity) -> None:
    rng = random.Random(9)
    for category in templates():
        for _ in range(20):
            item = compose(rng, rng.choice(city.places), category)
            assert not set("{}") & set(item.title + item.text + item.address)
            assert "，，" not in item.text
            assert item.reporter_phone.startswith("130000")
            assert len(item.reporter_phone) == 11
            assert "示例" in item.reporter_name
            assert not any(alarm.hand_over for alarm in alarms(item.title + item.text)), item


def test_compose_refuses_when_no_template_fits(city: DemoCity) -> None:
    with pytest.raises(ValueError, match="9901"):
        compose(random.Random(1), city.places[0], "9901")


def test_real_moves_coded_places_into_the_city_when_reading_a_file(
    tmp_path: Path, units: list[PlaceUnit], city: DemoCity
) -> None:
    source = tmp_path / "texts.csv"
    source.write_text(
        'title,body,created_at\nA3区路灯不亮,"A市A7县春华镇某村，K8县也一样\n电话〔电话〕",2019-01-01\n请问A市补贴,B9市的事,\n',
        encoding="utf-8-sig",
    )
    first, second = real(source, units, random.Random(1))

    assert first.text.startswith(first.address[:3])
    assert not [code for code in ("A3", "A7", "K8", "A市", "春华镇", "〔电话〕") if code in first.title + first.text]
    assert (first.kind, second.kind) == ("complaint", "consultation")
    assert second.title == "请问北京市补贴"
    assert "\n" in first.text
    assert first.township_code in {place.code for place in city.places} | {""}


@pytest.mark.parametrize("content", [b"subject,text\na,b\n", b"\xff\xfe\x00bad", b""])
def test_real_refuses_with_a_clear_error_when_the_file_is_something_else(
    tmp_path: Path, units: list[PlaceUnit], content: bytes
) -> None:
    source = tmp_path / "other.csv"
    source.write_bytes(content)

    with pytest.raises(DomainError, match=r"other\.csv") as refused:
        list(real(source, units, random.Random(1)))
    assert refused.value.code == "demo.complaints_unreadable"


def test_real_texts_can_be_located_when_they_are_moved_into_the_city(
    shared_data: Path, units: list[PlaceUnit], city: DemoCity
) -> None:
    moved = list(real(shared_data / "complaints" / "hot_messages.csv.gz", units, random.Random(4)))
    located = [
        item
        for item in moved
        if city.gazetteer.locate(f"{item.title}\n{item.text}", item.address).unit_code == item.township_code
    ]

    assert len(moved) > 4000
    assert len(located) / len(moved) >= 0.85
