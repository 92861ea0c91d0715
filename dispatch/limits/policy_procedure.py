"""The sections of a policy file that say how things are done: follow-up, supervision, contact, outcomes, duty."""

from __future__ import annotations

from marshmallow import fields

from dispatch.limits.policy_fields import (
    MATTERS,
    URGENCIES,
    WORDS,
    Part,
    Span,
    Text,
    one_of,
    rows,
    several,
    table,
    whole,
)


class Sampling(Part):
    """A row of ``follow_up.sampling``."""

    kind = one_of(MATTERS)
    urgency = one_of(URGENCIES)
    redo = fields.Boolean(truthy={True}, falsy={False}, error_messages=WORDS | {"invalid": "须为 true 或 false。"})
    phone_percent = whole(0, 100)


class HeadStart(Part):
    """``[follow_up.head_start_minutes]``."""

    critical = whole(0, 100_000)
    urgent = whole(0, 100_000)
    redo = whole(0, 100_000)
    repeated = whole(0, 100_000)


class Script(Part):
    """``[follow_up.script]``."""

    greeting = Text(required=True)
    unfinished = Text(required=True)
    redo = Text(required=True)
    closing = Text(required=True)


class Recheck(Part):
    """``[follow_up.recheck]``."""

    percent = whole(0, 100)
    at_least = whole(0, 1_000)
    attempts = whole(1, 20)


class FollowUp(Part):
    """``[follow_up]``."""

    opens = one_of(("expiry", "completion"), required=True)
    attempts = whole(1, 20)
    days = whole(1, 30)
    retry_minutes = several(whole(1, 100_000, required=False))
    taken_minutes = whole(1, 1_440)
    link_wait_days = whole(0, 90)
    link_days = whole(1, 365)
    head_start_minutes = table(HeadStart)
    sampling = rows(Sampling)
    script = table(Script)
    recheck = table(Recheck)


class OrderLimits(Part):
    """``[supervision.order_limits]``."""

    ordinary = Span(required=True)
    urgent = Span(required=True)
    critical = Span(required=True)


class Supervision(Part):
    """``[supervision]``."""

    reopen_days = whole(0, 3_650)
    redos_to_supervision = whole(1, 100)
    order_limits = table(OrderLimits)


class Contact(Part):
    """``[contact]``."""

    shown_minutes = whole(1, 1_440)


class Routing(Part):
    """``[routing]``."""

    direct_confidence = whole(0, 100)


class Days(Part):
    """A section that says a number of days."""

    days = whole(1, 3_650)


class Suspension(Part):
    """``[suspension]``."""

    longest_days = whole(1, 3_650)


class Repeats(Days):
    """``[repeats]``."""

    shown = whole(1, 100)


class Likeness(Part):
    """``[likeness]``."""

    percent = whole(1, 100)


class Completion(Part):
    """``[completion]``."""

    answer_at_least = whole(0, 10_000)
    premature_minutes = whole(0, 10_000)


class Outcomes(Part):
    """``[outcomes]``."""

    answerable_kinds = several(one_of(MATTERS[1:]))


class Supplement(Part):
    """``[supplement]``."""

    wait = Span(required=True)
    most = whole(0, 100)


class CallBack(Part):
    """``[call_back]``."""

    held_minutes = whole(1, 1_440)
    attempts = whole(1, 100)
    days = whole(1, 365)


class Call(Part):
    """A row of ``duty.call``."""

    event = Text(required=True)
    where = fields.Dict(keys=Text(), load_default={}, error_messages=WORDS)


class WaitMinutes(Part):
    """``duty.wait_minutes``."""

    ordinary = whole(1, 1_440)
    urgent = whole(1, 1_440)
    critical = whole(1, 1_440)


class Duty(Part):
    """``[duty]``."""

    ahead_days = whole(1, 60)
    filled_days = whole(1, 366)
    longest_hours = whole(1, 168)
    acts = several(Text())
    call = rows(Call)
    wait_minutes = table(WaitMinutes)
