"""A correction is a new version with a diff; the old one stays readable and says by what it was replaced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assessment.publications import queries, services
from assessment.publications.difference import difference, read
from dispatch.kernel.errors import Conflict, DomainError
from tests.publications.conftest import AT, PREPARER, Office


def test_correct_lists_each_changed_cell_when_answers_changed(office: Office) -> None:
    first = office.publish()
    office.sql(
        "UPDATE ticket SET solved = 'no' WHERE solved = 'yes'"
        " AND unit_id = (SELECT unit_id FROM unit WHERE code = 'T03')"
    )
    second = office.correct(first.publication_id)
    assert (second.version, second.corrects, second.reason) == (2, first.publication_id, "申诉成立")
    assert second.cut_off == AT
    before, after = read(first.result), read(second.result)
    expected = [
        (code, column, before[code][column], row[column])
        for code, row in after.items()
        for column in row
        if row[column] != before[code][column]
    ]
    assert [(cell["unit_code"], cell["column"], cell["old"], cell["new"]) for cell in second.diff] == expected
    assert ("T03", "solved", before["T03"]["solved"], "0") in expected
    assert office.get(first.publication_id).result == first.result


def test_old_version_stands_until_the_correction_is_published(office: Office) -> None:
    first = office.publish()
    second = office.correct(first.publication_id)
    assert office.run(queries.newest, first).publication_id == first.publication_id
    assert office.run(queries.corrected_by, [first.publication_id]) == {}
    office.publish(second)
    assert office.run(queries.newest, first).publication_id == second.publication_id
    assert office.run(queries.corrected_by, [first.publication_id])[1].publication_id == second.publication_id
    with pytest.raises(Conflict, match=r"publication\.already_corrected") as refused:
        office.correct(first.publication_id)
    assert refused.value.details == {"publication": second.publication_id}
    assert office.correct(second.publication_id).version == 3


def test_second_correction_takes_over_when_it_supersedes(office: Office) -> None:
    first = office.publish()
    second = office.correct(first.publication_id, reason="甲申诉成立")
    with pytest.raises(Conflict, match=r"publication\.under_way"):
        office.correct(first.publication_id, reason="乙申诉成立")
    third = office.correct(first.publication_id, reason="乙申诉成立", is_superseding=True)
    assert office.get(second.publication_id).state == "discarded"
    assert (third.version, third.reason) == (2, "甲申诉成立\n乙申诉成立")


def test_correct_is_refused_when_it_makes_no_sense(office: Office) -> None:
    draft = office.freeze()
    with pytest.raises(Conflict, match=r"publication\.not_published"):
        office.correct(draft.publication_id)
    first = office.publish(draft)
    for values, code in (
        ({"reason": "  "}, "publication.reason_missing"),
        ({"reason": "长" * 2001}, "publication.reason_too_long"),
        ({"cut_off": AT + timedelta(seconds=1)}, "publication.cut_off_ahead"),
        ({"cut_off": first.cut_off - timedelta(seconds=1)}, "publication.cut_off_earlier"),
    ):
        with pytest.raises(DomainError) as refused:
            office.correct(first.publication_id, **values)
        assert refused.value.code == code
    with pytest.raises(DomainError, match=r"publication\.unknown"):
        office.run(services.correct, 99, reason="无", actor=PREPARER, at=AT)


def test_diff_tells_units_that_came_and_went() -> None:
    head = (
        "rank,unit_code,unit_name,received,valid,contacted,solved,satisfied,basically,excluded,"
        "response_rate,resolution_rate,satisfaction_rate,score,class,note\r\n"
    )
    old = head + "1,A,甲街道,2,1,1,1,1,0,0,100.00,100.00,100.00,100.00,,\r\n"
    new = head + "1,B,乙街道,0,0,0,0,0,0,0,,,,,,no_valid_follow_up\r\n"
    cells = difference(old.encode(), new.encode())
    assert {"unit_code": "B", "unit_name": "乙街道", "column": "note", "old": "", "new": "no_valid_follow_up"} in cells
    assert {"unit_code": "A", "unit_name": "甲街道", "column": "score", "old": "100.00", "new": ""} in cells
    assert difference(old.encode(), old.encode()) == []
    with pytest.raises(ValueError, match="table"):
        read(b"a,b\r\n1,2\r\n")
