"""What a policy file must look like: every key, its type and its bounds. The sentences of refusal name the key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from dispatch.kernel.errors import DomainError
from dispatch.limits.ladder import TOLD, LadderStep
from dispatch.limits.office import OfficeHours
from dispatch.limits.values import Limit, Unit

_MINUTES = re.compile(r"[1-9][0-9]{0,4}min")
_KINDS = ("city", "district", "township", "department", "enterprise", "community", "grid")
_URGENCIES = ("", "ordinary", "urgent", "critical")
_MATTERS = ("", "consultation", "help", "complaint", "report", "suggestion", "praise")
_WORDS: dict[str, Any] = {
    "required": "缺少此项。",
    "null": "不能为空。",
    "unknown": "没有这一项。",
    "type": "须为一组设置。",
}


class _Part(Schema):
    """A table of the file: every key it does not know is refused."""

    error_messages = {"unknown": "没有这一项。", "type": "须为一组设置。"}

    class Meta:
        unknown = RAISE


class _Text(fields.String):
    default_error_messages = _WORDS | {"invalid": "须为文字。"}


class _LimitText(_Text):
    """``7nd``."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        _refusing(lambda: Limit.parse(text))
        return text


class _Span(_LimitText):
    """``20min``, or any limit."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and _MINUTES.fullmatch(value):
            return value
        return super()._deserialize(value, attr, data, **kwargs)


def _count(least: int, most: int, **kwargs: Any) -> fields.Integer:
    bounds = validate.Range(least, most, error=f"须在 {least} 与 {most} 之间。")
    return fields.Integer(
        strict=True, validate=bounds, error_messages=_WORDS | {"invalid": "须为整数。"}, **({"required": True} | kwargs)
    )


def _one_of(choices: tuple[str, ...], **kwargs: Any) -> _Text:
    named = "、".join(choice for choice in choices if choice)
    return _Text(validate=validate.OneOf(choices, error=f"须为 {named} 之一。"), **kwargs)


def _table(part: type[Schema], **kwargs: Any) -> fields.Nested:
    return fields.Nested(part, error_messages=_WORDS, **({"required": True} | kwargs))


def _rows(part: type[Schema]) -> fields.List[Any]:
    some = validate.Length(min=1, error="至少要有一行。")
    return fields.List(_table(part), required=True, validate=some, error_messages=_WORDS | {"invalid": "须为一组行。"})


def _list(inner: fields.Field[Any], **kwargs: Any) -> fields.List[Any]:
    some = validate.Length(min=1, error="至少要有一项。")
    wrong = _WORDS | {"invalid": "须为一组值。"}
    return fields.List(inner, validate=some, error_messages=wrong, **({"required": True} | kwargs))


class _LimitRow(_Part):
    category = _Text(load_default="")
    urgency = _one_of(_URGENCIES, load_default="")
    kind = _one_of(_MATTERS, load_default="")
    unit_kind = _one_of(("", *_KINDS), load_default="")
    limit = _LimitText(required=True)
    acknowledge = _LimitText(required=True)
    first_contact = _LimitText(required=True)
    basis = _Text(required=True)


class _Hours(_Part):
    working_day = _list(_Text())
    half_day = _list(_Text())


class _AllHours(_Hours):
    of_kind = fields.Dict(keys=_one_of(_KINDS), values=_table(_Hours), load_default={}, error_messages=_WORDS)


class _Share(fields.Field[Decimal]):
    default_error_messages = _WORDS | {"invalid": "须为 0 与 1 之间的小数。"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:  # noqa: ARG002 - its shape
        if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value < 1:
            raise self.make_error("invalid")
        return value


class _Cards(_Part):
    long_hours = _count(1, 10_000)
    ahead_hours = _count(1, 1_000)
    share_left = _Share(required=True)


class _Step(_Part):
    at = _Text(required=True, validate=lambda text: _refusing(lambda: LadderStep.parse(text, ())))
    tell = _list(_one_of(TOLD))


class _SizedRow(_Part):
    """A row for limits of a unit, up to an amount."""

    unit = _one_of(tuple(unit.value for unit in Unit), required=True)
    amount_to = _count(1, 100_000, required=False)


class _Window(_SizedRow):
    window = _Span(required=True)
    ruling = _Span(required=True)
    consultation = _Span()


class _Dispute(_Part):
    window = _rows(_Window)


class _Sampling(_Part):
    kind = _one_of(_MATTERS)
    urgency = _one_of(_URGENCIES)
    redo = fields.Boolean(truthy={True}, falsy={False}, error_messages=_WORDS | {"invalid": "须为 true 或 false。"})
    phone_percent = _count(0, 100)


class _HeadStart(_Part):
    critical = _count(0, 100_000)
    urgent = _count(0, 100_000)
    redo = _count(0, 100_000)
    repeated = _count(0, 100_000)


class _Script(_Part):
    greeting = _Text(required=True)
    unfinished = _Text(required=True)
    redo = _Text(required=True)
    closing = _Text(required=True)


class _Recheck(_Part):
    percent = _count(0, 100)
    at_least = _count(0, 1_000)
    attempts = _count(1, 20)


class _FollowUp(_Part):
    opens = _one_of(("expiry", "completion"), required=True)
    attempts = _count(1, 20)
    days = _count(1, 30)
    retry_minutes = _list(_count(1, 100_000, required=False))
    taken_minutes = _count(1, 1_440)
    link_wait_days = _count(0, 90)
    link_days = _count(1, 365)
    head_start_minutes = _table(_HeadStart)
    sampling = _rows(_Sampling)
    script = _table(_Script)
    recheck = _table(_Recheck)


class _OrderLimits(_Part):
    ordinary = _Span(required=True)
    urgent = _Span(required=True)
    critical = _Span(required=True)


class _Supervision(_Part):
    reopen_days = _count(0, 3_650)
    redos_to_supervision = _count(1, 100)
    order_limits = _table(_OrderLimits)


class _Contact(_Part):
    shown_minutes = _count(1, 1_440)


class _Routing(_Part):
    direct_confidence = _count(0, 100)


class _Cap(_SizedRow):
    count = _count(0, 100)
    longest = _LimitText(required=True)


class _Extension(_Part):
    approver = _one_of(("district", "hotline"), required=True)
    cap = _rows(_Cap)


class _Days(_Part):
    days = _count(1, 3_650)


class _Suspension(_Part):
    longest_days = _count(1, 3_650)


class _Repeats(_Days):
    shown = _count(1, 100)


class _Completion(_Part):
    answer_at_least = _count(0, 10_000)
    premature_minutes = _count(0, 10_000)


class _Outcomes(_Part):
    answerable_kinds = _list(_one_of(_MATTERS[1:]))


class _Supplement(_Part):
    wait = _Span(required=True)
    most = _count(0, 100)


class _CallBack(_Part):
    held_minutes = _count(1, 1_440)
    attempts = _count(1, 100)
    days = _count(1, 365)


class _SupportRow(_SizedRow):
    limit = _LimitText(required=True)
    acknowledge = _Span(required=True)


class _Support(_Part):
    shown_days = _count(1, 3_650)
    limit = _rows(_SupportRow)


class _Handler(_Part):
    share_percent = _count(1, 100)
    least = _LimitText(required=True)
    late = _LimitText(required=True)
    acknowledge = _Span(required=True)


class _Call(_Part):
    event = _Text(required=True)
    where = fields.Dict(keys=_Text(), load_default={}, error_messages=_WORDS)


class _WaitMinutes(_Part):
    ordinary = _count(1, 1_440)
    urgent = _count(1, 1_440)
    critical = _count(1, 1_440)


class _Duty(_Part):
    ahead_days = _count(1, 60)
    filled_days = _count(1, 366)
    longest_hours = _count(1, 168)
    acts = _list(_Text())
    call = _rows(_Call)
    wait_minutes = _table(_WaitMinutes)


class PolicyShape(_Part):
    """The whole file."""

    name = _Text(required=True, validate=validate.Length(1, 60, error="须为 1 至 60 个字。"))
    limit = _rows(_LimitRow)
    office_hours = _table(_AllHours)
    cards = _table(_Cards)
    ladder = fields.List(_table(_Step), required=True, error_messages=_WORDS)
    dispute = _table(_Dispute)
    follow_up = _table(_FollowUp)
    supervision = _table(_Supervision)
    contact = _table(_Contact)
    routing = _table(_Routing)
    extension = _table(_Extension)
    archive = _table(_Days)
    suspension = _table(_Suspension)
    overview = _table(_Days)
    repeats = _table(_Repeats)
    completion = _table(_Completion)
    outcomes = _table(_Outcomes)
    supplement = _table(_Supplement)
    call_back = _table(_CallBack)
    support = _table(_Support)
    handler = _table(_Handler)
    duty = _table(_Duty)


def problems(data: Mapping[str, Any]) -> list[str]:
    """What is wrong, each with its key (``limit[3].acknowledge``: counted from 1); nothing: the file is sound."""
    wrong = list(_flat(PolicyShape().validate(data), ""))
    return wrong or list(_gaps(data))


def _gaps(data: Mapping[str, Any]) -> Iterator[str]:
    """What each row may say but the rows together must not leave open."""
    for key, rows in (("dispute.window", data["dispute"]["window"]), ("support.limit", data["support"]["limit"])):
        for unit in Unit:
            if not any(row["unit"] == unit.value and "amount_to" not in row for row in rows):
                yield f"{key}：单位为 {unit.value} 的各行中，最后要有一行不写 amount_to,以覆盖所有时限。"
    if not any(
        not any(row.get(name) for name in ("category", "urgency", "kind", "unit_kind")) for row in data["limit"]
    ):
        yield "limit：要有一行不写 category、urgency、kind、unit_kind,作为其余诉求的时限。"
    if not any(not {"kind", "urgency", "redo"} & set(row) for row in data["follow_up"]["sampling"]):
        yield "follow_up.sampling：要有一行不写条件，以覆盖所有回访。"
    hours = data["office_hours"]
    for key, row in (("office_hours", hours), *((f"office_hours.of_kind.{k}", v) for k, v in _kinds(hours))):
        try:
            OfficeHours.parse(row["working_day"], row["half_day"])
        except DomainError as error:
            yield f"{key}：{error.message}"
    steps = [row["at"] for row in data["ladder"]]
    yield from (f"ladder：{step} 出现了不止一次。" for step in sorted({one for one in steps if steps.count(one) > 1}))


def _kinds(hours: Mapping[str, Any]) -> Any:
    return hours.get("of_kind", {}).items()


def _flat(errors: Any, path: str) -> Iterator[str]:
    if isinstance(errors, Mapping):
        for key, below in errors.items():
            step = f"[{key + 1}]" if isinstance(key, int) else f".{key}" if path else str(key)
            yield from _flat(below, path + step)
    else:
        yield from (f"{path}：{words}" for words in errors)


def _refusing(read: Any) -> None:
    try:
        read()
    except DomainError as error:
        raise ValidationError(error.message) from None
