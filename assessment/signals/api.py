"""``/api/v1/rankings/signals`` and ``/api/v1/rankings/<unit>/signals``: hints for inspection, and the tickets behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from assessment import queries as ranking_queries
from assessment.api import LONGEST_WORD, RankingQuery
from assessment.methods import in_force
from assessment.rankings import UnitRow, peer_group_of
from assessment.service import require_begun
from assessment.signals import queries
from assessment.signals.judging import judged
from assessment.signals.thresholds import Signal, thresholds
from dispatch import contract
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.http import ApiBlueprint, Schema, Words, fields, validate
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

GREATEST_ID = 2**63 - 1

blueprint = ApiBlueprint("ranking_signals", __name__, url_prefix="/api/v1/rankings", description="三率排名")
blueprint.before_request(limit_calls)


class SignalQuery(RankingQuery):
    """Which signal of the unit, a page at a time."""

    signal = Words(longest=LONGEST_WORD, validate=validate.OneOf(tuple(Signal)), required=True)
    after = fields.Integer(load_default=0, validate=validate.Range(0, GREATEST_ID))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class SignalView(Schema):
    """``cases`` of ``whole`` tickets; ``is_hint``: more than chance explains, against the others of the group."""

    signal = fields.String()
    cases = fields.Integer()
    whole = fields.Integer()
    is_hint = fields.Boolean()


class SignalRowView(Schema):
    """One unit."""

    unit_code = fields.String()
    unit_name = fields.String()
    hints = fields.Integer()
    signals = fields.List(fields.Nested(SignalView))


class SignalsView(Schema):
    """The units with the most hints first."""

    rows = fields.List(fields.Nested(SignalRowView))


class SignalTickets(Schema):
    """By intake. ``next``: give it as ``after`` for the page that follows; null at the end."""

    items = fields.List(fields.String())
    next = fields.Integer(allow_none=True)


@blueprint.route("/signals")
@requires("signal.view")
@blueprint.arguments(RankingQuery, location="query")
@blueprint.response(200, SignalsView)
def show_signals(query: dict[str, Any]) -> Response:
    """核查线索：只供核查，不扣分."""
    at = now()
    with transaction() as session:
        visible = ranking_queries.visible_units(session, current_person(), at=at)
        where = _where(session, query, at)
        units = [
            UnitRow(unit.code, unit.name)
            for unit in contract.units_in_effect(session, where[2], where[1].start, where[1].end)
        ]
        found = judged(units, queries.tally(session, *where, by=thresholds()), thresholds())
    rows = [
        {
            "unit_code": line.unit.code,
            "unit_name": line.unit.name,
            "hints": line.hints,
            "signals": [
                {"signal": signal.value, "cases": cell.cases, "whole": cell.whole, "is_hint": cell.is_hint}
                for signal, cell in line.cells
            ],
        }
        for line in found
        if visible is None or line.unit.code in visible
    ]
    return answer_json({"rows": rows})


@blueprint.route("/<unit_code>/signals")
@requires("signal.view")
@blueprint.arguments(SignalQuery, location="query")
@blueprint.response(200, SignalTickets)
def show_signal_tickets(query: dict[str, Any], unit_code: str) -> Response:
    """一种线索背后的工单编号."""
    at, limit = now(), query["limit"]
    with transaction() as session:
        unit_id = _unit_id(session, query, unit_code, at)
        asked: dict[str, Any] = {
            "unit_id": unit_id,
            "signal": Signal(query["signal"]),
            "after": query["after"],
            "limit": limit + 1,
        }
        ids = queries.ticket_ids(session, *_where(session, query, at), by=thresholds(), **asked)
        numbers = contract.numbers_of(session, ids[:limit])
    items = [numbers[one] for one in ids[:limit]]
    return answer_json({"items": items, "next": ids[limit - 1] if len(ids) > limit else None})


def _unit_id(session: Session, query: dict[str, Any], code: str, at: datetime) -> int:
    visible = ranking_queries.visible_units(session, current_person(), at=at)
    if visible is not None and code not in visible:
        raise NotFound("ranking.unknown_unit", "本周期的这个组别中没有这个单位，或您无权查看。")
    _scheme, period, group, _as_of = _where(session, query, at)
    return ranking_queries.assessed_unit(session, period, group, code).unit_id


def _where(session: Session, query: dict[str, Any], at: datetime) -> tuple[Any, ...]:
    method, period = in_force.for_period(session, query["scheme"], query["period"], runtime().config.time_zone)
    scheme = method.scheme
    require_begun(period, max(at, query["as_of"] or at))
    return scheme, period, peer_group_of(query["group"], scheme), query["as_of"] or at
