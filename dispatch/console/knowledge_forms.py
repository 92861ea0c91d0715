"""知识库: the forms of units and the hotline that write, publish and retire articles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from dispatch.console import choices
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, flatten, plain_problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.knowledge import edge, queries, services
from dispatch.knowledge.models import Article, ArticleVersion
from dispatch.knowledge.schemas import ArticleSchema
from dispatch.tickets.assigning import LEADING_KINDS

WORDS = ("title", "questions", "body", "legal_basis", "category")
DAYS = ("valid_from", "valid_until", "review_on")

blueprint = Blueprint("console_knowledge_forms", __name__, url_prefix="/knowledge")


@blueprint.get("/new")
@requires("knowledge.edit")
def new_page() -> Any:
    """An empty form."""
    return _form({}, action="/knowledge/new")


@blueprint.post("/new")
@requires("knowledge.edit")
def create() -> Any:
    """A new article as a draft."""
    at, person = moment(), current_person()

    def act(session: Session, city: Reference) -> Article:
        content = edge.content_of(_data(city), person=person, city=city, at=at)
        within = edge.kept_by(session, person, at=at)
        return services.create(session, content, within=within, actor=person.actor, at=at)

    return _saved(act, action="/knowledge/new", at=at)


@blueprint.get("/<article_id>/edit")
@requires("knowledge.edit")
def edit_page(article_id: str) -> Any:
    """The latest version in a form."""
    at, person = moment(), current_person()
    with transaction() as session:
        city, found = reference(session, at), queries.article_id_of(article_id)
        latest = queries.latest_to_edit(session, found, within=edge.kept_by(session, person, at=at), at=at)
        form = _form_of(latest, city) | {"based_on": str(latest.version)}
    return _form(form, action=f"/knowledge/{found}/edit")


@blueprint.post("/<article_id>/edit")
@requires("knowledge.edit")
def revise(article_id: str) -> Any:
    """The next version as a draft."""
    at, person, found = moment(), current_person(), queries.article_id_of(article_id)

    def act(session: Session, city: Reference) -> Article:
        based_on = request.form.get("based_on", "")
        return services.revise(
            session,
            found,
            edge.content_of(_data(city), person=person, city=city, at=at),
            based_on=int(based_on) if based_on.isascii() and based_on.isdigit() else 0,
            within=edge.kept_by(session, person, at=at),
            actor=person.actor,
            at=at,
        )

    return _saved(act, action=f"/knowledge/{found}/edit", at=at)


@blueprint.post("/<article_id>/publish")
@requires("knowledge.publish")
def publish(article_id: str) -> Any:
    """发布."""
    asked = request.form.get("version", "")
    version = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0

    def act(session: Session, found: int, stamp: Mapping[str, Any]) -> None:
        services.publish(session, found, version, **stamp)

    return _moved(article_id, act, _("已发布，从生效日起话务员即可检索到。"))


@blueprint.post("/<article_id>/retire")
@requires("knowledge.publish")
def retire(article_id: str) -> Any:
    """停用."""

    def act(session: Session, found: int, stamp: Mapping[str, Any]) -> None:
        services.retire(session, found, **stamp)

    return _moved(article_id, act, _("已停用，不再被检索；引用过的版本仍可查看。"))


def _moved(article_id: str, act: Callable[[Session, int, Mapping[str, Any]], None], said: str) -> Any:
    """A verb without a form of its own: back to the article, with what came of it."""
    at, person, found = moment(), current_person(), queries.article_id_of(article_id)
    try:
        with transaction() as session:
            act(session, found, {"within": edge.kept_by(session, person, at=at), "actor": person.actor, "at": at})
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        flash(_(error.message), "bad")
    else:
        flash(said, "good")
    return redirect(f"/knowledge/{found}", 303)


def _saved(act: Callable[[Session, Reference], Article], *, action: str, at: datetime) -> Any:
    """The article's page after writing; the form again with what is wrong."""
    try:
        with transaction() as session:
            article = act(session, reference(session, at))
            place = f"/knowledge/{article.article_id}?version={article.version_count}"
    except ValidationError as error:
        problem = plain_problem(422, fields=dict(flatten(_own_names(error.messages_dict))))
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        problem = problem_of_domain(error)
        problem = Problem(problem.status, problem.code, problem.detail, fields=_own_names(problem.fields))
    else:
        flash(_("草稿已保存，发布后生效。"), "good")
        return redirect(place, 303)
    return _form(dict(request.form), action=action, problem=problem), problem.status


def _data(city: Reference) -> dict[str, Any]:
    """The form in the shape of the API's article, so that one validator holds for both."""
    form = request.form
    body: dict[str, Any] = {name: form.get(name, "") for name in WORDS}
    body |= {name: form.get(name) or None for name in DAYS}
    loaded: dict[str, Any] = ArticleSchema().load(
        body | {"unit_code": choices.unit_code_of(form.get("unit", ""), city)}
    )
    return loaded


def _own_names(messages: Mapping[str, Any]) -> dict[str, Any]:
    return {"unit" if name == "unit_code" else name: fault for name, fault in messages.items()}


def _form_of(version: ArticleVersion, city: Reference) -> dict[str, str]:
    unit = city.by_id.get(version.unit_id) if version.unit_id is not None else None
    until = edge.last_day(version.valid_to, city)
    return {name: str(getattr(version, name)) for name in WORDS} | {
        "unit": choices.unit_label(unit.name, unit.code) if unit else "",
        "valid_from": edge.first_day(version.valid_from, city).isoformat(),
        "valid_until": until.isoformat() if until else "",
        "review_on": edge.first_day(version.review_at, city).isoformat(),
    }


def _form(form: Mapping[str, str], *, action: str, problem: Problem | None = None) -> str:
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        return render_template(
            "knowledge/form.html",
            form=form,
            action=action,
            problem=problem,
            categories=choices.category_options(city, _("请选择")),
            units=_units(session, city, person, at=at),
            is_of_a_unit=person.unit_id is not None,
        )


def _units(session: Session, city: Reference, person: Person, *, at: datetime) -> list[str]:
    """The units that this person may name as keeper."""
    within = edge.kept_by(session, person, at=at)
    if within is None:
        return choices.unit_options(city)
    own = (city.by_id[unit_id] for unit_id in within)
    return sorted(choices.unit_label(one.name, one.code) for one in own if one.kind in LEADING_KINDS)
