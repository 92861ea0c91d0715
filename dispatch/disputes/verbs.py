"""The adjudicator's verb beside the ruling: to consult."""

from __future__ import annotations

from typing import Any

from dispatch.actions.verb import Verb
from dispatch.disputes import consulting
from dispatch.kernel.http import Instant, Schema, Words, fields, validate
from dispatch.tickets import schemas
from dispatch.tickets.edge import Scene


class ConsultSchema(Schema):
    """会商: which units are asked what, and until when; without ``until`` the ruling limit."""

    unit_codes = fields.List(schemas.code(), required=True, validate=validate.Length(min=1))
    question = Words(required=True)
    until = Instant(allow_none=True, load_default=None)


def _consult(scene: Scene, data: dict[str, Any]) -> object:
    return consulting.consult(scene.session, scene.ticket_id, reference=scene.reference, **scene.stamp, **data)


VERBS = (Verb("consult", "ticket.rule", "发起会商", "已发起会商。", _consult, ConsultSchema, has_own_form=True),)
