"""Words that say the same find the same articles, exact words first; which words those are is data."""

from __future__ import annotations

import csv
from importlib import resources

import pytest
from sqlalchemy import text

from dispatch.knowledge.ranking import asked, shipped_ranking
from dispatch.knowledge.samples import sample_contents
from tests.knowledge.conftest import Library

GROUPS = [
    row["words"].split()
    for row in csv.DictReader(
        (resources.files("dispatch.knowledge") / "data" / "synonyms.csv").read_text("utf-8").splitlines()
    )
]


def bare(library: Library, title: str, body: str = "请按提示办理") -> int:
    return library.published(title=title, questions="", body=body, legal_basis="")


def found(library: Library, words: str) -> list[int]:
    return [hit.article_id for hit in library.search(words)]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("断水", "停水"),
        ("没水", "停水"),
        ("停水", "断水"),
        ("采暖", "暖气"),
        ("供暖", "采暖"),
        ("物管", "物业"),
        ("物业", "物管"),
    ],
)
def test_find_the_article_with_the_other_word_when_one_is_typed(library: Library, typed: str, written: str) -> None:
    article_id = bare(library, f"{written}通知在哪里看")
    assert found(library, typed) == [article_id]
    assert article_id in found(library, f"我家{typed}了怎么办")


def test_put_the_exact_word_first_when_both_are_there(library: Library) -> None:
    other = bare(library, "停水通知在哪里看")
    exact = bare(library, "断水通知在哪里看")
    assert found(library, "断水") == [exact, other]
    assert found(library, "停水") == [other, exact]


def test_put_the_exact_word_in_a_body_above_a_synonym_in_a_title(library: Library) -> None:
    titled = bare(library, "停水通知在哪里看")
    mentioned = bare(library, "公告栏说明", body="断水的消息在公告栏公布。")
    assert found(library, "断水") == [mentioned, titled]


def test_find_a_longer_word_as_a_whole_only(library: Library) -> None:
    company = bare(library, "搬家公司收费标准")
    manager = bare(library, "物业公司收费标准")
    assert found(library, "物管") == [manager]
    assert company in found(library, "公司")


def test_keep_what_fits_in_its_own_words_first_when_the_shipped_articles_are_searched(library: Library) -> None:
    """No synonym displaces the article that was written for the question."""
    library.load_samples()
    contents = sample_contents(library.desk.reference, at=library.desk.at)
    wrong = [one.title for one in contents if library.search(one.title, limit=1)[0].title != one.title]
    assert wrong == []


def test_read_every_shipped_word_when_postgresql_takes_the_literals(library: Library) -> None:
    literals = [one.literal for group in GROUPS for word in group for one in asked(word)]
    read = text("SELECT CAST(:query AS tsquery)")
    for literal in dict.fromkeys(literals):
        assert library.desk.run(lambda session, literal=literal: session.execute(read, {"query": literal}).scalar())


def test_hold_to_the_promise_of_the_data_when_it_is_edited() -> None:
    rules = shipped_ranking()
    body, _unused, _questions, title = rules.weights
    assert rules.share * title < body, "an exact word in a body stands above a synonym in a title"
    assert all(len(group) > 1 for group in GROUPS)
    assert rules.version


def test_add_no_more_words_than_the_data_allow_when_many_are_typed() -> None:
    rules = shipped_ranking()
    everything = "，".join(word for group in GROUPS for word in group[:1])
    wanted = asked(everything)
    added = [one for one in wanted if one.factor != 1]
    assert 0 < len(added) <= rules.most
    assert {one.factor for one in added} == {rules.share}
