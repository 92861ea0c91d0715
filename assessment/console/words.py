"""The Chinese words of the evaluators' pages for every coded value, and exact numbers as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessment import classes, rankings
from assessment.counted import half_up
from assessment.given.kinds import kinds
from assessment.marks.forms import mark_forms
from assessment.parts import Part
from assessment.schemes import builtin, builtin_names
from assessment.schemes.model import Group, Indicator, Instant, Kind, Point

SIGN = "%"  # no word to translate
GROUP_WORDS = {
    Group.TOWNSHIP: "街道乡镇",
    Group.DISTRICT: "行政区",
    Group.DEPARTMENT: "市区部门",
    Group.ENTERPRISE: "公共服务企业",
}
PART_WORDS = {
    Part.RECEIVED: "受理",
    Part.VALID: "有效回访",
    Part.CONTACTED: "已联系",
    Part.SOLVED: "已解决",
    Part.SATISFIED: "满意",
    Part.BASICALLY: "基本满意",
    Part.EXCLUDED: "剔除",
    Part.NOT_CONTACTED: "未联系或未答",
    Part.PARTLY: "部分解决",
    Part.UNSOLVED: "未解决或未答",
    Part.DISSATISFIED: "不满意或未答",
    Part.PENDING: "待回访",
    Part.UNREACHED: "未能回访",
    Part.FIRST_CONTACTED: "已先行联系",
    Part.ON_TIME: "按期办结",
    Part.COMPLETED: "已办结",
    Part.REDONE: "重办过",
    Part.RETURNED: "因异议退回过",
}
INDICATOR_WORDS = {
    Indicator.RESPONSE: "响应率",
    Indicator.RESOLUTION: "解决率",
    Indicator.SATISFACTION: "满意率",
    Indicator.FIRST_CONTACT: "先行联系率",
    Indicator.ON_TIME: "按期办结率",
    Indicator.ACTUAL_RESOLUTION: "实际解决率",
    Indicator.RESOLUTION_EXPLAINED: "解决率（含已说明原因的）",
    Indicator.DISSATISFIED: "不满意率",
    Indicator.VALID_FOLLOW_UP: "有效回访率",
    Indicator.CLOSED: "办结率",
    Indicator.REDO: "重办率",
    Indicator.REPEATS: "重复诉求率",
    Indicator.LOST_DISPUTES: "异议败诉率",
    Indicator.ACKNOWLEDGED_IN_TIME: "及时签收率",
    Indicator.FIRST_CONTACT_IN_TIME: "及时先行联系率",
    Indicator.FIRST_DISPATCH: "首派准确率",
    Indicator.SHARE_OF_INTAKE: "承接占比",
    Indicator.PER_TEN_THOUSAND: "万人诉求比",
    Indicator.PEER_MARKS: "互评得分率",
}
POINT_WORDS = {
    Point.RED_CARDS: "红牌",
    Point.LOST_DISPUTES: "未获支持的派单异议",
    Point.PROACTIVE_TOPICS: "未诉先办专题",
    Point.REDONE: "重办工单",
    Point.CAME_BACK: "结案后再次反映",
}
INSTANT_WORDS = {
    Instant.RECEIVED_AT: "受理时间",
    Instant.DISPATCHED_AT: "派单时间",
    Instant.DUE_AT: "截止时间",
    Instant.FOLLOWED_UP_AT: "回访时间",
}
KIND_WORDS = {
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.CONSULTATION: "咨询",
    Kind.SUGGESTION: "建议",
    Kind.PRAISE: "表扬",
}
CLASS_WORDS = classes.TITLES
CLASS_TONES = {"advanced": "good", "improved": "info", "rectify": "red", "govern": "yellow"}
CLASS_ICONS = {"advanced": "trophy", "improved": "graph-up-arrow", "rectify": "wrench", "govern": "flag"}
NOTE_WORDS = rankings.NOTE_TITLES
GIVEN_WORDS = {key: kind.title for key, kind in kinds().items()}
GIVEN_UNITS = {key: kind.unit for key, kind in kinds().items()}
MARK_FORM_WORDS = {form.name: form.title for form in mark_forms().forms}
SCHEME_WORDS = {name: builtin(name).title for name in builtin_names()}
SCHEME_NOTES = {name: builtin(name).note for name in builtin_names()}

# Columns of the exchange table as people read them.
COLUMN_WORDS = {
    "rank": "名次",
    "unit_code": "单位编码",
    "unit_name": "单位",
    "received": "受理",
    "valid": "有效回访",
    "contacted": "已联系",
    "solved": "已解决",
    "satisfied": "满意",
    "basically": "基本满意",
    "excluded": "剔除",
    "response_rate": "响应率",
    "resolution_rate": "解决率",
    "satisfaction_rate": "满意率",
    "score": "得分",
    "class": "等次",
    "note": "备注",
}
SIGNS = {"response_rate": "%", "resolution_rate": "%", "satisfaction_rate": "%"}  # a translated word may hold no sign
TABLES: dict[str, Mapping[Any, str]] = {
    "group": GROUP_WORDS,
    "part": PART_WORDS,
    "indicator": INDICATOR_WORDS,
    "point": POINT_WORDS,
    "given": GIVEN_WORDS,
    "given_unit": {key: unit for key, unit in GIVEN_UNITS.items() if unit != SIGN},
    "mark_form": MARK_FORM_WORDS,
    "instant": INSTANT_WORDS,
    "kind": KIND_WORDS,
    "unit_class": CLASS_WORDS,
    "note": NOTE_WORDS,
    "scheme": SCHEME_WORDS,
    "scheme_note": SCHEME_NOTES,
    "column": COLUMN_WORDS,
}


def translatable() -> set[str]:
    """Every word of the tables above, for the catalogue's completeness."""
    return {str(word) for table in TABLES.values() for word in table.values() if word}


def plain(number: Fraction) -> str:
    """``0.9`` for 9/10: an exact number of a scheme without needless zeros (they are decimals, so it ends)."""
    return format((Decimal(number.numerator) / Decimal(number.denominator)).normalize(), "f")


def percentage(share: Fraction) -> str:
    """``50%`` for 1/2."""
    return f"{plain(share * 100)}%"


def number_words(number: Decimal | None) -> str:
    """``12.5`` for 12.500000: an entered value without needless zeros; empty for none."""
    return "" if number is None else format(number.normalize(), "f")


def quotient(above: int, below: int) -> str:
    """Two decimals, half-up, of an exact quotient."""
    return half_up(Fraction(above, below), 2)
