"""What the ticket API gives: the shapes of its answers, for the description and for clients."""

from __future__ import annotations

from dispatch.kernel.http import Instant, Schema, fields


class UnitSchema(Schema):
    """A unit by code and name."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class DecisionSchema(Schema):
    """派单决定 with its reasons; without a unit a person decides among the candidates. ``confidence``: 0 to 100."""

    unit = fields.Nested(UnitSchema, allow_none=True)
    district = fields.Nested(UnitSchema, allow_none=True)
    candidates = fields.List(fields.Nested(UnitSchema))
    category = fields.String(allow_none=True)
    urgency = fields.String()
    limit = fields.String(allow_none=True)
    due_at = Instant(allow_none=True)
    confidence = fields.Integer()
    reasons = fields.List(fields.String())


class AcceptedSchema(DecisionSchema):
    """The number of the new ticket, and what was decided. ``version`` is the ETag."""

    ticket_no = fields.String(required=True)
    version = fields.Integer()
    state = fields.String(required=True)
    merged_into = fields.String(allow_none=True)


class ReporterView(Schema):
    """Masked."""

    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class AssignmentView(Schema):
    """A unit's part."""

    number = fields.Integer()
    round = fields.Integer()
    role = fields.String()
    state = fields.String()
    unit = fields.Nested(UnitSchema)
    limit = fields.String(allow_none=True)
    sent_at = Instant()
    acknowledge_due_at = Instant(allow_none=True)
    first_contact_due_at = Instant(allow_none=True)
    due_at = Instant(allow_none=True)
    acknowledged_at = Instant(allow_none=True)
    first_contact_at = Instant(allow_none=True)
    completed_at = Instant(allow_none=True)
    withdrawn_at = Instant(allow_none=True)


class FollowUpView(Schema):
    """The counted answer."""

    opened_at = Instant(allow_none=True)
    followed_up_at = Instant(allow_none=True)
    reached = fields.Boolean(allow_none=True)
    contacted = fields.Boolean(allow_none=True)
    solved = fields.String(allow_none=True)
    satisfaction = fields.String(allow_none=True)


class TicketHead(Schema):
    """A ticket in a list. ``version`` is the ETag."""

    ticket_no = fields.String()
    version = fields.Integer()
    title = fields.String(allow_none=True)
    kind = fields.String()
    channel = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    urgency = fields.String()
    state = fields.String()
    unit = fields.Nested(UnitSchema, allow_none=True)
    district = fields.Nested(UnitSchema, allow_none=True)
    received_at = Instant()
    dispatched_at = Instant(allow_none=True)
    due_at = Instant(allow_none=True)
    is_imported = fields.Boolean()


class VoiceView(Schema):
    """Another caller of the same matter, with answers of their own; never who that is."""

    ticket_no = fields.String()
    received_at = Instant()
    follow_up = fields.Nested(FollowUpView)


class TicketView(TicketHead):
    """The whole ticket: screened words, masked reporter."""

    limit = fields.String(allow_none=True)
    is_due_provisional = fields.Boolean()
    is_confidential = fields.Boolean()
    is_explained = fields.Boolean(allow_none=True)
    place = fields.Nested(UnitSchema, allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    reporter = fields.Nested(ReporterView, allow_none=True)
    acknowledged_at = Instant(allow_none=True)
    first_contact_at = Instant(allow_none=True)
    completed_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)
    erased_at = Instant(allow_none=True)
    returns = fields.Integer()
    redos = fields.Integer()
    reasons = fields.List(fields.String())
    follow_up = fields.Nested(FollowUpView)
    merged_into = fields.String(allow_none=True)
    incident_id = fields.Integer(allow_none=True)
    people = fields.Integer()
    voices = fields.List(fields.Nested(VoiceView))
    assignments = fields.List(fields.Nested(AssignmentView))


class StateSchema(Schema):
    """Where a verb left the ticket."""

    ticket_no = fields.String()
    version = fields.Integer()
    state = fields.String()


class ContactView(Schema):
    """Shown once, until ``until``."""

    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    until = Instant()


class EventView(Schema):
    """One event of the chain."""

    number = fields.Integer()
    type = fields.String()
    at = Instant()
    actor = fields.String()
    unit_code = fields.String(allow_none=True)
    data = fields.Dict()
    hash = fields.String()


class EventList(Schema):
    """Every event, in order."""

    ticket_no = fields.String()
    events = fields.List(fields.Nested(EventView))


class WorkItem(TicketHead):
    """A ticket on the desk: the unit's own clock."""

    assignment = fields.Nested(AssignmentView)


class Worklist(Schema):
    """A page; ``next`` is empty on the last one."""

    items = fields.List(fields.Nested(WorkItem))
    next = fields.String(allow_none=True)
