"""``/api/v1/rankings/trend``, ``…/categories`` and ``…/side-by-side``: the boards' numbers, cut to what the person may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from assessment.api import LONGEST_WORD, RankingQuery
from assessment.boards import asking, categories, side_by_side, trends
from assessment.boards.asking import Asked
from assessment.boards.categories import HeatCell, Measure
from assessment.boards.settings import settings
from assessment.boards.trends import DECIMALS, Side
from assessment.methods import in_force
from assessment.metrics import half_up
from assessment.rankings import peer_group_of
from assessment.service import table
from assessment.table import cells
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

blueprint = ApiBlueprint("ranking_boards", __name__, url_prefix="/api/v1/rankings", description="三率排名")
blueprint.before_request(limit_calls)
RATE_NAMES = tuple(f"{one.value}_rate" for one in trends.RATES)


class TrendQuery(RankingQuery):
    """The last ``periods`` periods up to ``period``; ``unit``: code of the one to show beside its group."""

    unit = Words(longest=LONGEST_WORD, load_default="")
    periods = fields.Integer(load_default=settings().periods, validate=validate.Range(2, settings().most_periods))


class HeatQuery(RankingQuery):
    """What the cells hold; ``district``: only the units of this one."""

    measure = Words(longest=LONGEST_WORD, validate=validate.OneOf(tuple(Measure)), load_default=Measure.RECEIVED.value)
    district = Words(longest=LONGEST_WORD, load_default="")


class TwoSchemesQuery(RankingQuery):
    """``against``: the other scheme; ``district``: only the units of this one."""

    against = Words(longest=LONGEST_WORD, required=True)
    district = Words(longest=LONGEST_WORD, load_default="")


# Strings of the exchange table; empty where there is no valid answer. ``place``: rank or band of a unit.
SideView = Schema.from_dict(
    {"received": fields.Integer(), "valid": fields.Integer()}
    | {name: fields.String() for name in (*RATE_NAMES, "score", "place")},
    name="TrendSide",
)


class MomentView(Schema):
    """One period. ``unit`` is null where none is asked for or it was not in effect."""

    period = fields.String()
    is_running = fields.Boolean()
    published = fields.Integer(allow_none=True)
    ranked = fields.Integer()
    group = fields.Nested(SideView)
    unit = fields.Nested(SideView, allow_none=True)


class TrendView(Schema):
    """Oldest first."""

    rows = fields.List(fields.Nested(MomentView))


class HeatCellView(Schema):
    """``sample``: tickets received, or answers behind the ``rate`` (percent, empty for none); ``tone``: how it stands to the group."""

    sample = fields.Integer()
    rate = fields.String()
    tone = fields.String()


class HeatRowView(Schema):
    """``cells`` in the order of ``categories``; the row without code is the whole group pooled."""

    unit_code = fields.String()
    unit_name = fields.String()
    whole = fields.Nested(HeatCellView)
    cells = fields.List(fields.Nested(HeatCellView))


class HeatView(Schema):
    """``categories``: topmost ones, the empty word for none."""

    measure = fields.String()
    categories = fields.List(fields.String())
    rows = fields.List(fields.Nested(HeatRowView))


class TwoRowsView(Schema):
    """``left``: under ``scheme``, ``right``: under ``against``; ``places`` and ``points``: what the right one gains, null where it is
    not ranked in both. Ranks are empty where one of the schemes shows bands."""

    unit_code = fields.String()
    unit_name = fields.String()
    left = fields.Dict(keys=fields.String(), values=fields.String())
    right = fields.Dict(keys=fields.String(), values=fields.String())
    places = fields.Integer(allow_none=True)
    points = fields.String(allow_none=True)


class TwoSchemesView(Schema):
    """In the order of ``scheme``."""

    rows = fields.List(fields.Nested(TwoRowsView))


@blueprint.route("/trend")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(TrendQuery, location="query")
@blueprint.response(200, TrendView)
def show_trend(query: dict[str, Any]) -> Response:
    """一个单位和全组在最近各周期的三率与得分."""
    with transaction() as session:
        of = _asked(session, query, now())
        shown = {unit.code for unit in asking.units_of(session, of)[1]}
        code = query["unit"] if query["unit"] in shown else ""
        moments = trends.trend(session, *of.where, code=code, periods=query["periods"])
    rows = [
        {
            "period": one.period.name,
            "is_running": one.is_running,
            "published": one.published,
            "ranked": one.ranked,
            "group": _side(one.group),
            "unit": None if one.unit is None else _side(one.unit),
        }
        for one in moments
    ]
    return answer_json({"rows": rows})


@blueprint.route("/categories")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(HeatQuery, location="query")
@blueprint.response(200, HeatView)
def show_categories(query: dict[str, Any]) -> Response:
    """各单位按诉求分类的件数或率."""
    with transaction() as session:
        of = _asked(session, query, now())
        units, shown = asking.units_of(session, of)
        counted = categories.counted(session, *of.where)
    scheme, least = of.question.scheme, settings().least_answers
    found = categories.heat_map(counted, units, shown, scheme, Measure(query["measure"]), least)
    rows = [
        {
            "unit_code": line.unit.code,
            "unit_name": line.unit.name,
            "whole": _cell(line.whole),
            "cells": [_cell(cell) for cell in line.cells],
        }
        for line in (*found.lines, found.pooled)
    ]
    return answer_json({"measure": found.measure, "categories": list(found.categories), "rows": rows})


@blueprint.route("/side-by-side")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(TwoSchemesQuery, location="query")
@blueprint.response(200, TwoSchemesView)
def show_two_schemes(query: dict[str, Any]) -> Response:
    """两种考核办法在同一周期的名次与得分."""
    at = now()
    with transaction() as session:
        of = _asked(session, query, at)
        zone = runtime().config.time_zone
        method, period = in_force.for_period(session, query["against"], query["period"], zone)
        other = method.scheme
        left = table(session, *of.where, at=at)
        right = table(session, other, period, peer_group_of(query["group"], other), of.question.as_of, at=at)
    found = side_by_side.side_by_side(left, right)
    hidden = {} if found.has_ranks else {"rank": ""}
    rows = [
        {
            "unit_code": line.unit.code,
            "unit_name": line.unit.name,
            "left": cells(line.left) | hidden,
            "right": (cells(line.right) | hidden) if line.right else {},
            "places": line.places if found.has_ranks else None,
            "points": None if line.points is None else half_up(line.points, DECIMALS),
        }
        for line in found.lines
        if of.shows(line.unit.code)
    ]
    return answer_json({"rows": rows})


def _asked(session: Session, query: dict[str, Any], at: datetime) -> Asked:
    words = {name: str(query[name]) for name in ("scheme", "period", "group", "district") if query.get(name)}
    found = asking.asked(session, words, current_person(), zone=runtime().config.time_zone, at=at)
    return replace(found, question=replace(found.question, as_of=query["as_of"] or at))


def _side(side: Side) -> dict[str, Any]:
    counts = {"received": side.counts.received, "valid": side.counts.valid}
    return counts | dict(zip(RATE_NAMES, side.percents, strict=True)) | {"score": side.score, "place": side.place}


def _cell(cell: HeatCell) -> dict[str, Any]:
    return {"sample": cell.sample, "rate": cell.rate.percent(DECIMALS) if cell.rate else "", "tone": cell.tone.value}
