"""Accepted proposals written into the text of a catalogue."""

from __future__ import annotations

from dispatch.catalogue.taking_up import written_into
from dispatch.routing.catalogue import Catalogue, Entry
from tests.catalogue.words import catalogue


def test_written_into_replaces_the_line_that_asks_for_the_same_and_appends_the_rest() -> None:
    text = catalogue('1001,110001,complaint,,E-01,,5wd,,"旧, 依据"', "1002,,,,E-01,,,,供水")
    same = Entry("1001", "110001", "complaint", "", "E-02", ("110001",), "", False, "裁定")
    new = Entry("1601", "", "help", "", "E-03", (), "2h", True, "裁定")
    before, after = Catalogue.read(text).entries, Catalogue.read(written_into(text, [same, new])).entries

    assert [one._replace(line=0) for one in after] == [
        *(one._replace(line=0) for one in before if one.category != "1001" and one.category != "1002"),
        same,
        *(one._replace(line=0) for one in before if one.category == "1002"),
        new,
    ]


def test_written_into_adds_the_columns_that_a_short_file_lacks() -> None:
    short = "category,place,lead,basis_zh\n,township,township,属地\n"
    new = Entry("1601", "110001", "help", "", "E-03", ("110001", "E-02"), "2h", False, "裁定")

    assert Catalogue.read(written_into(short, [new])).entries[-1]._replace(line=0) == new
