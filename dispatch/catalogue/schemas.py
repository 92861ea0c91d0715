"""The shapes of the API of taxonomies and catalogues."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from dispatch.catalogue.models import CatalogueVersion
from dispatch.catalogue.services import LONGEST_NAME
from dispatch.directory.models import BEGINNING
from dispatch.kernel.application import runtime
from dispatch.kernel.http import UNWRITABLE, Instant, Schema, Words, fields, validate
from dispatch.policies.queries import State
from dispatch.routing.sheet import LONGEST


def _require_writable(text: str) -> None:
    """Raise where the database could not keep it; unlike words of a person it is kept to the byte."""
    if UNWRITABLE.search(text):
        raise ValidationError(Words.default_error_messages["unwritable"])


class Version(Schema):
    """A version on record; ``effective_from`` is empty where it has been in force from the beginning."""

    number = fields.Integer(required=True)
    version = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    effective_from = fields.String(allow_none=True)
    actor = fields.String(required=True)
    at = fields.String(required=True)
    withdrawn_at = fields.String(allow_none=True)
    withdrawn_by = fields.String(allow_none=True)


class WholeVersion(Version):
    """The same with the file itself."""

    text = fields.String(required=True)


class VersionList(Schema):
    """The last to come into force first."""

    items = fields.List(fields.Nested(Version))


class FileSchema(Schema):
    """A CSV file, byte for byte: what is put on record is what was sent."""

    text = fields.String(required=True, validate=[validate.Length(max=LONGEST), _require_writable])


class PutFileSchema(FileSchema):
    """The file, what it is called, and from when on it counts."""

    name = Words(required=True, longest=LONGEST_NAME)
    effective_from = Instant(required=True)


class FaultView(Schema):
    """What is wrong where; ``line`` 0: of no line."""

    line = fields.Integer(required=True)
    column = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class Problems(Schema):
    """Every fault; none: the file is sound."""

    problems = fields.List(fields.Nested(FaultView))


class Keyword(Schema):
    """A word of a cold start and how much it says."""

    word = fields.String(required=True)
    weight = fields.Integer(required=True)


class CategoryView(Schema):
    """A category; ``path``: the names from the top."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    parent_code = fields.String(allow_none=True)
    level = fields.Integer(required=True)
    is_leaf = fields.Boolean(required=True)
    path = fields.List(fields.String())
    keywords = fields.List(fields.Nested(Keyword))


class CategoryTree(Schema):
    """The taxonomy in force."""

    version = fields.String(required=True)
    items = fields.List(fields.Nested(CategoryView))


class EntryView(Schema):
    """An entry of the catalogue; an empty ``category``, ``area``, ``kind``, ``place`` or ``limit``: any."""

    category = fields.String(required=True)
    area = fields.String(required=True)
    kind = fields.String(required=True)
    place = fields.String(required=True)
    lead = fields.String(required=True)
    supports = fields.List(fields.String())
    limit = fields.String(required=True)
    not_to_streets = fields.Boolean(required=True)
    basis_zh = fields.String(required=True)
    line = fields.Integer(required=True)


class CatalogueInForce(Schema):
    """The catalogue in force."""

    version = fields.String(required=True)
    items = fields.List(fields.Nested(EntryView))


def version_cells(row: CatalogueVersion, state: State) -> dict[str, Any]:
    """A version as :class:`Version` says it."""
    return {
        "number": row.number,
        "version": row.version,
        "name": row.name,
        "state": state.value,
        "effective_from": None if row.effective_from == BEGINNING else _local(row.effective_from),
        "actor": row.actor,
        "at": _local(row.at),
        "withdrawn_at": _local(row.withdrawn_at) if row.withdrawn_at else None,
        "withdrawn_by": row.withdrawn_by,
    }


def _local(at: datetime) -> str:
    return at.astimezone(runtime().config.time_zone).isoformat(timespec="seconds")
