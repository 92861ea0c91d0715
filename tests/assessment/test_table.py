"""The exchange table: the same strings in CSV, JSON and on a terminal."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest

from assessment.metrics import Counts
from assessment.rankings import Row, UnitRow, rank
from assessment.schemes import load
from assessment.table import render

HEADER = (
    "rank,unit_code,unit_name,received,valid,contacted,solved,satisfied,basically,excluded,"
    "response_rate,resolution_rate,satisfaction_rate,score,class,note"
)


@pytest.fixture
def rows() -> list[Row]:
    units = [
        UnitRow("A", '八里庄,"东"街道'),
        UnitRow("B", "=1+1"),
        UnitRow("C", "两行\n街道"),
        UnitRow("D", "南滩街道办"),
        UnitRow("E", "e\u0301街道"),
    ]
    counts = {
        "A": Counts(received=700, valid=670, contacted=670, yes=663, satisfied=614, basically=34, excluded=3),
        "B": Counts(received=3, valid=3, contacted=2, yes=1, partly=1, satisfied=1, basically=1),
        "C": Counts(received=2, valid=2),
        "D": Counts(received=900, excluded=1),
        "E": Counts(received=3, valid=3, contacted=3, yes=3, satisfied=3),
    }
    return rank(units, counts, load("beijing"), "township")


def test_csv_is_exact_when_rendered(rows: list[Row]) -> None:
    assert render(rows, "csv") == (
        f"{HEADER}\r\n"
        "1,E,e\u0301街道,3,3,3,3,3,0,0,100.00,100.00,100.00,100.00,advanced,\r\n"
        '2,A,"八里庄,""东""街道",700,670,670,663,614,34,3,100.00,98.96,96.21,97.96,,\r\n'
        "3,B,=1+1,3,3,2,1,1,1,0,66.67,33.33,63.33,48.67,,\r\n"
        '4,C,"两行\n街道",2,2,0,0,0,0,0,0.00,0.00,0.00,0.00,rectify,\r\n'
        ",D,南滩街道办,900,0,0,0,0,0,1,,,,,govern,no_valid_follow_up\r\n"
    )


def test_json_holds_the_strings_of_the_csv_when_rendered(rows: list[Row]) -> None:
    from_csv = list(csv.DictReader(io.StringIO(render(rows, "csv"), newline="")))
    from_json = json.loads(render(rows, "json"))
    assert from_json == from_csv
    assert [list(one) for one in from_json] == [HEADER.split(",")] * 5
    assert all(isinstance(value, str) for one in from_json for value in one.values())


def test_table_lines_up_when_names_are_chinese(rows: list[Row]) -> None:
    lines = render(rows, "table").splitlines()
    assert len(lines) == 6
    assert lines[0].split() == HEADER.split(",")

    def places(text: str) -> int:
        return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

    # the received column is right-aligned: its last digit stands under the last letter of its heading
    edge = places(lines[0][: lines[0].index("received") + len("received")])
    for line, received in zip(lines[1:], ["3", "700", "3", "2", "900"], strict=True):
        cut = next(end for end in range(len(line) + 1) if places(line[:end]) == edge)
        assert line[:cut].endswith(f" {received}"), line


def test_render_gives_header_only_when_group_is_empty() -> None:
    assert render([], "csv") == f"{HEADER}\r\n"
    assert json.loads(render([], "json")) == []
    assert render([], "table").split() == HEADER.split(",")
