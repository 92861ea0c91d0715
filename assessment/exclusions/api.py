"""``/api/v1/exclusions``: apply, list, read, review, decide, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from assessment.exclusions import queries, representation, schemas, services
from assessment.exclusions.applying import Application
from assessment.exclusions.models import ExclusionCase
from assessment.exclusions.representation import Line, Whole
from assessment.exclusions.rules import IMPORTED, grounds
from assessment.exclusions.states import Remedy, Sort
from dispatch import contract
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

VIEWERS = ("exclusion.view", "exclusion.apply", "exclusion.review", "exclusion.decide")
PLAIN = ("case_id", "sort", "remedy", "ground", "state", "publication_id", "scheme", "period", "peer_group")

blueprint = ApiBlueprint("exclusion_cases", __name__, url_prefix="/api/v1/exclusions", description="剔除与申诉")
blueprint.before_request(limit_calls)


@blueprint.route("")
@requires(*VIEWERS)
@blueprint.arguments(schemas.ListQuery, location="query")
@blueprint.response(200, schemas.CaseList)
def list_cases(query: dict[str, Any]) -> Response:
    """剔除与申诉列表，新的在前；单位人员只见本单位及下级."""
    at, person, limit = now(), current_person(), query["limit"]
    with transaction() as session:
        of = queries.Filter(
            states=query["state"],
            sort=query["sort"],
            ground=query["ground"],
            publication_id=query["publication_id"],
            unit_ids=queries.units_seen_by(session, person, at),
        )
        found = queries.cases(session, of, before=query["before"], limit=limit + 1)
        items = [_line(line) for line in representation.lines(session, found[:limit], at)]
    return answer_json({"items": items, "next": items[-1]["case_id"] if len(found) > limit else None})


@blueprint.route("/imported")
@requires(*VIEWERS)
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.ImportedList)
def list_imported(query: dict[str, Any]) -> Response:
    """导入时已剔除的工单，按已结申请列出，新的在前."""
    at, person, limit = now(), current_person(), query["limit"]
    with transaction() as session:
        codes = contract.units_in_scope(session, person, at=at)
        found = contract.imported_exclusions(session, before=query["before"], limit=limit + 1, unit_codes=codes)
    items = [{"ticket_no": one.ticket_no, "unit_code": one.unit_code, "ground": IMPORTED} for one in found[:limit]]
    return answer_json({"items": items, "next": found[limit - 1].ticket_id if len(found) > limit else None})


@blueprint.route("/grounds")
@requires(*VIEWERS)
@blueprint.response(200, schemas.GroundList)
def list_grounds() -> Response:
    """理由类别、依据和须引用的材料数."""
    at = now()
    items = [
        {
            "code": ground.code,
            "name": ground.name,
            "basis": ground.basis,
            "sorts": sorted(ground.sorts),
            "remedies": sorted(ground.remedies),
            "evidence": ground.evidence,
        }
        for ground in grounds().values()
        if ground.holds(at)
    ]
    return answer_json({"items": items})


@blueprint.route("", methods=["POST"])
@requires("exclusion.apply")
@blueprint.arguments(schemas.ApplicationSchema)
@blueprint.response(201, schemas.CaseView)
def apply(data: dict[str, Any]) -> Response:
    """为本单位的工单提出剔除或申诉."""
    values = {name: tuple(data[name]) for name in ("events", "files")}
    asked = Application(**{**data, **values, "sort": Sort(data["sort"]), "remedy": Remedy(data["remedy"])})
    zone = runtime().config.time_zone
    with transaction() as session:
        made = services.apply(
            session, asked, person=current_person(), vault=runtime().vault, zone=zone, at=(at := now())
        )
        body = _whole(representation.whole(session, made, at))
    return answer_json(body, status=201, headers={"Location": f"/api/v1/exclusions/{body['case_id']}"})


@blueprint.route("/<int:case_id>")
@requires(*VIEWERS)
@blueprint.response(200, schemas.CaseView)
def show(case_id: int) -> Response:
    """一件申请和它的每一步."""
    at = now()
    with transaction() as session:
        found = queries.case_seen_by(session, schemas.known_id(case_id), current_person(), at)
        return answer_json(_whole(representation.whole(session, found, at)))


@blueprint.route("/<int:case_id>/first-review", methods=["POST"])
@requires("exclusion.review")
@blueprint.arguments(schemas.CaseFirstReviewSchema)
@blueprint.response(200, schemas.CaseView)
def first_review(data: dict[str, Any], case_id: int) -> Response:
    """初审."""
    return _do(services.first_review, case_id, data)


@blueprint.route("/<int:case_id>/decision", methods=["POST"])
@requires("exclusion.decide")
@blueprint.arguments(schemas.CaseDecisionSchema)
@blueprint.response(200, schemas.CaseView)
def decide(data: dict[str, Any], case_id: int) -> Response:
    """复审；同意即从此刻起生效."""
    return _do(services.decide, case_id, data)


@blueprint.route("/<int:case_id>/withdrawal", methods=["POST"])
@requires("exclusion.apply")
@blueprint.arguments(schemas.WithdrawalSchema)
@blueprint.response(200, schemas.CaseView)
def withdraw(data: dict[str, Any], case_id: int) -> Response:
    """撤回申请."""
    return _do(services.withdraw, case_id, data)


def _do(verb: Callable[..., ExclusionCase], case_id: int, data: dict[str, Any]) -> Response:
    at, person = now(), current_person()
    with transaction() as session:
        queries.case_seen_by(session, schemas.known_id(case_id), person, at)
        case = verb(session, case_id, **data, person=person, vault=runtime().vault, at=at)
        return answer_json(_whole(representation.whole(session, case, at)))


def _line(line: Line) -> dict[str, Any]:
    case = line.case
    unit = {"ticket_no": line.ticket_no, "unit_code": line.unit_code, "unit_name": line.unit_name}
    instants = {"applied_at": _local(case.applied_at), "decided_at": _local(case.decided_at)}
    return {name: getattr(case, name) for name in PLAIN} | unit | instants


def _whole(found: Whole) -> dict[str, Any]:
    case, steps = found.line.case, found.steps
    answer = {name: getattr(case, name) for name in ("contacted", "solved", "satisfaction")}
    return _line(found.line) | {
        "answer": {"reference": case.answer_reference} | answer if case.answer_reference else None,
        "steps": [
            {"state": step.state, "actor": step.actor, "name": step.name, "at": _local(step.at), "reason": step.words}
            for step in steps
        ],
        "evidence": [
            {"kind": one.kind, "number": one.number, "what": one.what, "is_unchanged": one.is_unchanged}
            for one in found.evidence
        ],
        "correction_due_at": _local(found.correction_due_at),
    }


def _local(at: datetime | None) -> str | None:
    return at.astimezone(runtime().config.time_zone).isoformat() if at else None
