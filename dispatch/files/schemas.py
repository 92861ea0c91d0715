"""What the API takes and gives around files."""

from __future__ import annotations

from flask_smorest.fields import Upload

from dispatch.files.states import Purpose
from dispatch.kernel.http import Instant, Schema, Words, fields
from dispatch.tickets.schemas import one_of

LONGEST_REASON = 500


class UploadSchema(Schema):
    """One or several files, and what they are for."""

    purpose = one_of(tuple(Purpose), required=True)
    file = fields.List(Upload(), required=True)


class RemovalSchema(Schema):
    """Why a file goes."""

    reason = Words(required=True, longest=LONGEST_REASON)


class FileView(Schema):
    """One file; the digest is SHA-256 of what is kept."""

    number = fields.Integer()
    purpose = one_of(tuple(Purpose), required=True)
    name = fields.String(allow_none=True)
    media_type = fields.String()
    size = fields.Integer()
    digest = fields.String()
    has_thumbnail = fields.Boolean()
    unit = fields.Dict(allow_none=True)
    at = Instant()
    removed_at = Instant(allow_none=True)


class FileList(Schema):
    """The files of a ticket by number."""

    ticket_no = fields.String()
    files = fields.List(fields.Nested(FileView))
