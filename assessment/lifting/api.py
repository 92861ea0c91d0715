"""``/api/v1/rankings/<unit>/lift``: what each kind of loss costs a unit, and what is still open. Points are exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import Response

from assessment import queries
from assessment.api import RankingQuery
from assessment.lifting.queries import lift_of
from assessment.methods import in_force
from assessment.metrics import half_up
from assessment.rankings import peer_group_of
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, fields
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

DECIMALS = 2

blueprint = ApiBlueprint("ranking_lift", __name__, url_prefix="/api/v1", description="三率排名")
blueprint.before_request(limit_calls)


class PointsView(Schema):
    """``exact``: a fraction such as ``25/134``; ``shown``: half-up at two decimals."""

    exact = fields.String()
    shown = fields.String()


class LossView(Schema):
    """One kind of loss; ``needed``: how many of them the next rank is worth, null where all do not suffice.

    ``of`` with ``below_full``: the indicator or given value that is not split into tickets.
    """

    kind = fields.String()
    of = fields.String()
    items = fields.Integer()
    points = fields.Nested(PointsView)
    each = fields.Nested(PointsView)
    needed = fields.Integer(allow_none=True)


class OpenView(Schema):
    """A ticket whose answer is still open."""

    ticket_no = fields.String()
    stand = fields.String()
    due_at = Instant(allow_none=True)


class LiftView(Schema):
    """``score`` + what ``losses`` cost − bonuses = 100. ``best``, ``worst``: with every open ticket answered. Null: not ranked."""

    score = fields.Nested(PointsView, allow_none=True)
    best = fields.Nested(PointsView, allow_none=True)
    worst = fields.Nested(PointsView, allow_none=True)
    next_rank = fields.Integer(allow_none=True)
    distance = fields.Nested(PointsView, allow_none=True)
    losses = fields.List(fields.Nested(LossView))
    open = fields.List(fields.Nested(OpenView))
    is_cut = fields.Boolean()


@blueprint.route("/rankings/<unit_code>/lift")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(RankingQuery, location="query")
@blueprint.response(200, LiftView)
def show_lift(query: dict[str, Any], unit_code: str) -> Response:
    """一个单位失分在哪里、还有哪些未定、距上一名多少分."""
    at, zone = now(), runtime().config.time_zone
    with transaction() as session:
        method, period = in_force.for_period(session, query["scheme"], query["period"], zone)
        scheme, group = method.scheme, peer_group_of(query["group"], method.scheme)
        queries.require_visible(session, current_person(), unit_code, at=at)
        found = lift_of(session, scheme, period, group, query["as_of"] or at, code=unit_code, at=at)
    lift = found.lift
    losses = [
        {
            "kind": loss.kind.value,
            "of": loss.of,
            "items": loss.items,
            "points": _points(loss.points),
            "each": _points(loss.each),
            "needed": None if lift.distance is None else loss.needed(lift.distance),
        }
        for loss in lift.losses
    ]
    opened = [
        {
            "ticket_no": one.fact.ticket_no,
            "stand": one.state.stand.value,
            "due_at": one.state.due_at.astimezone(zone).isoformat() if one.state.due_at else None,
        }
        for one in found.open
    ]
    said = {name: _points(getattr(lift, name)) for name in ("score", "best", "worst", "distance")}
    return answer_json(said | {"next_rank": lift.next_rank, "losses": losses, "open": opened, "is_cut": found.is_cut})


def _points(value: Fraction | None) -> dict[str, str] | None:
    return None if value is None else {"exact": str(value), "shown": half_up(value, DECIMALS)}
