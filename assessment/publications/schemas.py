"""Shapes of publications over HTTP: what is asked and what is answered."""

from __future__ import annotations

from assessment.parts import Part
from assessment.publications.services import LONGEST_REASON
from assessment.publications.states import PublicationState
from assessment.table import COLUMNS
from dispatch.kernel.http import Instant, Schema, Words, fields, validate

GREATEST_ID = 2**63 - 1
LONGEST_WORD = 40
PAGE = 50


class PublicationHead(Schema):
    """A publication without its table. ``digest``: SHA-256 in hexadecimal, empty before it is frozen."""

    publication = fields.Integer()
    state = fields.String(validate=validate.OneOf([state.value for state in PublicationState]))
    scheme = fields.String()
    scheme_version = fields.Integer()
    period = fields.String()
    starts_at = Instant()
    ends_at = Instant()
    group = fields.String()
    cut_off = Instant()
    version = fields.Integer()
    corrects = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    prepared_at = Instant()
    frozen_at = Instant(allow_none=True)
    signed_at = Instant(allow_none=True)
    published_at = Instant(allow_none=True)
    discarded_at = Instant(allow_none=True)
    digest = fields.String(allow_none=True)


class PublicationList(Schema):
    """The newest first. ``next``: give it as ``before`` for the page that follows; null at the end."""

    items = fields.List(fields.Nested(PublicationHead))
    next = fields.Integer(allow_none=True)


PublishedRow = Schema.from_dict({name: fields.String() for name in (*COLUMNS, "band")}, name="PublishedRow")


class ChangedCell(Schema):
    """A cell that a correction changed."""

    unit_code = fields.String()
    unit_name = fields.String()
    column = fields.String()
    old = fields.String()
    new = fields.String()


class WholePublication(PublicationHead):
    """With the rows that the reader may see (``is_whole``: all of them), as strings of the exchange table; ``band`` instead of
    ``rank`` where the scheme shows bands. ``corrected_by``: the number of the version that replaced it."""

    rows = fields.List(fields.Nested(PublishedRow))
    is_whole = fields.Boolean()
    diff = fields.List(fields.Nested(ChangedCell))
    corrected_by = fields.Integer(allow_none=True)


class PublicationQuery(Schema):
    """A page of the list: those before this number."""

    before = fields.Integer(load_default=None, validate=validate.Range(1, GREATEST_ID))


class FrozenQuery(Schema):
    """Which number of which unit's row, a page at a time."""

    unit = Words(longest=200, required=True)
    part = Words(longest=LONGEST_WORD, validate=validate.OneOf(tuple(Part)), load_default=Part.RECEIVED.value)
    after = fields.Integer(load_default=0, validate=validate.Range(0, GREATEST_ID))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 200))


class FrozenFact(Schema):
    """A ticket as it was counted when the table was frozen; null where an answer was not given."""

    ticket_no = fields.String()
    kind = fields.String()
    is_voice = fields.Boolean()
    is_excluded = fields.Boolean()
    is_withdrawn = fields.Boolean()
    is_pending = fields.Boolean()
    reached = fields.Boolean()
    contacted = fields.Boolean(allow_none=True)
    solved = fields.String(allow_none=True)
    satisfaction = fields.String(allow_none=True)
    received_at = Instant()
    dispatched_at = Instant()
    due_at = Instant(allow_none=True)
    followed_up_at = Instant(allow_none=True)


class FrozenList(Schema):
    """By intake. ``next``: give it as ``after`` for the page that follows; null at the end."""

    items = fields.List(fields.Nested(FrozenFact))
    next = fields.Integer(allow_none=True)


class PreparePublication(Schema):
    """Which table; ``cut_off`` is the settle instant unless given."""

    scheme = Words(longest=LONGEST_WORD, required=True)
    period = Words(longest=LONGEST_WORD, required=True)
    group = Words(longest=LONGEST_WORD, required=True)
    cut_off = Instant(load_default=None)


class PublicationReason(Schema):
    """Why."""

    reason = Words(longest=LONGEST_REASON, required=True)


class CheckView(Schema):
    """A recomputation: ``is_sound`` null while it waits, ``finding`` the first thing that differs, in words."""

    is_sound = fields.Boolean(allow_none=True)
    finding = fields.String(allow_none=True)
    asked_at = Instant()
    finished_at = Instant(allow_none=True)
