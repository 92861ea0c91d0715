"""Units keep their own articles and those below; the hotline keeps any."""

from __future__ import annotations

import pytest

from dispatch.kernel.errors import DomainError
from dispatch.knowledge import queries
from tests.knowledge.conftest import Library


def refusal(library: Library, verb: str, *args: object, **values: object) -> tuple[str, int]:
    with pytest.raises(DomainError) as refused:
        getattr(library, verb)(*args, **values)
    return refused.value.code, refused.value.status


def test_refuse_when_another_unit_would_change_what_it_may_read(library: Library) -> None:
    article_id = library.published(unit="E-01")
    stranger = library.only("E-02")
    assert stranger.view(article_id).in_force is not None
    for verb, args in [("revise", (article_id, 1)), ("publish", (article_id, 1)), ("retire", (article_id,))]:
        assert refusal(stranger, verb, *args) == ("knowledge.not_yours", 403)


def test_look_like_nothing_when_a_draft_is_another_unit_s(library: Library) -> None:
    article_id = library.write(unit="E-01").article_id
    stranger = library.only("E-02")
    for verb, args in [
        ("view", (article_id,)),
        ("revise", (article_id, 1)),
        ("publish", (article_id, 1)),
        ("retire", (article_id,)),
    ]:
        assert refusal(stranger, verb, *args) == refusal(stranger, verb, 999_999, *args[1:]), verb
        assert refusal(stranger, verb, *args) == ("knowledge.not_found", 404)


def test_hide_unpublished_versions_when_a_stranger_reads(library: Library) -> None:
    article_id = library.published(unit="E-01")
    library.revise(article_id, 1, unit="E-01")
    assert [one.version for one in library.only("E-02").view(article_id).versions] == [1]
    assert [one.version for one in library.only("E-01").view(article_id).versions] == [2, 1]
    assert [one.version for one in library.view(article_id).versions] == [2, 1]


def test_keep_what_is_below_when_a_district_edits(library: Library) -> None:
    article_id = library.published(unit="110001")
    library.only("110", "110001").revise(article_id, 1, unit="110001")
    assert library.view(article_id).draft is not None


@pytest.mark.parametrize("unit", ["E-02", None])
def test_refuse_when_a_unit_would_write_for_another_or_for_the_hotline(library: Library, unit: str | None) -> None:
    assert refusal(library.only("E-01"), "write", unit=unit) == ("knowledge.foreign_unit", 422)


def test_lose_it_when_the_hotline_gives_an_article_to_another_unit(library: Library) -> None:
    article_id = library.published(unit="E-01")
    library.revise(article_id, 1, unit="E-02")
    assert refusal(library.only("E-01"), "publish", article_id, 2) == ("knowledge.not_yours", 403)
    library.only("E-02").publish(article_id, 2)


def test_list_own_drafts_only_when_a_unit_asks(library: Library) -> None:
    own = library.write(unit="E-01").article_id
    library.write(unit="E-02")
    found = library.desk.run(queries.drafts, library.only("E-01").within, limit=10)
    assert [one.article_id for one in found] == [own]
    assert len(library.desk.run(queries.drafts, None, limit=10)) == 2
