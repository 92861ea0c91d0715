"""``/api/v1/rankings/hotline``: how well the hotline itself dispatched, for whoever sees the whole city."""

from __future__ import annotations

from typing import Any

from flask import Response

from assessment.api import LONGEST_WORD
from assessment.boards.settings import settings
from assessment.hotline import queries
from assessment.hotline.rows import percents
from assessment.methods import in_force
from assessment.service import require_begun
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, Words, fields, validate
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

blueprint = ApiBlueprint("ranking_hotline", __name__, url_prefix="/api/v1/rankings", description="三率排名")
blueprint.before_request(limit_calls)


class HotlineAccuracyQuery(Schema):
    """The last ``periods`` periods up to ``period``, as of when (default: now). There is no group: nobody is compared."""

    scheme = Words(longest=LONGEST_WORD, load_default="beijing")
    period = Words(longest=LONGEST_WORD, required=True)
    periods = fields.Integer(load_default=settings().periods, validate=validate.Range(1, settings().most_periods))
    as_of = Instant(load_default=None)


class HotlineAccuracyRow(Schema):
    """One period: of ``dispatched`` tickets ``returned`` came back by an upheld dispute, of these ``waiting`` are nobody's. ``rate``,
    ``low`` and ``high`` (Wilson 95 %) in percent, empty where nothing was dispatched."""

    period = fields.String()
    dispatched = fields.Integer()
    returned = fields.Integer()
    waiting = fields.Integer()
    excluded = fields.Integer()
    rate = fields.String()
    low = fields.String()
    high = fields.String()


class HotlineAccuracyView(Schema):
    """Oldest first."""

    rows = fields.List(fields.Nested(HotlineAccuracyRow))


@blueprint.route("/hotline")
@requires("ranking.view_all")
@blueprint.arguments(HotlineAccuracyQuery, location="query")
@blueprint.response(200, HotlineAccuracyView)
def show_accuracy(query: dict[str, Any]) -> Response:
    """热线在最近各周期的首派准确率."""
    at, zone = now(), runtime().config.time_zone
    as_of = query["as_of"] or at
    with transaction() as session:
        method, period = in_force.for_period(session, query["scheme"], query["period"], zone)
        require_begun(period, max(at, as_of))
        found = queries.last(session, method.scheme, period, as_of, count=query["periods"])
    rows = []
    for one in reversed(found):
        rate, low, high = percents(one)
        names = ("dispatched", "returned", "waiting", "excluded")
        counts = {name: getattr(one, name) for name in names}
        rows.append({"period": one.period.name, **counts, "rate": rate, "low": low, "high": high})
    return answer_json({"rows": rows})
