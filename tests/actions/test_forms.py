"""What is typed into a verb's form arrives as the API would have got it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from dispatch.actions.forms import fields_of, problem_of, read
from dispatch.kernel.http import Instant, Schema, Words, fields, validate
from dispatch.tickets.schemas import Flag

ZONE = ZoneInfo("Asia/Shanghai")


class Sample(Schema):
    """One field of each kind."""

    words = Words(required=True, metadata={"label": "说明"})
    line = Words(longest=40, load_default=None, metadata={"label": "一行"})
    day = fields.Date(load_default=None, metadata={"label": "日期"})
    moment = Instant(load_default=None, metadata={"label": "时间"})
    count = fields.Integer(load_default=None, metadata={"label": "数量"})
    is_so = Flag(load_default=False, metadata={"label": "是否"})
    pick = Words(
        load_default=None, validate=validate.OneOf(("a", "b")), metadata={"label": "选择", "words": {"a": "甲"}}
    )
    units = fields.List(Words(longest=40), load_default=list, metadata={"label": "单位", "widget": "unit"})


def test_read_every_kind_of_field_when_it_is_typed() -> None:
    typed = MultiDict(
        [
            ("words", " 第一行\r\n第二行 "),
            ("line", ""),
            ("day", "2026-11-20"),
            ("moment", "2026-11-20T10:00"),
            ("count", "3"),
            ("is_so", "true"),
            ("pick", "a"),
            ("units", "110001"),
            ("units", ""),
            ("units", "110002"),
        ]
    )
    assert read(Sample, typed, ZONE) == {
        "words": "第一行\n第二行",
        "line": None,
        "day": date(2026, 11, 20),
        "moment": datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
        "count": 3,
        "is_so": True,
        "pick": "a",
        "units": ["110001", "110002"],
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [("words", ""), ("day", "20 November"), ("moment", "soon"), ("count", "three"), ("pick", "c"), ("line", "长" * 41)],
)
def test_say_at_which_field_when_what_is_typed_cannot_be(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(Sample, MultiDict({"words": "有话", name: value}), ZONE)
    problem = problem_of(refused.value)
    assert problem.status == 422
    assert list(problem.fields) == [name]


def test_choose_the_control_that_fits_when_a_form_is_made() -> None:
    made = {field.name: field.widget for field in fields_of(Sample)}
    assert made == {
        "words": "textarea",
        "line": "text",
        "day": "date",
        "moment": "datetime",
        "count": "number",
        "is_so": "check",
        "pick": "select",
        "units": "unit",
    }
