"""``/api/v1/publications``: published tables as they were frozen, their tickets, and the verbs that make them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from assessment.methods import in_force
from assessment.parts import Part
from assessment.publications import checks, pages, queries, services
from assessment.publications.models import Publication, PublicationFact
from assessment.publications.pages import PublicationView
from assessment.publications.schemas import (
    PAGE,
    CheckView,
    FrozenList,
    FrozenQuery,
    PreparePublication,
    PublicationHead,
    PublicationList,
    PublicationQuery,
    PublicationReason,
    WholePublication,
)
from assessment.publications.services import Wanted
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint
from dispatch.kernel.person import current_person
from dispatch.kernel.rate import limit_calls
from dispatch.kernel.route_rules import requires

STEPS = ("prepared", "frozen", "signed", "published", "discarded")
FACTS = (
    "ticket_no",
    "kind",
    "is_voice",
    "is_excluded",
    "is_withdrawn",
    "is_pending",
    "reached",
    "contacted",
    "solved",
    "satisfaction",
    "received_at",
    "dispatched_at",
    "due_at",
    "followed_up_at",
)

blueprint = ApiBlueprint("publications", __name__, url_prefix="/api/v1/publications", description="通报")
blueprint.before_request(limit_calls)


@blueprint.route("")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(PublicationQuery, location="query")
@blueprint.response(200, PublicationList)
def list_publications(query: dict[str, Any]) -> Response:
    """通报列表，新的在前；未发布的只有编制、签发、发布的人看得到."""
    states = pages.visible_states(current_person())
    with transaction() as session:
        found = queries.listed(session, states=states, before=query["before"], limit=PAGE + 1)
    items = [_head(row) for row in found[:PAGE]]
    return answer_json({"items": items, "next": found[PAGE - 1].publication_id if len(found) > PAGE else None})


@blueprint.route("", methods=["POST"])
@requires("publication.prepare")
@blueprint.arguments(PreparePublication)
@blueprint.response(201, PublicationHead)
def prepare_publication(data: dict[str, Any]) -> Response:
    """编制通报：后台冻结，完成后待签发."""
    with transaction() as session:
        zone = runtime().config.time_zone
        method, _span = in_force.for_period(session, data["scheme"], data["period"], zone)
        wanted = Wanted(method.body, data["period"], data["group"], data["cut_off"])
        row = services.prepare(session, wanted, zone=zone, actor=current_person().actor, at=now())
        body = _head(row)
    return answer_json(body, status=201, headers={"Location": f"/api/v1/publications/{body['publication']}"})


@blueprint.route("/<int:number>")
@requires("ranking.view", "ranking.view_all")
@blueprint.response(200, WholePublication)
def show_publication(number: int) -> Response:
    """一份通报；单位人员只见本单位及下级，除非办法公开全组."""
    with transaction() as session:
        return answer_json(_whole(pages.view_of(session, current_person(), number, at=now())))


@blueprint.route("/<int:number>/tickets")
@requires("ranking.view", "ranking.view_all")
@blueprint.arguments(FrozenQuery, location="query")
@blueprint.response(200, FrozenList)
def show_frozen_tickets(query: dict[str, Any], number: int) -> Response:
    """通报中某单位一个数字背后的工单，以冻结时为准."""
    limit = query["limit"]
    with transaction() as session:
        person = current_person()
        found = pages.found_for(session, person, number)
        unit = pages.unit_for(session, person, found, query["unit"], at=now())
        part = {"part": Part(query["part"]), "after": query["after"], "limit": limit + 1}
        rows = queries.tickets(session, number, unit_id=unit.unit_id, **part)
        items = [_fact(row) for row in rows[:limit]]
    return answer_json({"items": items, "next": rows[limit - 1].ticket_id if len(rows) > limit else None})


@blueprint.route("/<int:number>/sign", methods=["POST"])
@requires("publication.sign")
@blueprint.response(200, PublicationHead)
def sign_publication(number: int) -> Response:
    """签发；编制人不能签发自己编制的."""
    return _done(services.sign, number)


@blueprint.route("/<int:number>/publish", methods=["POST"])
@requires("publication.publish")
@blueprint.response(200, PublicationHead)
def publish_publication(number: int) -> Response:
    """核验后发布；签发人不能发布自己签发的."""
    return _done(services.publish, number)


@blueprint.route("/<int:number>/discard", methods=["POST"])
@requires("publication.prepare")
@blueprint.arguments(PublicationReason)
@blueprint.response(200, PublicationHead)
def discard_publication(data: dict[str, Any], number: int) -> Response:
    """作废尚未发布的通报."""
    return _done(services.discard, number, reason=data["reason"])


@blueprint.route("/<int:number>/correct", methods=["POST"])
@requires("publication.prepare")
@blueprint.arguments(PublicationReason)
@blueprint.response(201, PublicationHead)
def correct_publication(data: dict[str, Any], number: int) -> Response:
    """对已发布的通报发起更正：新的一版，附改动对照."""
    return _done(services.correct, number, status=201, reason=data["reason"])


@blueprint.route("/<int:number>/verify", methods=["POST"])
@requires("publication.prepare", "publication.sign", "publication.publish")
@blueprint.response(200, CheckView)
def verify_publication(number: int) -> Response:
    """由冻结的事实重算并逐字节比较；工单多的在后台进行."""
    with transaction() as session:
        check = checks.ask(session, number, actor=current_person().actor, at=now())
        body = {"is_sound": check.is_sound, "finding": check.finding}
        body |= {"asked_at": _local(check.asked_at), "finished_at": _local(check.finished_at)}
    return answer_json(body)


def _done(verb: Callable[..., Publication], number: int, *, status: int = 200, **values: Any) -> Response:
    with transaction() as session:
        return answer_json(
            _head(verb(session, number, actor=current_person().actor, at=now(), **values)), status=status
        )


def _head(row: Publication) -> dict[str, Any]:
    instants = ("starts_at", "ends_at", "cut_off", *(f"{step}_at" for step in STEPS))
    return {
        "publication": row.publication_id,
        "state": row.state,
        "scheme": row.scheme_name,
        "scheme_version": row.scheme_version,
        "period": row.period,
        "group": row.peer_group,
        "version": row.version,
        "corrects": row.corrects,
        "reason": row.reason,
        "digest": row.digest.hex() if row.digest else None,
        **{name: _local(getattr(row, name)) for name in instants},
    }


def _whole(view: PublicationView) -> dict[str, Any]:
    rows = [line.cells | ({"band": line.band} if view.has_bands else {}) for line in view.lines]
    body = {"rows": rows, "is_whole": view.is_whole, "diff": list(view.diff), "corrected_by": view.corrected_by}
    return _head(view.publication) | body


def _fact(row: PublicationFact) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in FACTS}
    return {name: _local(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _local(at: datetime | None) -> str | None:
    return at.astimezone(runtime().config.time_zone).isoformat() if at else None
