"""``/api/v1``: the adjudication queue, consultations, proposals for the catalogue, first-dispatch accuracy."""

from __future__ import annotations

from typing import Any

from flask import Response

from dispatch.access.guard import requires
from dispatch.access.known import known_reporters
from dispatch.actions.api import CHANGED, IF_MATCH
from dispatch.directory.snapshot import reference as reference_at
from dispatch.disputes import consulting, proposing, queries, representation, shapes
from dispatch.disputes.accuracy import first_dispatch_accuracy
from dispatch.disputes.edge import ANSWERS, RULES, consultation_of
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.tickets import queries as ticket_queries
from dispatch.tickets.edge import require_match
from dispatch.tickets.screening import screened

blueprint = ApiBlueprint("disputes", __name__, url_prefix="/api/v1", description="派单异议")
blueprint.before_request(limit_calls)


@blueprint.route("/disputes")
@requires(RULES)
@blueprint.arguments(shapes.PageQuery, location="query")
@blueprint.response(200, shapes.DisputeList)
def show_queue(query: dict[str, Any]) -> Response:
    """待裁定的异议，裁定时限在前的在前."""
    with transaction() as session:
        city = reference_at(session, now())
        rows = ticket_queries.disputes_waiting(session, limit=query["limit"])
        known = known_reporters(session, [row.Ticket.ticket_id for row in rows], vault=runtime().vault)
        items = [
            representation.dispute(row.Dispute, row.Ticket, screened(row.title, known[row.Ticket.ticket_id]), city)
            for row in rows
        ]
    return answer_json({"items": items})


@blueprint.route("/tickets/<ticket_no>/consultation")
@requires(RULES, ANSWERS)
@blueprint.response(200, shapes.ConsultationView)
def show_consultation(ticket_no: str) -> Response:
    """一次会商：诉求内容和各方意见。只有裁定员和会商单位可读."""
    at, person = now(), current_person()
    with transaction() as session:
        raised, parties, _own = consultation_of(session, ticket_no, person=person, at=at)
        body = representation.consultation(
            session, raised, parties, reference=reference_at(session, at), vault=runtime().vault
        )
    return answer_json(body, version=body["version"])


@blueprint.route("/tickets/<ticket_no>/position", methods=["POST"], parameters=[IF_MATCH])
@requires(RULES, ANSWERS)
@blueprint.arguments(shapes.PositionSchema)
@blueprint.response(200, shapes.ConsultationView)
@blueprint.alt_response(412, **CHANGED)
def give_position(data: dict[str, Any], ticket_no: str) -> Response:
    """会商单位提交意见，或裁定员补充说明."""
    at, person = now(), current_person()
    with transaction() as session:
        raised, _parties, own = consultation_of(session, ticket_no, person=person, at=at)
        require_match(session, raised.ticket_id)
        city = reference_at(session, at)
        consulting.discuss(session, raised.ticket_id, unit_id=own, reference=city, actor=person.actor, at=at, **data)
        parties = queries.parties(session, raised.ticket_id, raised.number)
        body = representation.consultation(session, raised, parties, reference=city, vault=runtime().vault)
    return answer_json(body, version=body["version"])


@blueprint.route("/catalogue-proposals")
@requires(RULES, "catalogue.decide")
@blueprint.arguments(shapes.ProposalQuery, location="query")
@blueprint.response(200, shapes.ProposalList)
def show_proposals(query: dict[str, Any]) -> Response:
    """裁定提出的派单目录建议."""
    with transaction() as session:
        city = reference_at(session, now())
        rows = queries.proposals(session, state=query["state"], limit=query["limit"])
        items = [representation.proposal(one, number, city) for one, number in rows]
    return answer_json({"items": items})


@blueprint.route("/catalogue-proposals/<proposal_id>/decide", methods=["POST"])
@requires("catalogue.decide")
@blueprint.arguments(shapes.ProposalDecisionSchema)
@blueprint.response(200, shapes.ProposalView)
def decide_proposal(data: dict[str, Any], proposal_id: str) -> Response:
    """采纳或不采纳一条派单目录建议."""
    at, person = now(), current_person()
    with transaction() as session:
        one = proposing.decide(session, queries.proposal_id_of(proposal_id), actor=person.actor, at=at, **data)
        number = ticket_queries.number_of(session, one.ticket_id)
        body = representation.proposal(one, number, reference_at(session, at))
    return answer_json(body)


@blueprint.route("/dispatch-accuracy")
@requires("accuracy.view")
@blueprint.arguments(shapes.SpanQuery, location="query")
@blueprint.response(200, shapes.AccuracyAnswer)
def show_accuracy(query: dict[str, Any]) -> Response:
    """首派准确率：全市和各分类."""
    with transaction() as session:
        city, categories = first_dispatch_accuracy(session, query["start"], query["end"])
    body = {
        "city": representation.accuracy(city),
        "categories": [representation.accuracy(one) for one in categories],
    }
    return answer_json(body)
