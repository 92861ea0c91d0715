"""知识库: search, one article with its versions, what waits to be reviewed, and the fragment beside the operator's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from dispatch.console import choices
from dispatch.console.keyset import read_number
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.db import transaction
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.knowledge import edge, queries
from dispatch.knowledge.models import ArticleVersion
from dispatch.knowledge.queries import Hit

SHOWN = 20
SHOWN_BESIDE = 5
SHOWN_WAITING = 100
LONGEST_SEARCH = 200
CITED = "outcome_cited"  # the box in the panel, which belongs to the operator's form

blueprint = Blueprint("console_knowledge", __name__, url_prefix="/knowledge")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that waits for its unit: the last local day of grace is over, or nobody has vouched for it yet."""

    version: ArticleVersion
    unit_name: str | None
    review_on: Any


@blueprint.get("")
@requires("knowledge.view")
def search_page() -> Any:
    """What fits the words, or what was published last; htmx takes the list alone while somebody types."""
    words, category = request.args.get("q", "").strip()[:LONGEST_SEARCH], request.args.get("category", "")
    at = moment()
    with transaction() as session:
        hits = _found(session, words, category or None, at=at)
        if request.headers.get("HX-Request") == "true":
            return render_template("knowledge/hits.html", hits=hits, typed=words)
        categories = choices.category_options(reference(session, at), "")[1:]
        return render_template(
            "knowledge/search.html", hits=hits, typed=words, category=category, categories=categories
        )


@blueprint.get("/beside")
@requires("knowledge.view")
def beside() -> Any:
    """A few articles with what to say, for the panel beside a form; nothing for no words."""
    words, at = request.args.get("q", "").strip()[:LONGEST_SEARCH], moment()
    with transaction() as session:
        hits = queries.search(session, words, at=at, limit=SHOWN_BESIDE)
        cited = cited_of(session, request.args.getlist(CITED), at=at)
        return render_template("knowledge/beside.html", hits=hits, typed=words, cited=cited)


def cited_of(session: Session, typed: Sequence[str], *, at: datetime) -> list[tuple[int, str]]:
    """(article, title) of the articles ticked to be cited, so that they stay ticked beside what another search finds."""
    numbers = [number for one in typed if (number := read_number(one)) is not None]
    return queries.titles_in_force(session, numbers, at=at)


@blueprint.get("/review")
@requires("knowledge.edit")
def review_page() -> Any:
    """待复核 and 待发布 of the units this person keeps."""
    at, person = moment(), current_person()
    with transaction() as session:
        within, city = edge.kept_by(session, person, at=at), reference(session, at)
        due = queries.to_review(session, within, at=at, limit=SHOWN_WAITING)
        drafts = queries.drafts(session, within, limit=SHOWN_WAITING)
        names = actor_names(session, {one.written_by for one in drafts})
        return render_template(
            "knowledge/review.html",
            due=[_waiting(one, city) for one in due],
            drafts=[_waiting(one, city) for one in drafts],
            names=names,
        )


@blueprint.get("/<article_id>")
@requires("knowledge.view")
def article_page(article_id: str) -> Any:
    """An article: the version asked for (``version``), else the one in force, else the latest that this person may see."""
    at, person = moment(), current_person()
    with transaction() as session:
        return _article(session, article_id, request.args.get("version"), person=person, at=at)


def _article(session: Session, article_id: str, asked: str | None, *, person: Person, at: datetime) -> str:
    found, city = queries.article_id_of(article_id), reference(session, at)
    within = edge.kept_by(session, person, at=at)
    view = queries.article_view(session, found, at=at, within=within)
    shown = next((one for one in view.versions if str(one.version) == asked), None)
    if shown is None and asked is not None:
        raise queries.unknown_article()
    shown = shown or view.in_force or view.versions[0]
    actors = {actor for one in view.versions for actor in (one.written_by, one.published_by) if actor}
    return render_template(
        "knowledge/article.html",
        view=view,
        shown=shown,
        is_kept=within is None or view.article.unit_id in within,
        unit=city.by_id.get(shown.unit_id) if shown.unit_id is not None else None,
        valid_from=edge.first_day(shown.valid_from, city),
        valid_until=edge.last_day(shown.valid_to, city),
        review_on=edge.first_day(shown.review_at, city),
        cited=queries.cited_counts(session, [found])[found],
        names=actor_names(session, actors),
    )


def _found(session: Session, words: str, category: str | None, *, at: datetime) -> list[Hit]:
    if words:
        return queries.search(session, words, at=at, limit=SHOWN, category=category)
    return queries.newest(session, at=at, limit=SHOWN, category=category)


def _waiting(version: ArticleVersion, city: Reference) -> Waiting:
    unit = city.by_id.get(version.unit_id) if version.unit_id is not None else None
    return Waiting(version, unit.name if unit else None, edge.first_day(version.review_at, city))
