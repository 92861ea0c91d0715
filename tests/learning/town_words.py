"""Made-up complaints of a few subjects, each row different: enough for a model to learn the subjects by."""

from __future__ import annotations

from dispatch.learning.rows import Row

PLACES = (
    "幸福里",
    "青松苑",
    "河畔家园",
    "老厂区",
    "学府路",
    "东风巷",
    "新华街",
    "桃源村",
    "月亮湾",
    "站前广场",
    "银杏大道",
    "水岸城",
)
DAYS = (
    "昨天夜里",
    "上周开始",
    "连续三天",
    "今天早上",
    "最近一个月",
    "节日期间",
    "国庆以后",
    "每到周末",
    "入冬以来",
    "前天中午",
)
SUBJECTS = {
    "噪声扰民": ("工地施工噪声太大", "广场舞音响声音吵得睡不着", "夜间打桩轰鸣扰民", "楼下酒吧喧哗吵闹"),
    "供水 W-01": ("水管爆裂没有自来水", "自来水浑浊发黄", "停水没有通知", "水压太低用水困难"),
    "垃圾清运": ("垃圾桶满了没人清运", "生活垃圾堆积发臭", "建筑垃圾乱倒", "垃圾站污水横流"),
}


def rows(count: int = 20) -> list[Row]:
    """``count`` rows of each subject, in turn."""
    made = []
    for index in range(count):
        for shift, (label, matters) in enumerate(SUBJECTS.items()):
            place = PLACES[(index * 5 + shift) % len(PLACES)]
            day = DAYS[(index * 3 + shift) % len(DAYS)]
            matter, other = matters[index % 4], matters[(index // 4 + 1) % 4]
            made.append(Row(f"{place}{matter}\n{day}{place}{other}，请尽快处理。", label))
    return made
