"""What a policy file must look like as a whole. The sentences of refusal name the key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields, validate

from dispatch.kernel.errors import DomainError
from dispatch.limits import policy_clocks as clocks
from dispatch.limits import policy_procedure as procedure
from dispatch.limits.office import OfficeHours
from dispatch.limits.policy_fields import WORDS, Part, Text, rows, table
from dispatch.limits.values import Unit


class PolicyShape(Part):
    """The whole file."""

    name = Text(required=True, validate=validate.Length(1, 60, error="须为 1 至 60 个字。"))
    limit = rows(clocks.LimitRow)
    office_hours = table(clocks.AllHours)
    cards = table(clocks.Cards)
    ladder = fields.List(table(clocks.Step), required=True, error_messages=WORDS)
    dispute = table(clocks.Dispute)
    follow_up = table(procedure.FollowUp)
    supervision = table(procedure.Supervision)
    contact = table(procedure.Contact)
    routing = table(procedure.Routing)
    extension = table(clocks.Extension)
    archive = table(procedure.Days)
    suspension = table(procedure.Suspension)
    overview = table(procedure.Days)
    repeats = table(procedure.Repeats)
    likeness = table(procedure.Likeness)
    completion = table(procedure.Completion)
    outcomes = table(procedure.Outcomes)
    supplement = table(procedure.Supplement)
    call_back = table(procedure.CallBack)
    support = table(clocks.Support)
    handler = table(clocks.Handler)
    duty = table(procedure.Duty)


def problems(data: Mapping[str, Any]) -> list[str]:
    """What is wrong, each with its key (``limit[3].acknowledge``: counted from 1); nothing: the file is sound."""
    wrong = list(_flat(PolicyShape().validate(data), ""))
    return wrong or list(_gaps(data))


def _gaps(data: Mapping[str, Any]) -> Iterator[str]:
    """What each row may say but the rows together must not leave open."""
    for key, sized in (("dispute.window", data["dispute"]["window"]), ("support.limit", data["support"]["limit"])):
        for unit in Unit:
            if not any(row["unit"] == unit.value and "amount_to" not in row for row in sized):
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
