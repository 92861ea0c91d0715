"""Drafts, versions in force, and what becomes of those before them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.knowledge import queries
from dispatch.knowledge.states import ARTICLE_MOVES, ARTICLE_WORDS, ArticleState, require_article_move
from tests.knowledge.conftest import HEATING, Library
from tests.town import MONDAY


def states(library: Library, article_id: int) -> dict[int, str]:
    return {one.version: one.state for one in library.view(article_id).versions}


def test_reach_every_state_when_the_table_is_walked() -> None:
    reached = {ArticleState.DRAFT}
    for _ in ArticleState:
        reached |= {after for before, after in ARTICLE_MOVES if before in reached}
    assert reached == set(ArticleState) == set(ARTICLE_WORDS)
    assert all(ARTICLE_MOVES.values())


@pytest.mark.parametrize("before", ArticleState)
@pytest.mark.parametrize("after", ArticleState)
def test_refuse_the_move_when_the_table_lacks_it(before: ArticleState, after: ArticleState) -> None:
    if (before, after) in ARTICLE_MOVES:
        require_article_move(before, after)
    else:
        with pytest.raises(DomainError, match=r"knowledge\.illegal_move"):
            require_article_move(before, after)


def test_find_nothing_when_the_article_is_a_draft(library: Library) -> None:
    library.write()
    assert library.search("供暖费报停") == []


def test_keep_the_old_words_in_force_when_a_new_version_is_only_written(library: Library) -> None:
    article_id = library.published()
    library.revise(article_id, 1, body="改到网上办理。")
    assert states(library, article_id) == {2: "draft", 1: "published"}
    assert [(hit.version, hit.body) for hit in library.search("供暖费报停")] == [(1, HEATING.body)]


def test_replace_the_words_and_keep_the_old_readable_when_a_new_version_is_published(library: Library) -> None:
    article_id = library.published()
    library.revise(article_id, 1, body="改到网上办理。")
    library.publish(article_id, 2)
    view = library.view(article_id)
    assert states(library, article_id) == {2: "published", 1: "retired"}
    assert view.in_force is not None
    assert view.in_force.body == "改到网上办理。"
    assert view.versions[1].body == HEATING.body
    assert (view.versions[0].written_by, view.versions[0].published_by) == ("account:2", "account:3")
    assert view.versions[1].retired_by == "account:3"


def test_replace_the_draft_when_it_is_edited_again(library: Library) -> None:
    article_id = library.write().article_id
    library.revise(article_id, 1, title="供暖费报停的新办法")
    assert states(library, article_id) == {2: "draft", 1: "retired"}
    with pytest.raises(DomainError, match=r"knowledge\.illegal_move"):
        library.publish(article_id, 1)


def test_hold_until_the_new_one_begins_when_it_is_published_ahead(library: Library) -> None:
    article_id = library.published()
    library.revise(article_id, 1, body="新采暖季的口径。", valid_from=MONDAY + timedelta(days=5))
    library.publish(article_id, 2)
    assert [hit.version for hit in library.search("报停")] == [1]
    library.desk.later(days=5)
    assert [hit.version for hit in library.search("报停")] == [2]


def test_end_both_when_an_article_is_published_ahead_and_then_replaced_now(library: Library) -> None:
    article_id = library.published()
    library.revise(article_id, 1, valid_from=MONDAY + timedelta(days=5))
    library.publish(article_id, 2)
    library.revise(article_id, 2, body="现在就改。")
    library.publish(article_id, 3)
    assert states(library, article_id) == {3: "published", 2: "retired", 1: "retired"}


def test_find_it_only_inside_its_time_when_it_has_an_end(library: Library) -> None:
    library.published(valid_from=MONDAY + timedelta(days=1), valid_to=MONDAY + timedelta(days=3))
    found = []
    for _ in range(4):
        found.append(len(library.search("报停")))
        library.desk.later(days=1)
    assert found == [0, 1, 1, 0]


def test_refuse_to_publish_when_its_time_is_over(library: Library) -> None:
    article = library.write(valid_to=MONDAY - timedelta(days=1))
    with pytest.raises(DomainError, match=r"knowledge\.expired"):
        library.publish(article.article_id, 1)


def test_end_everything_when_an_article_is_retired(library: Library) -> None:
    article_id = library.published()
    library.revise(article_id, 1)
    library.retire(article_id)
    assert states(library, article_id) == {2: "retired", 1: "retired"}
    assert library.search("报停") == []
    with pytest.raises(DomainError, match=r"knowledge\.retired"):
        library.retire(article_id)


def test_come_back_when_a_retired_article_is_revised_and_published(library: Library) -> None:
    article_id = library.published()
    library.retire(article_id)
    library.revise(article_id, 1)
    library.publish(article_id, 2)
    assert [hit.version for hit in library.search("报停")] == [2]


def test_refuse_the_edit_when_somebody_was_quicker(library: Library) -> None:
    article_id = library.published()
    library.revise(article_id, 1, body="甲改的。")
    with pytest.raises(DomainError) as refused:
        library.revise(article_id, 1, body="乙改的。")
    assert (refused.value.code, refused.value.status) == ("knowledge.changed", 409)
    assert library.view(article_id).versions[0].body == "甲改的。"


def test_have_one_winner_when_editors_race(library: Library) -> None:
    article_id = library.published()

    def edit(number: int) -> str:
        try:
            library.revise(article_id, 1, body=f"第 {number} 位编辑的口径。")
        except DomainError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(4) as threads:
        found = Counter(threads.map(edit, range(4)))
    assert found == {"done": 1, "knowledge.changed": 3}
    assert states(library, article_id) == {2: "draft", 1: "published"}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": "  "}, "knowledge.no_title", "title"),
        ({"body": "\n"}, "knowledge.no_body", "body"),
        ({"category": "0000"}, "knowledge.unknown_category", "category"),
        ({"valid_to": HEATING.valid_from}, "knowledge.never_valid", "valid_until"),
        ({"review_at": HEATING.valid_from}, "knowledge.review_too_early", "review_on"),
    ],
)
def test_refuse_the_article_when_no_reader_could_use_it(
    library: Library, changes: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        library.write(**changes)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_ask_for_a_second_look_when_the_review_date_has_come(library: Library) -> None:
    soon = library.published(unit="E-01", review_at=MONDAY + timedelta(days=2))
    library.published(unit="E-02", review_at=MONDAY + timedelta(days=2))
    library.published(unit="E-01")
    units = library.only("E-01").within

    def waiting() -> list[int]:
        found = library.desk.run(queries.to_review, units, at=library.desk.at, limit=10)
        return [one.article_id for one in found]

    assert waiting() == []
    library.desk.later(days=2)
    assert waiting() == [soon]
    library.revise(soon, 1, unit="E-01")
    library.publish(soon, 2)
    assert waiting() == []
