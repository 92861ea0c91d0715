"""What an answer rests on stays what it was."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.knowledge import queries
from tests.knowledge.conftest import HEATING, Library


def cited(library: Library, ticket_id: int) -> list[Any]:
    return list(library.desk.run(queries.citations, ticket_id))


def test_point_to_the_version_in_force_when_an_answer_cites(library: Library) -> None:
    first, second = library.published(), library.published()
    library.revise(second, 1, title="供暖费报停二", body="二")
    library.publish(second, 2)
    ticket_id = library.desk.accept().ticket_id
    assert library.cite(ticket_id, second, first, second) == [
        {"article": second, "version": 2},
        {"article": first, "version": 1},
    ]
    assert [(one.article_id, one.version) for one in cited(library, ticket_id)] == [(first, 1), (second, 2)]


def test_keep_citation_and_words_when_the_article_changes_or_ends(library: Library) -> None:
    article_id = library.published()
    ticket_id = library.desk.accept().ticket_id
    library.cite(ticket_id, article_id)
    library.revise(article_id, 1, title="全新的题目", body="全新的口径")
    library.publish(article_id, 2)
    library.retire(article_id)
    assert [(one.version, one.title) for one in cited(library, ticket_id)] == [(1, HEATING.title)]
    assert library.view(article_id).versions[-1].body == HEATING.body


def test_change_nothing_when_the_same_is_cited_twice(library: Library) -> None:
    article_id = library.published()
    ticket_id = library.desk.accept().ticket_id
    assert library.cite(ticket_id, article_id) == library.cite(ticket_id, article_id)
    assert len(cited(library, ticket_id)) == 1


def test_count_tickets_when_several_cite(library: Library) -> None:
    article_id, other = library.published(), library.published()
    for _ in range(2):
        library.cite(library.desk.accept().ticket_id, article_id)
    assert library.desk.run(queries.cited_counts, [article_id, other]) == {article_id: 2, other: 0}


def test_refuse_and_write_nothing_when_an_article_is_unknown_draft_or_retired(library: Library) -> None:
    good, draft, ended = library.published(), library.write().article_id, library.published()
    library.retire(ended)
    ticket_id = library.desk.accept().ticket_id
    for bad in (draft, ended, 999_999, 0, -1, 2**70):
        with pytest.raises(DomainError) as refused:
            library.cite(ticket_id, good, bad)
        assert (refused.value.code, refused.value.details["field"]) == ("knowledge.unknown", "articles")
        assert refused.value.details["missing"] == [bad]
    assert cited(library, ticket_id) == []


def test_cite_nothing_when_nothing_is_given(library: Library) -> None:
    assert library.cite(library.desk.accept().ticket_id) == []
