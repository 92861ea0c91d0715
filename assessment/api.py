"""``/api/v1/rankings``: the exchange table over HTTP, cut to what the person may see."""

from __future__ import annotations

from typing import Any

from flask import Response

from assessment.methods import in_force
from assessment.queries import visible_units
from assessment.service import table
from assessment.shown import api_row, in_shown_order
from assessment.table import COLUMNS
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, Words, fields
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

LONGEST_WORD = 40

blueprint = ApiBlueprint("rankings", __name__, url_prefix="/api/v1", description="三率排名")
blueprint.before_request(limit_calls)


class RankingQuery(Schema):
    """Which ranking: a shipped scheme, ``2026-10`` or ``2026-W42``, a group, and as of when (default: now)."""

    scheme = Words(longest=LONGEST_WORD, load_default="beijing")
    period = Words(longest=LONGEST_WORD, required=True)
    group = Words(longest=LONGEST_WORD, required=True)
    as_of = Instant(load_default=None)


# Every value is the string of the exchange table; empty where the unit is not ranked. ``band``: only where the scheme shows bands,
# and then ``rank`` is empty.
RowView = Schema.from_dict({name: fields.String() for name in (*COLUMNS, "band")}, name="RankingRow")


class RankingView(Schema):
    """The table. ``is_running``: before ``settles_at`` the numbers may still change; ``pending`` tickets are not valid yet."""

    scheme = fields.String()
    period = fields.String()
    starts_at = Instant()
    ends_at = Instant()
    group = fields.String()
    as_of = Instant()
    is_running = fields.Boolean()
    settles_at = Instant()
    pending = fields.Integer()
    rows = fields.List(fields.Nested(RowView))
    unlisted = fields.List(fields.String())


@blueprint.route("/rankings")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(RankingQuery, location="query")
@blueprint.response(200, RankingView)
def show_ranking(query: dict[str, Any]) -> Response:
    """三率排名；单位人员只见本单位及下级."""
    at, zone = now(), runtime().config.time_zone
    with transaction() as session:
        method, period = in_force.for_period(session, query["scheme"], query["period"], zone)
        scheme = method.scheme
        visible = visible_units(session, current_person(), at=at)
        found = table(session, scheme, period, query["group"], query["as_of"] or at, at=at)
    body = {
        "scheme": scheme.name,
        "period": period.name,
        "starts_at": period.start.isoformat(),
        "ends_at": period.end.isoformat(),
        "group": found.group.value,
        "as_of": found.as_of.astimezone(zone).isoformat(),
        "is_running": found.is_running,
        "settles_at": found.settles_at.isoformat(),
        "pending": found.pending,
        "rows": [
            api_row(row, scheme)
            for row in in_shown_order(found.rows, scheme)
            if visible is None or row.unit.code in visible
        ],
        "unlisted": list(found.unlisted) if visible is None else [],
    }
    return answer_json(body)
