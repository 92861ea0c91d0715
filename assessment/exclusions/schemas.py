"""What the API of cases takes and gives."""

from __future__ import annotations

from assessment.exclusions import queries
from assessment.exclusions.states import CaseState, Remedy, Sort
from dispatch.kernel.http import Instant, Schema, Words, fields, validate

GREATEST_ID = 2**63 - 1
LONGEST_WORD = 40
MOST_NUMBERS = 200  # what a body may hold at all; how many a case may point to is data

Identity = validate.Range(1, GREATEST_ID)


def known_id(case_id: int) -> int:
    """A number that the database can hold. Raises 404 ``exclusion.unknown``."""
    if case_id > GREATEST_ID:
        raise queries.unknown()
    return case_id


class PageQuery(Schema):
    """A page at a time: ``before`` is the last page's ``next``."""

    before = fields.Integer(load_default=None, validate=Identity)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class ListQuery(PageQuery):
    """Which cases; ``state`` may be given several times."""

    state = fields.List(Words(longest=LONGEST_WORD, validate=validate.OneOf(tuple(CaseState))), load_default=list)
    sort = Words(longest=LONGEST_WORD, validate=validate.OneOf(tuple(Sort)), load_default=None)
    ground = Words(longest=LONGEST_WORD, load_default=None)
    publication_id = fields.Integer(load_default=None, validate=Identity)


class ApplicationSchema(Schema):
    """An application. ``events`` and ``files``: numbers in the ticket; ``answer``: a reference among its answers on record."""

    ticket_no = Words(longest=200, required=True)
    sort = Words(longest=LONGEST_WORD, required=True, validate=validate.OneOf(tuple(Sort)))
    remedy = Words(longest=LONGEST_WORD, load_default=Remedy.EXCLUDE.value, validate=validate.OneOf(tuple(Remedy)))
    ground = Words(longest=LONGEST_WORD, required=True)
    reason = Words(required=True)
    events = fields.List(
        fields.Integer(validate=Identity), load_default=list, validate=validate.Length(max=MOST_NUMBERS)
    )
    files = fields.List(
        fields.Integer(validate=Identity), load_default=list, validate=validate.Length(max=MOST_NUMBERS)
    )
    answer = Words(longest=LONGEST_WORD, load_default=None)
    publication_id = fields.Integer(load_default=None, validate=Identity)


class WithdrawalSchema(Schema):
    """Why."""

    reason = Words(required=True)


class CaseFirstReviewSchema(WithdrawalSchema):
    """Whether it goes on to the second review."""

    is_passed = fields.Boolean(required=True)


class CaseDecisionSchema(WithdrawalSchema):
    """Whether it is granted."""

    is_granted = fields.Boolean(required=True)


class CaseLine(Schema):
    """A case in a list."""

    case_id = fields.Integer()
    sort = fields.String()
    remedy = fields.String()
    ground = fields.String()
    state = fields.String()
    ticket_no = fields.String()
    unit_code = fields.String()
    unit_name = fields.String()
    applied_at = Instant()
    decided_at = Instant(allow_none=True)
    publication_id = fields.Integer(allow_none=True)
    scheme = fields.String(allow_none=True)
    period = fields.String(allow_none=True)
    peer_group = fields.String(allow_none=True)


class StepView(Schema):
    """One move; ``reason`` null where the ticket's words were erased."""

    state = fields.String()
    actor = fields.String()
    name = fields.String()
    at = Instant()
    reason = fields.String(allow_none=True)


class EvidenceView(Schema):
    """What the case points to; ``is_unchanged``: still what it was when it was given."""

    kind = fields.String()
    number = fields.Integer()
    what = fields.String(allow_none=True)
    is_unchanged = fields.Boolean()


class AnswerView(Schema):
    """The answer that counts instead, once granted."""

    reference = fields.String()
    contacted = fields.Boolean(allow_none=True)
    solved = fields.String(allow_none=True)
    satisfaction = fields.String(allow_none=True)


class CaseView(CaseLine):
    """A whole case. ``correction_due_at``: by when the publication of a granted appeal must be corrected."""

    answer = fields.Nested(AnswerView, allow_none=True)
    steps = fields.List(fields.Nested(StepView))
    evidence = fields.List(fields.Nested(EvidenceView))
    correction_due_at = Instant(allow_none=True)


class CaseList(Schema):
    """Newest first."""

    items = fields.List(fields.Nested(CaseLine))
    next = fields.Integer(allow_none=True)


class ImportedLine(Schema):
    """A closed case of ground ``imported``."""

    ticket_no = fields.String()
    unit_code = fields.String(allow_none=True)
    ground = fields.String()


class ImportedList(Schema):
    """Newest first."""

    items = fields.List(fields.Nested(ImportedLine))
    next = fields.Integer(allow_none=True)


class GroundView(Schema):
    """A ground; without ``sorts`` nobody can apply on it."""

    code = fields.String()
    name = fields.String()
    basis = fields.String()
    sorts = fields.List(fields.String())
    remedies = fields.List(fields.String())
    evidence = fields.Integer()


class GroundList(Schema):
    """In the order of the table."""

    items = fields.List(fields.Nested(GroundView))
