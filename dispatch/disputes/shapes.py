"""The bodies of the dispute API."""

from __future__ import annotations

from dispatch.disputes.states import ProposalState, Stance
from dispatch.kernel.http import Instant, Schema, Words, fields, validate
from dispatch.tickets.schemas import Flag, one_of
from dispatch.tickets.shapes import UnitSchema


class PageQuery(Schema):
    """How many."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class DisputeView(Schema):
    """A dispute that waits for its ruling."""

    ticket_no = fields.String()
    title = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    number = fields.Integer()
    unit = fields.Nested(UnitSchema)
    ground = fields.String()
    raised_at = Instant()
    ruling_due_at = Instant()
    consult_until = Instant(allow_none=True)


class DisputeList(Schema):
    """By ruling limit, the late first."""

    items = fields.List(fields.Nested(DisputeView))


class PositionSchema(Schema):
    """A consulted unit's position; the adjudicator's remark has no stance."""

    words = Words(required=True)
    stance = one_of(tuple(Stance), allow_none=True, load_default=None)


class PartyView(Schema):
    """A unit that takes part."""

    unit = fields.Nested(UnitSchema)
    answered_at = Instant(allow_none=True)


class MessageView(Schema):
    """One contribution; no unit: the adjudicator's."""

    number = fields.Integer()
    unit = fields.Nested(UnitSchema, allow_none=True)
    stance = fields.String(allow_none=True)
    words = fields.String(allow_none=True)
    at = Instant()


class ConsultationView(Schema):
    """The matter, screened, and the thread."""

    ticket_no = fields.String()
    version = fields.Integer()
    kind = fields.String()
    category = fields.String(allow_none=True)
    place = fields.Nested(UnitSchema, allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    ground = fields.String()
    unit = fields.Nested(UnitSchema)
    until = Instant(allow_none=True)
    ruling_due_at = Instant()
    ruling = fields.String(allow_none=True)
    parties = fields.List(fields.Nested(PartyView))
    thread = fields.List(fields.Nested(MessageView))


class ProposalQuery(PageQuery):
    """Of one state, or all."""

    state = one_of(tuple(ProposalState), load_default=None)


class ProposalView(Schema):
    """category × area × kind → unit."""

    proposal_id = fields.Integer()
    category = fields.String()
    place = fields.Nested(UnitSchema, allow_none=True)
    kind = fields.String(allow_none=True)
    unit = fields.Nested(UnitSchema)
    ticket_no = fields.String()
    state = fields.String()
    proposed_at = Instant()
    decided_at = Instant(allow_none=True)


class ProposalList(Schema):
    """Newest first."""

    items = fields.List(fields.Nested(ProposalView))


class ProposalDecisionSchema(Schema):
    """Whether the proposal is accepted."""

    is_accepted = Flag(required=True)


class SpanQuery(Schema):
    """First dispatches in [start, end)."""

    start = Instant(required=True)
    end = Instant(required=True)


class AccuracyView(Schema):
    """The counts and the share of accurate first dispatches in percent."""

    category = fields.String(allow_none=True)
    dispatched = fields.Integer()
    returned = fields.Integer()
    upheld = fields.Integer()
    designated = fields.Integer()
    silence = fields.Integer()
    reassigned = fields.Integer()
    percent = fields.String()


class AccuracyAnswer(Schema):
    """The city's, and by category."""

    city = fields.Nested(AccuracyView)
    categories = fields.List(fields.Nested(AccuracyView))
