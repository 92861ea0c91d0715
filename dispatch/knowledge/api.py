"""``/api/v1/knowledge``: search, read, write, publish and retire articles."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from dispatch.access.guard import current_person, requires
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint, ProblemSchema
from dispatch.kernel.rate import limit_calls
from dispatch.knowledge import edge, queries, schemas, services
from dispatch.knowledge.models import ArticleVersion

MOST_DUE = 100
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "读取时得到的 ETag；此后有变化则答 412，不做任何改动。",
    "schema": {"type": "string"},
}
CHANGED: dict[str, Any] = {
    "description": "已被他人更新",
    "schema": ProblemSchema,
    "content_type": "application/problem+json",
}
INSTANTS = ("written_at", "published_at", "superseded_at", "retired_at")
PLAIN = ("version", "state", "title", "questions", "body", "legal_basis", "category")
ACTORS = ("written_by", "published_by", "retired_by")

blueprint = ApiBlueprint("knowledge", __name__, url_prefix="/api/v1/knowledge", description="知识库")
blueprint.before_request(limit_calls)


@blueprint.route("")
@requires("knowledge.view")
@blueprint.arguments(schemas.SearchQuery, location="query")
@blueprint.response(200, schemas.HitList)
def search(query: dict[str, Any]) -> Response:
    """检索在用知识；不给关键词时按发布时间列出."""
    at, narrowed = now(), {"limit": query["limit"], "category": query["category"]}
    with transaction() as session:
        words = query["q"]
        hits = (
            queries.search(session, words, at=at, **narrowed) if words else queries.newest(session, at=at, **narrowed)
        )
    names = tuple(schemas.HitView().fields)
    return answer_json({"items": [{name: getattr(hit, name) for name in names} for hit in hits]})


@blueprint.route("", methods=["POST"])
@requires("knowledge.edit")
@blueprint.arguments(schemas.ArticleSchema)
@blueprint.response(201, schemas.ArticleShape)
def create(data: dict[str, Any]) -> Response:
    """新建知识草稿."""
    at, person = now(), current_person()
    with transaction() as session:
        city = reference(session, at)
        content = edge.content_of(data, person=person, city=city, at=at)
        within = edge.kept_by(session, person, at=at)
        article = services.create(session, content, within=within, actor=person.actor, at=at)
        headers = {"Location": f"/api/v1/knowledge/{article.article_id}"}
        return _answer(session, article.article_id, city, status=201, headers=headers)


@blueprint.route("/due")
@requires("knowledge.edit")
@blueprint.response(200, schemas.DueList)
def due() -> Response:
    """本单位待复核和待发布的知识."""
    at, person = now(), current_person()
    with transaction() as session:
        city, within = reference(session, at), edge.kept_by(session, person, at=at)
        body = {
            "to_review": [_due(one, city) for one in queries.to_review(session, within, at=at, limit=MOST_DUE)],
            "drafts": [_due(one, city) for one in queries.drafts(session, within, limit=MOST_DUE)],
        }
    return answer_json(body)


@blueprint.route("/<article_id>")
@requires("knowledge.view")
@blueprint.response(200, schemas.ArticleShape)
def show(article_id: str) -> Response:
    """一篇知识和它的各个版本."""
    with transaction() as session:
        return _answer(session, queries.article_id_of(article_id), reference(session, now()))


@blueprint.route("/<article_id>/versions", methods=["POST"], parameters=[IF_MATCH])
@requires("knowledge.edit")
@blueprint.arguments(schemas.RevisionSchema)
@blueprint.response(201, schemas.ArticleShape)
@blueprint.alt_response(412, **CHANGED)
def revise(data: dict[str, Any], article_id: str) -> Response:
    """修改知识：写成新的草稿版本，在用版本不变."""
    at, person = now(), current_person()
    with transaction() as session:
        city, found = reference(session, at), queries.article_id_of(article_id)
        within = edge.kept_by(session, person, at=at)
        edge.require_match(session, found, within=within, at=at)
        services.revise(
            session,
            found,
            edge.content_of(data, person=person, city=city, at=at),
            based_on=data["based_on"],
            within=within,
            actor=person.actor,
            at=at,
        )
        return _answer(session, found, city, status=201)


@blueprint.route("/<article_id>/publish", methods=["POST"], parameters=[IF_MATCH])
@requires("knowledge.publish")
@blueprint.arguments(schemas.PublishSchema)
@blueprint.response(200, schemas.ArticleShape)
@blueprint.alt_response(412, **CHANGED)
def publish(data: dict[str, Any], article_id: str) -> Response:
    """发布草稿."""
    at, person = now(), current_person()
    with transaction() as session:
        found = queries.article_id_of(article_id)
        within = edge.kept_by(session, person, at=at)
        edge.require_match(session, found, within=within, at=at)
        services.publish(session, found, data["version"], within=within, actor=person.actor, at=at)
        return _answer(session, found, reference(session, at))


@blueprint.route("/<article_id>/retire", methods=["POST"], parameters=[IF_MATCH])
@requires("knowledge.publish")
@blueprint.arguments(schemas.RetireSchema, required=False)
@blueprint.response(200, schemas.ArticleShape)
@blueprint.alt_response(412, **CHANGED)
def retire(_data: dict[str, Any], article_id: str) -> Response:
    """停用知识；已引用的版本仍可查看."""
    at, person = now(), current_person()
    with transaction() as session:
        found = queries.article_id_of(article_id)
        within = edge.kept_by(session, person, at=at)
        edge.require_match(session, found, within=within, at=at)
        services.retire(session, found, within=within, actor=person.actor, at=at)
        return _answer(session, found, reference(session, at))


def _answer(
    session: Session, article_id: int, city: Reference, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """The article as this person may see it. What is in force changes with time alone, so the ETag serves If-Match only."""
    at = now()
    view = queries.article_view(session, article_id, at=at, within=edge.kept_by(session, current_person(), at=at))
    body = {
        "article_id": article_id,
        "latest": view.article.version_count,
        "in_force": view.in_force.version if view.in_force else None,
        "versions": [_version(one, city) for one in view.versions],
    }
    tag = {"ETag": f'"{view.article.change_count}"'}
    return answer_json(body, status=status, headers=tag | (headers or {}))


def _version(one: ArticleVersion, city: Reference) -> dict[str, Any]:
    instants = {name: getattr(one, name) for name in INSTANTS}
    return {
        **{name: getattr(one, name) for name in (*PLAIN, *ACTORS)},
        **{name: at and at.astimezone(city.calendar.zone).isoformat() for name, at in instants.items()},
        "unit": _unit(one.unit_id, city),
        "valid_from": edge.first_day(one.valid_from, city).isoformat(),
        "valid_until": day.isoformat() if (day := edge.last_day(one.valid_to, city)) else None,
        "review_on": edge.first_day(one.review_at, city).isoformat(),
    }


def _due(one: ArticleVersion, city: Reference) -> dict[str, Any]:
    return {
        "article_id": one.article_id,
        "version": one.version,
        "title": one.title,
        "unit": _unit(one.unit_id, city),
        "review_on": edge.first_day(one.review_at, city).isoformat(),
    }


def _unit(unit_id: int | None, city: Reference) -> dict[str, str] | None:
    unit = city.by_id.get(unit_id) if unit_id is not None else None
    return {"code": unit.code, "name": unit.name} if unit else None
