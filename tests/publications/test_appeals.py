"""What cases learn of publications: the versions that stand, by unit; and the correction that a granted appeal begins."""

from __future__ import annotations

from assessment.exclusions import ports
from assessment.exclusions.ports import CorrectionNeeded
from assessment.publications import queries
from tests.publications.conftest import AT, PREPARER, Office


def test_only_the_version_that_stands_is_open_to_appeal(office: Office) -> None:
    frozen = office.freeze()
    assert ports.is_connected()
    assert office.run(ports.published, frozen.publication_id) is None
    first = office.publish(frozen)
    told = office.run(ports.published, first.publication_id)
    assert (told.scheme, told.period, told.group, told.published_at) == ("beijing", "2025-10", "township", AT)
    assert office.run(ports.open_to_appeal, "T03", AT) == [told]
    assert office.run(ports.open_to_appeal, "D1", AT) == []
    second = office.publish(office.correct(first.publication_id))
    assert office.run(ports.published, first.publication_id) is None
    assert [one.publication_id for one in office.run(ports.open_to_appeal, "T03", AT)] == [second.publication_id]


def test_granted_appeals_lead_to_one_correction_of_the_version_that_stands(office: Office) -> None:
    first = office.publish()
    second = office.publish(office.correct(first.publication_id))
    for case in (11, 12):
        needed = CorrectionNeeded(first.publication_id, case, AT)
        office.run(ports.correct, needed, actor=PREPARER, at=AT)
        begun = office.run(queries.under_way, "beijing", "2025-10", "township")
    assert (begun.corrects, begun.version, begun.state) == (second.publication_id, 3, "preparing")
    assert begun.reason == "第 11 号申诉获准\n第 12 号申诉获准"
