"""``/api/v1/erasures``: what was asked to be erased, for whoever decides. Nothing of the ticket but its number."""

from __future__ import annotations

from flask import Response

from dispatch.access.guard import requires
from dispatch.directory.snapshot import reference as reference_at
from dispatch.erasure import queries
from dispatch.erasure.states import ErasureGround, ErasureState
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields
from dispatch.kernel.rate import limit_calls
from dispatch.tickets.representation import local
from dispatch.tickets.schemas import one_of

SHOWN = 100

blueprint = ApiBlueprint("erasures", __name__, url_prefix="/api/v1", description="删除个人信息")
blueprint.before_request(limit_calls)


class ErasureView(Schema):
    """One request."""

    ticket_no = fields.String()
    ground = one_of(tuple(ErasureGround))
    reason = fields.String(allow_none=True)
    state = one_of(tuple(ErasureState))
    asked_by = fields.String()
    asked_at = Instant()
    decided_by = fields.String(allow_none=True)
    decided_at = Instant(allow_none=True)


class ErasureList(Schema):
    """Those that wait first, then the newest."""

    items = fields.List(fields.Nested(ErasureView))


@blueprint.route("/erasures")
@requires("erasure.decide")
@blueprint.response(200, ErasureList)
def erasures() -> Response:
    """删除个人信息的申请：待审核的在前."""
    at = now()
    with transaction() as session:
        city = reference_at(session, at)
        items = [
            {
                "ticket_no": ticket_no,
                "ground": one.ground,
                "reason": reason,
                "state": one.state,
                "asked_by": one.asked_by,
                "asked_at": local(one.asked_at, city),
                "decided_by": one.decided_by,
                "decided_at": local(one.decided_at, city),
            }
            for one, ticket_no, reason in queries.erasures(session, limit=SHOWN)
        ]
    return answer_json({"items": items})
