"""Chinese found in PostgreSQL without a dictionary: by title, by how people ask, by one character, by nothing at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.knowledge.queries import SEARCH, search_values
from dispatch.knowledge.ranking import asked
from dispatch.knowledge.samples import sample_contents
from dispatch.knowledge.tokens import excerpt, questions, vector
from tests.knowledge.conftest import Library
from tests.town import MONDAY

ANYTHING = st.text(
    st.characters(codec="utf-8") | st.sampled_from("供暖费水 ，。'\"\\:*&|!()<->ＡＢetc１２"), max_size=60
)


def test_find_an_article_first_when_its_own_title_or_question_is_typed(library: Library) -> None:
    library.load_samples()
    wrong = {}
    for content in sample_contents(library.desk.reference, at=library.desk.at):
        for words in (content.title, *content.questions.splitlines()):
            hits = library.search(words, limit=3)
            if not hits or hits[0].title != content.title:
                wrong[words] = [hit.title for hit in hits]
    assert wrong == {}


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("家里暖气温度不够，怎么测温？", "室内供暖温度的标准与测温办法"),
        ("物业不让进门 催交物业费", "物业费标准在哪里查，能不能按月交"),
        ("健身房关门了卡里的钱能退吗", "预付卡商家停业退费怎样办"),
        ("老板拖欠我两个月工资", "拖欠工资向谁投诉"),
        ("９６１１０", "接到疑似诈骗电话怎样核实"),
        ("ktv", "广场舞、音响等生活噪声找谁管"),
        ("孩子上小学要什么材料", "小学入学的年龄和登记材料"),
        ("我想问一下身份证丢了要怎么补", "身份证丢失后补领与临时身份证"),
    ],
)
def test_find_the_right_article_when_people_ask_in_their_own_words(library: Library, words: str, title: str) -> None:
    library.load_samples()
    assert library.search(words)[0].title == title


@pytest.mark.parametrize("words", ["", "   ", "，。？！", "'", "\\", "':*", "\x00", "\ud800", "-- ;", "😀", "_"])
def test_find_nothing_when_there_is_no_word_to_look_for(library: Library, words: str) -> None:
    library.published()
    assert library.search(words) == []


@pytest.mark.parametrize("character", ["停", "间", "房", "报", "明"])
def test_find_it_when_one_character_is_typed(library: Library, character: str) -> None:
    """At the beginning, in the middle and at the end of a run."""
    article_id = library.published()
    assert [hit.article_id for hit in library.search(character)] == [article_id]


def test_put_the_title_first_when_another_only_mentions_it(library: Library) -> None:
    mentions = library.published(
        title="水费缴纳", questions="", body="与供暖费报停不同，水费按户缴纳。", legal_basis=""
    )
    named = library.published()
    assert next(hit.article_id for hit in library.search("供暖费报停", limit=5)) == named
    assert mentions in [hit.article_id for hit in library.search("水费")]


def test_keep_to_the_category_when_one_is_chosen(library: Library) -> None:
    heating = library.published()
    water = library.published(category="1105")
    found = {
        category: [hit.article_id for hit in library.search("报停", category=category)] for category in ("1003", "11")
    }
    assert found == {"1003": [heating], "11": [water]}


def test_name_the_unit_when_one_keeps_it(library: Library) -> None:
    library.published(unit="E-01")
    assert library.search("报停")[0].unit_name == "测试热力集团"


def test_load_nothing_twice_when_samples_are_there(library: Library) -> None:
    assert library.load_samples() > 20
    assert library.load_samples() == 0


@given(ANYTHING)
def test_make_sound_literals_when_anything_is_typed(words: str) -> None:
    for literal in questions(words):
        assert literal.strip("'*:").isalnum() or all(not char.isspace() for char in literal)
        assert literal.count("'") == 2
    assert vector([(words, "A")]).count("'") % 2 == 0
    assert "\n" not in excerpt(words, words)


def test_take_any_words_when_the_database_reads_them(library: Library) -> None:
    """Every character that may stand in a token, as PostgreSQL itself reads the literals."""
    letters = "".join(chr(code) for code in range(1, 0x3000) if chr(code).isalnum())
    read = text("SELECT length(CAST(:vector AS tsvector)), CAST(:query AS tsquery)")
    for start in range(0, len(letters), 90):
        piece = letters[start : start + 90]
        values = {"vector": vector([(piece, "A")]), "query": questions(piece)[0]}
        assert library.desk.run(lambda session, values=values: session.execute(read, values).one())[0] > 0


def test_show_where_it_stands_when_the_body_is_long() -> None:
    body = "前言。" * 60 + "申请报停须在采暖季开始前办理。" + "附则。" * 60
    shown = excerpt(body, "采暖季报停")
    assert "采暖季" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")


MANY = """
    WITH made AS (
        INSERT INTO article (version_count, change_count, created_at)
        SELECT 1, 1, :at FROM generate_series(1, 3000) RETURNING article_id
    )
    INSERT INTO article_version (article_id, version, state, title, questions, body, legal_basis, category, valid_from,
                                 review_at, written_by, written_at, search)
    SELECT article_id, 1, 'published', '题', '', '文', '', '9901', :at, :at, 'system:test', :at,
           CAST('w' || article_id AS tsvector)
    FROM made
"""


def test_search_by_index_when_there_are_many_articles(library: Library) -> None:
    article_id = library.published()

    def plan(session: Session) -> str:
        session.execute(text(MANY), {"at": MONDAY})
        session.execute(text("ANALYZE article_version"))
        values = search_values(asked("供暖费报停")) | {"category": None}
        explain = text(f"EXPLAIN {SEARCH.text}")
        return str(session.execute(explain, values | {"at": MONDAY, "limit": 10}).all())

    assert "ix_article_version_search" in library.desk.run(plan)
    assert [hit.article_id for hit in library.search("供暖费报停")] == [article_id]
