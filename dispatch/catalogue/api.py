"""``/api/v1/taxonomy`` and ``/api/v1/catalogue``: what is in force, every version, checking a file, putting one into force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from dispatch.access.guard import current_person, requires
from dispatch.catalogue import queries, services
from dispatch.catalogue.checking import faults_of
from dispatch.catalogue.documents import Document
from dispatch.catalogue.models import CatalogueVersion
from dispatch.catalogue.schemas import (
    CatalogueInForce,
    CategoryTree,
    FileSchema,
    Problems,
    PutFileSchema,
    VersionList,
    WholeVersion,
    version_cells,
)
from dispatch.directory.snapshot import reference
from dispatch.kernel.answers import answer_json
from dispatch.kernel.application import now
from dispatch.kernel.db import transaction
from dispatch.kernel.http import ApiBlueprint
from dispatch.kernel.rate import limit_calls
from dispatch.policies.queries import State

blueprint = ApiBlueprint("catalogue", __name__, url_prefix="/api/v1", description="分类与派单目录")
blueprint.before_request(limit_calls)


@blueprint.route("/taxonomy")
@requires("catalogue.view")
@blueprint.response(200, CategoryTree)
def taxonomy() -> Response:
    """生效中的分类，按文件顺序."""
    with transaction() as session:
        tree = reference(session, now()).taxonomy
    items = [
        {
            "code": one.code,
            "name": one.name,
            "parent_code": one.parent_code or None,
            "level": one.level,
            "is_leaf": one.is_leaf,
            "path": list(tree.path(one.code)),
            "keywords": [{"word": word, "weight": weight} for word, weight in one.keywords],
        }
        for one in tree.categories.values()
    ]
    return answer_json({"version": tree.version, "items": items})


@blueprint.route("/catalogue")
@requires("catalogue.view")
@blueprint.response(200, CatalogueInForce)
def catalogue() -> Response:
    """生效中的派单目录，按文件顺序."""
    with transaction() as session:
        found = reference(session, now()).catalogue
    items = [one._asdict() | {"supports": list(one.supports)} for one in found.entries]
    return answer_json({"version": found.version, "items": items})


def _described(words: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """What the description of the API says of a route; set before the route is registered."""

    def told(work: Callable[..., Response]) -> Callable[..., Response]:
        work.__doc__ = words
        return work

    return told


def _routes(document: Document) -> None:
    """The same five routes for either document."""

    @blueprint.route(f"/{document}/versions", endpoint=f"{document}_versions")
    @requires("catalogue.view")
    @blueprint.response(200, VersionList)
    @_described(f"{document.word}各版，后生效的在前.")
    def index() -> Response:
        with transaction() as session:
            rows = [version_cells(row, state) for row, state in queries.listed(session, document, now())]
        return answer_json({"items": rows})

    @blueprint.route(f"/{document}/versions", methods=["POST"], endpoint=f"{document}_put")
    @requires("catalogue.edit")
    @blueprint.arguments(PutFileSchema)
    @blueprint.response(201, WholeVersion)
    @_described(f"发布{document.word}，从指定时间起生效.")
    def put(data: dict[str, Any]) -> Response:
        at, actor = now(), current_person().actor
        with transaction() as session:
            row = services.put(
                session,
                document,
                data["text"],
                name=data["name"],
                effective_from=data["effective_from"],
                actor=actor,
                at=at,
            )
            body = _whole(row, queries.state_of(row, queries.in_force(session, document, at), at))
        return answer_json(body, status=201, headers={"Location": f"/api/v1/{document}/versions/{body['number']}"})

    @blueprint.route(f"/{document}/versions/<int:number>", endpoint=f"{document}_version")
    @requires("catalogue.view")
    @blueprint.response(200, WholeVersion)
    @_described(f"一版{document.word}，含文件全文.")
    def show(number: int) -> Response:
        at = now()
        with transaction() as session:
            row = queries.version(session, document, number)
            return answer_json(_whole(row, queries.state_of(row, queries.in_force(session, document, at), at)))

    @blueprint.route(f"/{document}/versions/<int:number>/withdraw", methods=["POST"], endpoint=f"{document}_withdraw")
    @requires("catalogue.edit")
    @blueprint.response(200, WholeVersion)
    @_described(f"撤回尚未生效的{document.word}.")
    def withdraw(number: int) -> Response:
        with transaction() as session:
            row = services.withdraw(session, document, number, actor=current_person().actor, at=now())
            return answer_json(_whole(row, State.WITHDRAWN))

    @blueprint.route(f"/{document}/check", methods=["POST"], endpoint=f"{document}_check")
    @requires("catalogue.view")
    @blueprint.arguments(FileSchema)
    @blueprint.response(200, Problems)
    @_described(f"检查{document.word}文件，逐项指出错误的行和列；不保存.")
    def check(data: dict[str, Any]) -> Response:
        with transaction() as session:
            found = faults_of(document, data["text"], reference(session, now()))
        return answer_json({"problems": [one._asdict() for one in found]})


def _whole(row: CatalogueVersion, state: State) -> dict[str, Any]:
    return version_cells(row, state) | {"text": row.body}


for one in Document:
    _routes(one)
