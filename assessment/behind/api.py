"""``/api/v1/rankings/<unit>``: the tickets behind a number of a unit's row, and the terms of its score."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from assessment import queries
from assessment.api import RankingQuery
from assessment.console.terms import terms_of
from assessment.methods import in_force
from assessment.parts import Part
from assessment.rankings import peer_group_of
from dispatch.contract import TicketFact, VoiceAnswer
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, Instant, Schema, Words, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

GREATEST_ID = 2**63 - 1
LONGEST_WORD = 40
TOLD = ("ticket_no", "received_at", "followed_up_at", "reached", "contacted", "solved", "satisfaction")
TERM = ("name", "value", "fraction", "share", "amount", "part")
FACTS = (*TOLD, "dispatched_at", "due_at", "is_excluded", "is_withdrawn", "is_pending")

blueprint = ApiBlueprint("ranking_tickets", __name__, url_prefix="/api/v1", description="三率排名")
blueprint.before_request(limit_calls)


class BehindQuery(RankingQuery):
    """Which number of the unit's row (default: every ticket received), a page at a time."""

    part = Words(longest=LONGEST_WORD, validate=validate.OneOf(tuple(Part)), load_default=Part.RECEIVED.value)
    after = fields.Integer(load_default=0, validate=validate.Range(0, GREATEST_ID))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class CallerAnswers(Schema):
    """What one caller answered; null where they were not reached or did not say."""

    ticket_no = fields.String()
    received_at = Instant()
    followed_up_at = Instant(allow_none=True)
    reached = fields.Boolean()
    contacted = fields.Boolean(allow_none=True)
    solved = fields.String(allow_none=True)
    satisfaction = fields.String(allow_none=True)


class BehindView(CallerAnswers):
    """A ticket as counted. ``voices``: the other callers merged into it, listed and counted nowhere."""

    dispatched_at = Instant()
    due_at = Instant(allow_none=True)
    is_excluded = fields.Boolean()
    is_withdrawn = fields.Boolean()
    is_pending = fields.Boolean()
    voices = fields.List(fields.Nested(CallerAnswers))


class BehindList(Schema):
    """By intake. ``next``: give it as ``after`` for the page that follows; null at the end."""

    items = fields.List(fields.Nested(BehindView))
    next = fields.Integer(allow_none=True)


@blueprint.route("/rankings/<unit_code>/tickets")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(BehindQuery, location="query")
@blueprint.response(200, BehindList)
def show_tickets(query: dict[str, Any], unit_code: str) -> Response:
    """某单位一个数字背后的工单；并入的其他诉求人的回答另列，不计入."""
    at, zone, limit = now(), runtime().config.time_zone, query["limit"]
    page = {"part": Part(query["part"]), "after": query["after"], "limit": limit + 1}
    with transaction() as session:
        method, period = in_force.for_period(session, query["scheme"], query["period"], zone)
        scheme = method.scheme
        group, as_of = peer_group_of(query["group"], scheme), query["as_of"] or at
        queries.require_visible(session, current_person(), unit_code, at=at)
        unit = queries.assessed_unit(session, period, group, unit_code)
        found = queries.tickets_of(session, scheme, period, group, as_of, unit_id=unit.unit_id, **page)
        shown = found[:limit]
        others = queries.second_lines(session, scheme, shown, as_of)
    items = [
        _told(fact, FACTS, zone) | {"voices": [_told(one, TOLD, zone) for one in others.get(fact.ticket_id, ())]}
        for fact in shown
    ]
    return answer_json({"items": items, "next": shown[-1].ticket_id if len(found) > limit else None})


class TermView(Schema):
    """One term of a score, at the scheme's decimals: its ``value`` from ``fraction``, its ``share`` of the score, the points it
    brings, and the ``part`` of the tickets behind it; empty where there is none."""

    name = fields.String()
    value = fields.String()
    fraction = fields.String()
    share = fields.String()
    amount = fields.String()
    part = fields.String()


class ScoreView(Schema):
    """What a unit's score is made of; the last term is the score itself. Empty where the unit is not ranked."""

    terms = fields.List(fields.Nested(TermView))


@blueprint.route("/rankings/<unit_code>/score")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(RankingQuery, location="query")
@blueprint.response(200, ScoreView)
def show_score(query: dict[str, Any], unit_code: str) -> Response:
    """某单位得分的构成，每一项带分子与分母."""
    at, zone = now(), runtime().config.time_zone
    with transaction() as session:
        method, period = in_force.for_period(session, query["scheme"], query["period"], zone)
        scheme = method.scheme
        group, as_of = peer_group_of(query["group"], scheme), query["as_of"] or at
        queries.require_visible(session, current_person(), unit_code, at=at)
        queries.assessed_unit(session, period, group, unit_code)
        _counts, score = queries.standing_of(session, scheme, period, group, as_of, code=unit_code)
    found = terms_of(score, scheme) if score else ()
    return answer_json({"terms": [{name: getattr(term, name) for name in TERM} for term in found]})


def _told(of: TicketFact | VoiceAnswer, names: tuple[str, ...], zone: ZoneInfo) -> dict[str, Any]:
    values = asdict(of)
    return {name: _local(values[name], zone) for name in names}


def _local(value: Any, zone: ZoneInfo) -> Any:
    return value.astimezone(zone).isoformat() if isinstance(value, datetime) else value
