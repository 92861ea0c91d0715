"""``/api/v1/models``: the models of the categories, with what they were made of and how good they are."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, fields, validate
from dispatch.kernel.rate import limit_calls
from dispatch.learning import queries
from dispatch.learning.models import CategoryDrift, CategoryModel
from dispatch.learning.suggesting import Absence, why_absent

blueprint = ApiBlueprint("models", __name__, url_prefix="/api/v1/models", description="分类模型")
blueprint.before_request(limit_calls)


class DriftMonth(Schema):
    """A local month: of ``tickets`` confirmed ones that were asked, ``differing`` got another answer from the model."""

    month = fields.String(required=True, metadata={"description": "YYYY-MM"})
    confirmed = fields.Integer(required=True)
    tickets = fields.Integer(required=True)
    differing = fields.Integer(required=True)
    confidence = fields.Float(required=True)
    unknown_share = fields.Float(required=True)


class CategoryModelView(Schema):
    """A model on record. ``metrics.unseen``: figures on rows kept back in training; empty where there were too few."""

    number = fields.Integer(required=True)
    version = fields.String(required=True)
    is_current = fields.Boolean(required=True)
    source = fields.String(required=True)
    rows = fields.Integer(required=True)
    labels = fields.Integer(required=True)
    training_digest = fields.String(required=True)
    file_digest = fields.String(required=True)
    metrics = fields.Dict(required=True)
    actor = fields.String(required=True)
    trained_at = fields.String(required=True)
    drift = fields.List(fields.Nested(DriftMonth), required=True)


class CategoryModelList(Schema):
    """The newest first. ``absent``: why keywords suggest at present; empty while the model in force answers."""

    items = fields.List(fields.Nested(CategoryModelView))
    absent = fields.String(allow_none=True, validate=validate.OneOf([why.value for why in Absence]))


@blueprint.route("")
@requires("model.view")
@blueprint.response(200, CategoryModelList)
def index() -> Response:
    """各个分类模型，新的在前."""
    with transaction() as session:
        rows = [_view(row, queries.drift(session, row.number)) for row in queries.listed(session)]
        absent = why_absent(session)
    return answer_json({"items": rows, "absent": absent.value if absent else None})


def _view(row: CategoryModel, months: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "version": row.version,
        "is_current": row.is_current,
        "source": row.source,
        "rows": row.rows,
        "labels": row.labels,
        "training_digest": row.training_digest,
        "file_digest": row.file_digest,
        "metrics": row.metrics,
        "actor": row.actor,
        "trained_at": row.trained_at.astimezone(runtime().config.time_zone).isoformat(timespec="seconds"),
        "drift": [_month(one) for one in months],
    }


def _month(one: CategoryDrift) -> dict[str, Any]:
    return {
        "month": f"{one.month:%Y-%m}",
        "confirmed": one.confirmed,
        "tickets": one.tickets,
        "differing": one.differing,
        "confidence": round(one.confidence, 4),
        "unknown_share": round(one.unknown, 4),
    }
