"""``/api/v1/rankings/…``: intervals, funnel, and rates with exclusions back in, cut to what the person may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from assessment.aids import comparing, funnels
from assessment.aids.settings import settings
from assessment.api import LONGEST_WORD, RankingQuery
from assessment.methods import in_force
from assessment.periods import Period
from assessment.queries import visible_units
from assessment.rankings import Row
from assessment.schemes.model import Indicator, Scheme
from assessment.service import Table, table
from assessment.table import cells
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

SHOWN = ("rank", "received", "valid", "response_rate", "resolution_rate", "satisfaction_rate", "score")
PLACES = 4  # of shares 0 to 1

blueprint = ApiBlueprint("ranking_aids", __name__, url_prefix="/api/v1/rankings", description="三率排名")
blueprint.before_request(limit_calls)


class FunnelQuery(RankingQuery):
    """Which of the three rates."""

    indicator = Words(
        longest=LONGEST_WORD, validate=validate.OneOf(comparing.RATES), load_default=Indicator.RESOLUTION.value
    )


# Strings of the exchange table; empty where the unit is not ranked.
SideView = Schema.from_dict({name: fields.String() for name in SHOWN}, name="ComparedSide")


class ComparedView(Schema):
    """One unit with its excluded tickets back in, and officially."""

    unit_code = fields.String()
    unit_name = fields.String()
    excluded = fields.Integer()
    before = fields.Nested(SideView)
    after = fields.Nested(SideView)


class ComparisonView(Schema):
    """In the order of the official table."""

    rows = fields.List(fields.Nested(ComparedView))


class IntervalView(Schema):
    """The best and the worst rank that chance explains."""

    unit_code = fields.String()
    rank = fields.Integer()
    best = fields.Integer()
    worst = fields.Integer()


class IntervalsView(Schema):
    """``seed``: what the resampling was seeded with; the same numbers have the same intervals."""

    seed = fields.String()
    confidence = fields.Float()
    resamples = fields.Integer()
    rows = fields.List(fields.Nested(IntervalView))


class FunnelPoint(Schema):
    """A unit's rate as a share with its Wilson interval; ``outside``: the highest level whose limits it leaves."""

    unit_code = fields.String()
    answers = fields.Integer()
    share = fields.Float()
    low = fields.Float()
    high = fields.Float()
    outside = fields.Float(allow_none=True)


class FunnelView(Schema):
    """Shares 0 to 1; ``pooled`` is the group's own rate."""

    indicator = fields.String()
    pooled = fields.Float()
    rows = fields.List(fields.Nested(FunnelPoint))


@blueprint.route("/before-and-after")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(RankingQuery, location="query")
@blueprint.response(200, ComparisonView)
def show_comparison(query: dict[str, Any]) -> Response:
    """剔除前后的三率、得分和名次."""
    at = now()
    with transaction() as session:
        visible = visible_units(session, current_person(), at=at)
        found = comparing.before_and_after(session, *_asked(session, query, at), at=at)
    rows = [
        {
            "unit_code": one.unit.code,
            "unit_name": one.unit.name,
            "excluded": one.excluded,
            "before": _side(one.before),
            "after": _side(one.after),
        }
        for one in found.units
        if visible is None or one.unit.code in visible
    ]
    return answer_json({"rows": rows})


@blueprint.route("/intervals")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(RankingQuery, location="query")
@blueprint.response(200, IntervalsView)
def show_intervals(query: dict[str, Any]) -> Response:
    """名次的可能区间：辅助参考，不代替名次."""
    from assessment.aids import sampling

    at = now()
    with transaction() as session:
        visible = visible_units(session, current_person(), at=at)
        found = _table(session, query, at)
        intervals = sampling.intervals_of(session, found)
    rows = [
        {"unit_code": row.unit.code, "rank": row.rank, "best": interval.best, "worst": interval.worst}
        for row in found.rows
        if (interval := intervals.get(row.unit.code)) and (visible is None or row.unit.code in visible)
    ]
    said = {"confidence": settings().confidence, "resamples": settings().resamples}
    return answer_json({"seed": sampling.digest_of(found), "rows": rows} | said)


@blueprint.route("/funnel")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(FunnelQuery, location="query")
@blueprint.response(200, FunnelView)
def show_funnel(query: dict[str, Any]) -> Response:
    """一项率的漏斗图：哪些单位偏离全组，超出偶然."""
    at = now()
    with transaction() as session:
        visible = visible_units(session, current_person(), at=at)
        found = funnels.funnel_of(_table(session, query, at), Indicator(query["indicator"]), visible)
    rows = [
        {
            "unit_code": point.unit.code,
            "answers": point.rate.denominator,
            "share": round(float(point.rate.value), PLACES),
            "low": round(point.low, PLACES),
            "high": round(point.high, PLACES),
            "outside": point.outside,
        }
        for point in found.points
    ]
    return answer_json({"indicator": found.indicator, "pooled": round(float(found.pooled.value), PLACES), "rows": rows})


def _asked(session: Session, query: dict[str, Any], at: datetime) -> tuple[Scheme, Period, str, datetime]:
    method, period = in_force.for_period(session, query["scheme"], query["period"], runtime().config.time_zone)
    return method.scheme, period, query["group"], query["as_of"] or at


def _table(session: Session, query: dict[str, Any], at: datetime) -> Table:
    return table(session, *_asked(session, query, at), at=at)


def _side(row: Row) -> dict[str, str]:
    said = cells(row)
    return {name: said[name] for name in SHOWN}
