"""Imported history is found by its words as long as it is young enough to be repeated."""

from __future__ import annotations

from dispatch.likeness.folding import folded
from dispatch.likeness.signature import signature
from tests.exchange.conftest import City
from tests.exchange.tickets_csv import bare, done

WORDS = {"title": "路灯不亮", "text": "小区三号楼地下车库入口的路灯坏了两个多月没人修"}


def test_import_signs_rows_when_they_are_young_and_have_words(city: City) -> None:
    young = {"received_at": "2026-10-20T09:00:00+08:00"}
    old = {"received_at": "2026-09-30T09:00:00+08:00"}
    rows = [bare(ticket_no="1", **young, **WORDS), bare(ticket_no="2", **old, **WORDS), bare(ticket_no="3", **young)]
    assert city.load(*rows, bare(ticket_no="4", title="停水", **young), done(ticket_no="5", **WORDS)).added == 5
    found = city.all(
        "SELECT t.ticket_no, l.exact, l.band_0, l.band_11 FROM likeness l JOIN ticket t USING (ticket_id) ORDER BY 1"
    )
    expected = signature(folded(WORDS["title"], WORDS["text"]))
    assert expected is not None
    assert expected.bands is not None
    assert [row[0] for row in found] == ["1", "4"]
    assert tuple(found[0][1:]) == (expected.exact, expected.bands[0], expected.bands[11])
    assert tuple(found[1][2:]) == (None, None)
    assert city.load(*rows).unchanged == 3
