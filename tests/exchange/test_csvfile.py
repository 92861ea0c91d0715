"""The strict CSV reader: what it accepts, and that each fault names its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.exchange import csvfile
from dispatch.exchange.csvfile import CsvFile, Row, UnreadableFile
from dispatch.exchange.rejects import Reject, RejectsFile, rejects_path

HEADER = b"a,b\n"
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def read(data: bytes, **options: tuple[str, ...]) -> list[Row | Reject]:
    return list(CsvFile(io.BytesIO(data), **({"required": ("a", "b")} | options)))


def sole(data: bytes) -> Reject:
    """The one reject among sound rows."""
    (found,) = [row for row in read(data) if isinstance(row, Reject)]
    return found


@pytest.mark.parametrize(
    "data", [b"a,b\n1,2\n", b"\xef\xbb\xbfa,b\r\n1,2\r\n", b"a,b\n1,2", b"a,b\n\n1,2\n\n", b'"a","b"\n"1","2"\n']
)
def test_read_gives_the_cells_when_bom_line_ends_or_quotes_differ(data: bytes) -> None:
    assert [row.cells for row in read(data) if isinstance(row, Row)] == [["1", "2"]]


def test_read_orders_cells_as_declared_when_the_header_has_another_order() -> None:
    rows = read(b"c,b,a\n3,2,1\n", optional=("c", "d"))
    assert rows == [Row(2, ["1", "2", "3", ""])]


def test_read_counts_physical_lines_when_fields_hold_newlines() -> None:
    data = b'a,b\n"one\r\ntwo\nthree",x\n\n4,5\n"\n\n",y\nlast,z\n'
    assert [row.line for row in read(data)] == [2, 6, 7, 10]


def test_read_keeps_emoji_full_width_and_lone_carriage_returns_when_quoted() -> None:
    assert read('a,b\n"😀１２\rx","一""二"\n'.encode()) == [Row(2, ["😀１２\rx", '一"二'])]


def test_read_rejects_the_row_alone_when_its_bytes_are_gbk() -> None:
    data = HEADER + b"1,2\n" + "中文,好".encode("gbk") + b"\n3,4\n"
    assert [type(row) for row in read(data)] == [Row, Reject, Row]
    fault = sole(data)
    assert (fault.line, fault.column) == (3, "a")
    assert "第 3 行第 1 字节" in fault.reason
    assert "GBK" in fault.reason


def test_read_names_the_line_of_the_byte_when_a_quoted_field_goes_on() -> None:
    fault = sole(HEADER + b'ok,"first\nsecond \xff"\n')
    assert (fault.line, fault.column) == (2, "b")
    assert "第 3 行第 8 字节" in fault.reason


@pytest.mark.parametrize(
    ("row", "line", "column", "words"),
    [
        (b"1,x\0y", 3, "b", "NUL"),
        (b"1", 3, "", "应有 2 列，实有 1 列"),
        (b"1,2,3", 3, "", "应有 2 列，实有 3 列"),
        (b'"1"x,2', 3, "", "引号后面"),
        (b"1,a\rb", 3, "", "回车"),
        (b'1,"never closed', 3, "", "引号没有配对"),
    ],
)
def test_read_rejects_the_row_when_it_is_malformed(row: bytes, line: int, column: str, words: str) -> None:
    fault = sole(HEADER + b"fine,row\n" + row + b"\n")
    assert (fault.line, fault.column) == (line, column)
    assert words in fault.reason


def test_read_goes_on_when_a_row_before_was_malformed() -> None:
    rows = read(HEADER + b'"1"x,2\n3,4\n')
    assert rows[1] == Row(3, ["3", "4"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件为空"),
        (b"a\n", "缺少列 b"),
        (b"a,b,zz\n", "不认识的列 zz"),
        (b"a,a,b\n", "重复的列 a"),
        ("编号,b\n".encode("gbk"), "不是 UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "UTF-16"),
        (b'"a,b\n', "表头无法读取"),
    ],
)
def test_open_refuses_the_file_when_the_header_is_wrong(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(data)


def test_open_does_not_repeat_the_words_when_data_stands_where_the_header_should() -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read("张某某,13000000000\n".encode())
    assert "张" not in refusal.value.message
    assert "130" not in refusal.value.message


def test_read_refuses_the_file_when_a_field_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfile, "FIELD_LIMIT", 200_000)
    before = csv.field_size_limit(1)
    try:
        with pytest.raises(UnreadableFile, match="第 2 行") as refusal:
            read(HEADER + b'1,"' + b"x" * 300_000)
        assert refusal.value.reject.line == 2
    finally:
        csv.field_size_limit(before)


def test_read_takes_ten_megabytes_in_one_field_when_it_is_well_formed() -> None:
    (row,) = read(HEADER + b"1," + b"x" * 10_000_000 + b"\n")
    assert isinstance(row, Row)
    assert len(row.cells[1]) == 10_000_000


def test_position_counts_every_byte_when_read_to_the_end() -> None:
    data = '\ufeffa,b\n"一\n二",2\n'.encode()
    file = CsvFile(io.BytesIO(data), required=("a", "b"))
    assert len(list(file)) == 1
    assert file.position == len(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS)))
def test_read_gives_back_every_cell_when_another_program_wrote_it(table: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b"))
    writer.writerows(table)
    data = out.getvalue().encode()
    rows = read(data)
    assert [tuple(row.cells) for row in rows if isinstance(row, Row)] == table
    line = 2
    for row, cells in zip(rows, table, strict=True):
        assert row.line == line
        line += 1 + sum(cell.count("\n") for cell in cells)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_read_never_breaks_when_the_bytes_are_anything(junk: bytes) -> None:
    try:
        rows = read(HEADER + junk)
    except UnreadableFile:
        return
    assert all(isinstance(row, Reject) or (len(row.cells) == 2 and "\0" not in "".join(row.cells)) for row in rows)


def test_rejects_file_is_removed_when_the_next_run_has_none(tmp_path: Path) -> None:
    source = tmp_path / "units.csv"
    with RejectsFile(source) as rejects:
        rejects.add(Reject(2, "code", "不能为空"))
        rejects.add(Reject(5, "", "应有 5 列,实有 4 列"))
    path = tmp_path / "units.csv.rejects.csv"
    assert rejects_path(source) == path
    assert path.read_text("utf-8").splitlines() == ["line,column,reason", "2,code,不能为空", '5,,"应有 5 列,实有 4 列"']
    with RejectsFile(source):
        pass
    assert not path.exists()
