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
    ("建议提高最低工资标准，园区企业的农民工工资太低", "劳动合同"),
    ("老板拖欠农民工工资", "拖欠工资"),
    ("体育场被租给别人摆摊，老人没有锻炼场地", "公园"),
    ("电梯广告的收入能否补充电梯维修资金", "业主自治"),
    ("电梯维修了三天还是困人", "电梯故障"),
    ("自建房申请临时用电要交开户费", "电费电表"),
    ("下岗工人申请病退，家里吃低保", "社会保险"),
    ("小学招生人数缩减", "入学升学"),
)


@pytest.mark.parametrize(("title", "name"), SAID)
def test_classify_reads_what_it_misread_before(title: str, name: str) -> None:
    found = shipped_taxonomy().classify(title, "")
    named = shipped_taxonomy().get(found[0].code) if found else None
    assert (named.name if named else "") == name
