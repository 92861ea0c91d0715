"""What thirty real complaints, walked through at the desk, showed to be read wrongly by keywords; each in words of our own."""

from __future__ import annotations

import pytest

from dispatch.routing.taxonomy import shipped_taxonomy

SAID = (
    ("周树书记您好，建议申报自由贸易区", ""),
    ("民工在工地受伤，工地方不付医疗费", "社会保险"),
    ("电梯维修单位的许可证在哪里办理", "政策与办事咨询"),
    ("某公司拉人头拿提成", "虚假宣传"),
    ("村里的道路要整修了，稀烂的", "道路与井盖"),
    ("劳模津贴没有发，我的身份证号码是某某", "社会保险"),
    ("电机厂冲压车间噪音扰民", "设备噪声"),
)


@pytest.mark.parametrize(("title", "name"), SAID)
def test_classify_reads_what_it_misread_before(title: str, name: str) -> None:
    found = shipped_taxonomy().classify(title, "")
    named = shipped_taxonomy().get(found[0].code) if found else None
    assert (named.name if named else "") == name
