"""What the API of the knowledge base takes and gives; the console's form is read by the same schemas."""

from __future__ import annotations

from datetime import date
from typing import Any

from dispatch.kernel.http import Instant, Schema, Words, fields, validate

LONGEST_TITLE = 120
LONGEST_QUESTIONS = 2_000
LONGEST_BODY = 10_000
LONGEST_BASIS = 1_000
LONGEST_CODE = 40
LONGEST_SEARCH = 200
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


class Day(fields.Date):
    """A local day, ``2026-11-22``."""

    default_error_messages = {"invalid": "须为日期，例如 2026-11-22。", "format": "无法表示为日期。"}

    def __init__(self, **kwargs: Any) -> None:
        between = validate.Range(FIRST_DAY, LAST_DAY, error="日期须在 2000 年至 2999 年之间。")
        super().__init__(format="iso", validate=between, **kwargs)


class ArticleSchema(Schema):
    """An article's words. ``unit_code`` empty: one's own unit, for the hotline's people the hotline itself.

    In force from ``valid_from`` (empty: today) to the end of ``valid_until`` (empty: until further notice).
    """

    title = Words(longest=LONGEST_TITLE, required=True)
    questions = Words(longest=LONGEST_QUESTIONS, is_blank_allowed=True, load_default="")
    body = Words(longest=LONGEST_BODY, required=True)
    legal_basis = Words(longest=LONGEST_BASIS, is_blank_allowed=True, load_default="")
    category = Words(longest=LONGEST_CODE, required=True)
    unit_code = Words(longest=LONGEST_CODE, allow_none=True, load_default=None)
    valid_from = Day(allow_none=True, load_default=None)
    valid_until = Day(allow_none=True, load_default=None)
    review_on = Day(required=True)


class RevisionSchema(ArticleSchema):
    """The next version; ``based_on`` is the latest one that the editor has read."""

    based_on = fields.Integer(required=True, strict=True)


class PublishSchema(Schema):
    """Which draft."""

    version = fields.Integer(required=True, strict=True)


class RetireSchema(Schema):
    """No content: the verb says it all."""


class SearchQuery(Schema):
    """``q``: what the caller asks; empty: what was published last. ``category``: a class (``10``) or a leaf (``1001``)."""

    q = Words(longest=LONGEST_SEARCH, is_blank_allowed=True, load_default="")
    category = Words(longest=LONGEST_CODE, load_default=None)
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 50))


class KeeperView(Schema):
    """The unit that keeps an article; none: the hotline itself."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class HitView(Schema):
    """An article in force that fits."""

    article_id = fields.Integer(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    excerpt = fields.String(required=True)
    unit_name = fields.String(required=True)
    category = fields.String(required=True)


class HitList(Schema):
    """Best first."""

    items = fields.List(fields.Nested(HitView))


class VersionView(Schema):
    """One version, as it was written."""

    version = fields.Integer()
    state = fields.String()
    title = fields.String()
    questions = fields.String()
    body = fields.String()
    legal_basis = fields.String()
    category = fields.String()
    unit = fields.Nested(KeeperView, allow_none=True)
    valid_from = fields.Date()
    valid_until = fields.Date(allow_none=True)
    review_on = fields.Date()
    written_by = fields.String()
    written_at = Instant()
    published_by = fields.String(allow_none=True)
    published_at = Instant(allow_none=True)
    superseded_at = Instant(allow_none=True)
    retired_by = fields.String(allow_none=True)
    retired_at = Instant(allow_none=True)


class ArticleShape(Schema):
    """An article; ``in_force`` is the version to answer with now."""

    article_id = fields.Integer()
    latest = fields.Integer()
    in_force = fields.Integer(allow_none=True)
    versions = fields.List(fields.Nested(VersionView))


class DueItem(Schema):
    """A version that waits: for its publication or for a second look."""

    article_id = fields.Integer()
    version = fields.Integer()
    title = fields.String()
    unit = fields.Nested(KeeperView, allow_none=True)
    review_on = fields.Date()


class DueList(Schema):
    """待复核 and 待发布 of the units one keeps."""

    to_review = fields.List(fields.Nested(DueItem))
    drafts = fields.List(fields.Nested(DueItem))
