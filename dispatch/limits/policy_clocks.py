"""The sections of a policy file that say how clocks run: limits, office hours, cards, ladder, windows, caps, supports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import fields

from dispatch.limits.ladder import TOLD, LadderStep
from dispatch.limits.policy_fields import (
    MATTERS,
    UNIT_KINDS,
    URGENCIES,
    WORDS,
    LimitText,
    Part,
    Span,
    Text,
    one_of,
    refusing,
    rows,
    several,
    table,
    whole,
)
from dispatch.limits.values import Unit


class LimitRow(Part):
    """A row of ``limit``."""

    category = Text(load_default="")
    urgency = one_of(URGENCIES, load_default="")
    kind = one_of(MATTERS, load_default="")
    unit_kind = one_of(("", *UNIT_KINDS), load_default="")
    limit = LimitText(required=True)
    acknowledge = LimitText(required=True)
    first_contact = LimitText(required=True)
    basis = Text(required=True)


class Hours(Part):
    """Office hours of a working day and of a half day."""

    working_day = several(Text())
    half_day = several(Text())


class AllHours(Hours):
    """``[office_hours]``: the city's, and those of kinds of units."""

    of_kind = fields.Dict(keys=one_of(UNIT_KINDS), values=table(Hours), load_default={}, error_messages=WORDS)


class Share(fields.Field[Decimal]):
    """A decimal between nothing and all."""

    default_error_messages = WORDS | {"invalid": "须为 0 与 1 之间的小数。"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:  # noqa: ARG002 - its shape
        if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value < 1:
            raise self.make_error("invalid")
        return value


class Cards(Part):
    """``[cards]``."""

    long_hours = whole(1, 10_000)
    ahead_hours = whole(1, 1_000)
    share_left = Share(required=True)


class Step(Part):
    """A row of ``ladder``."""

    at = Text(required=True, validate=lambda text: refusing(lambda: LadderStep.parse(text, ())))
    tell = several(one_of(TOLD))


class SizedRow(Part):
    """A row for limits of a unit, up to an amount."""

    unit = one_of(tuple(unit.value for unit in Unit), required=True)
    amount_to = whole(1, 100_000, required=False)


class Window(SizedRow):
    """A row of ``dispute.window``."""

    window = Span(required=True)
    ruling = Span(required=True)
    consultation = Span()


class Dispute(Part):
    """``[dispute]``."""

    window = rows(Window)


class Cap(SizedRow):
    """A row of ``extension.cap``."""

    count = whole(0, 100)
    longest = LimitText(required=True)


class Extension(Part):
    """``[extension]``."""

    approver = one_of(("district", "hotline"), required=True)
    cap = rows(Cap)


class SupportRow(SizedRow):
    """A row of ``support.limit``."""

    limit = LimitText(required=True)
    acknowledge = Span(required=True)


class Support(Part):
    """``[support]``."""

    shown_days = whole(1, 3_650)
    limit = rows(SupportRow)


class Handler(Part):
    """``[handler]``."""

    share_percent = whole(1, 100)
    least = LimitText(required=True)
    late = LimitText(required=True)
    acknowledge = Span(required=True)
