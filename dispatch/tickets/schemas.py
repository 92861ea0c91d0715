"""What the ticket API takes: one schema per body. Words are checked here, rules in the services."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, post_load

from dispatch.access.vault import Reporter, normalise_phone
from dispatch.kernel.errors import DomainError
from dispatch.kernel.http import Schema, Words, fields, validate
from dispatch.outcomes.endings import PLANS, Outcome
from dispatch.outcomes.grounds import decline_grounds
from dispatch.outcomes.handing_in import HandedIn
from dispatch.outcomes.states import AGENCIES, INVALID_GROUNDS, LEGAL_PATHS
from dispatch.places.datum import DATUMS, WGS84
from dispatch.routing.matter import Point
from dispatch.tickets.disputing import Ground, Ruling
from dispatch.tickets.kinds import KINDS

CHANNELS = ("phone", "web", "wechat", "app", "email", "letter", "walk_in", "transfer", "grid", "other")
URGENCIES = ("ordinary", "urgent", "critical")

LONGEST_TITLE = 200
LONGEST_LINE = 500
LONGEST_CODE = 40


def one_of(choices: tuple[str, ...], **kwargs: Any) -> Words:
    """One word of a fixed list."""
    return Words(validate=validate.OneOf(choices), longest=LONGEST_CODE, **kwargs)


def code(**kwargs: Any) -> Words:
    """The code of a unit, place or category."""
    return Words(longest=LONGEST_CODE, **kwargs)


class Phone(Words):
    """A telephone number as people write it, full-width digits included; loaded as E.164."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        raw = super()._deserialize(value, attr, data, **kwargs)
        try:
            return normalise_phone(raw)
        except DomainError as error:
            raise ValidationError(error.message) from None


class Flag(fields.Boolean):
    """JSON's own true or false: neither 1 nor "yes"."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, attr, data, **kwargs))


class ReporterSchema(Schema):
    """诉求人: goes to the identity vault and nowhere else."""

    name = Words(longest=60, allow_none=True, load_default=None)
    phone = Phone(longest=LONGEST_CODE, allow_none=True, load_default=None)
    mail = Words(longest=254, validate=validate.Email(), allow_none=True, load_default=None)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Reporter | None:
        return Reporter(**data) if any(data.values()) else None


class PointSchema(Schema):
    """Where the matter is, in the datum that is named."""

    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))
    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    datum = one_of(DATUMS, load_default=WGS84)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Point:
        return Point(**data)


class MatterSchema(Schema):
    """What routing looks at, for a preview of its decision.

    ``place_id`` (of ``/suggest/places``) or ``point`` say better than ``place_code`` where it is.
    """

    kind = one_of(KINDS, required=True)
    title = Words(longest=LONGEST_TITLE, required=True)
    text = Words(required=True)
    address = Words(longest=LONGEST_LINE, is_blank_allowed=True, load_default="")
    urgency = one_of(URGENCIES, load_default="ordinary")
    category = code(allow_none=True, load_default=None)
    place_code = code(allow_none=True, load_default=None)
    place_id = fields.Integer(allow_none=True, load_default=None, strict=True, validate=validate.Range(min=1))
    point = fields.Nested(PointSchema, allow_none=True, load_default=None)
    unit_code = code(allow_none=True, load_default=None)


class OutcomeSchema(Schema):
    """How the call ends at once: answered, declined, transferred or invalid, with what each of them needs."""

    kind = one_of(tuple(PLANS), required=True)
    text = Words(is_blank_allowed=True, load_default="")
    ground = one_of((*decline_grounds(), *INVALID_GROUNDS), allow_none=True, load_default=None)
    agency = one_of(tuple(AGENCIES), allow_none=True, load_default=None)
    receipt = Words(longest=LONGEST_LINE, allow_none=True, load_default=None)
    legal_path = one_of(tuple(LEGAL_PATHS), allow_none=True, load_default=None)
    related_ticket_no = code(allow_none=True, load_default=None)
    articles = fields.List(fields.Integer(strict=True), load_default=list)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Outcome:
        return Outcome(**data | {"articles": tuple(data["articles"])})


class HandedInSchema(Schema):
    """Which emergency service handed the matter to us, and under which number of its own."""

    agency = one_of(tuple(AGENCIES), required=True)
    receipt = Words(longest=LONGEST_LINE, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> HandedIn:
        return HandedIn(**data)


class IntakeSchema(MatterSchema):
    """A new matter. ``category``, ``place_code`` and ``unit_code`` are a person's choice and win over routing.

    ``outcome`` ends it at once; ``handed_in``: an emergency service gave it to us.
    """

    channel = one_of(CHANNELS, allow_none=True, load_default=None)
    reporter = fields.Nested(ReporterSchema, allow_none=True, load_default=None)
    is_confidential = Flag(load_default=False)
    merge_into = code(allow_none=True, load_default=None)
    incident_id = fields.Integer(allow_none=True, load_default=None, strict=True, validate=validate.Range(min=1))
    outcome = fields.Nested(OutcomeSchema, allow_none=True, load_default=None)
    handed_in = fields.Nested(HandedInSchema, allow_none=True, load_default=None)


class NoteSchema(Schema):
    """No content: the verb says it all."""


class ContactSchema(Schema):
    """Why the reporter has to be contacted; logged."""

    purpose = Words(longest=LONGEST_LINE, required=True)


class CompleteSchema(Schema):
    """办结: the answer for the citizen, an internal report, and whether it explains instead of solving."""

    answer = Words(required=True)
    report = Words(allow_none=True, load_default=None)
    is_explained = Flag(load_default=False)
    without_supports = Words(allow_none=True, load_default=None)


class DisputeSchema(Schema):
    """派单异议."""

    ground = one_of(tuple(Ground), required=True)
    reason = Words(required=True)


class RulingSchema(Schema):
    """裁定: ``upheld`` and ``designated`` name the unit; ``support_codes``: who helps it, left out: whom
    the catalogue names with it; ``proposes``: for the catalogue."""

    ruling = one_of((Ruling.UPHELD, Ruling.REFUSED, Ruling.DESIGNATED), required=True)
    unit_code = code(allow_none=True, load_default=None)
    reason = Words(required=True)
    support_codes = fields.List(code(), allow_none=True, load_default=None)
    proposes = Flag(load_default=False)


class DispatchSchema(Schema):
    """人工派单, with a corrected category where it was wrong. ``support_codes`` left out: whom the catalogue names with the unit."""

    unit_code = code(required=True)
    category = code(allow_none=True, load_default=None)
    support_codes = fields.List(code(), allow_none=True, load_default=None)


class WorklistQuery(Schema):
    """A page of the worklist; ``after`` is the ``next`` of the page before."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    after = Words(longest=80, load_default=None)
