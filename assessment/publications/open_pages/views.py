"""公开排名: published tables for everybody, without a log-in; where the city does not want them there is no such page."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Flask, make_response, render_template, request
from sqlalchemy.orm import Session

from assessment.console import words as names
from assessment.publications import pages, queries, words
from assessment.publications.models import Publication
from assessment.publications.states import PublicationState
from assessment.schemes.model import Group
from dispatch.kernel.application import runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.person import current_person_or_none
from dispatch.kernel.route_rules import public
from dispatch.kernel.slots import Door, add_door

LISTED: Final = 200
PERIODS_OFFERED: Final = 12
KEPT_SECONDS: Final = 300

blueprint = Blueprint("open_rankings", __name__, url_prefix="/rankings")


def is_open() -> bool:
    """Whether the city shows its published rankings to everybody (``HOTLINE_PUBLIC_RANKINGS``)."""
    return runtime().config.shows_rankings


DOOR = Door("考核排名", "各街道乡镇、各区、各部门办得怎样，按期公布", "/rankings", "bar-chart-line", is_open)


def install(app: Flask) -> None:
    """Register the page and its door; templates and words are those of the publications."""
    app.register_blueprint(blueprint)
    add_door(app, DOOR)


@blueprint.get("")
@public("the city publishes these tables to everybody; while it does not want to, there is no such page")
def rankings_page() -> Any:
    """The newest published table, or the one asked for: of a group and a period, or an older version by its number."""
    if not is_open():
        raise NotFound("ranking.not_open", "本市没有公开考核排名。")
    with transaction() as session:
        standing = _standing(session)
        chosen = _chosen(session, standing)
        view = pages.open_view_of(session, chosen.publication_id) if chosen else None
        choice = _choice(standing, chosen) if chosen else {}
        body = render_template("publications/open.html", view=view, names=names, own_words=words, **choice)
    return _kept(body)


def _standing(session: Session) -> list[Publication]:
    """The published tables that no correction has replaced: the latest period first."""
    found = queries.listed(session, states=(PublicationState.PUBLISHED,), limit=LISTED)
    later = queries.corrected_by(session, [row.publication_id for row in found])
    rows = [row for row in found if row.publication_id not in later]
    return sorted(rows, key=lambda row: (row.ends_at, row.publication_id), reverse=True)


def _chosen(session: Session, standing: list[Publication]) -> Publication | None:
    """By number also one that was corrected since; without one, the latest table of townships before the others."""
    number = request.args.get("number", "")
    if number:
        is_number = number.isascii() and number.isdigit() and len(number) < 18
        found = queries.publication(session, int(number) if is_number else 0)
        if found.state != PublicationState.PUBLISHED:
            raise NotFound("publication.unknown", queries.MISSING)
        return found
    order = {group: place for place, group in enumerate(names.GROUP_WORDS)}
    latest = [row for row in standing if row.ends_at == standing[0].ends_at]
    return min(latest, key=lambda row: (order[Group(row.peer_group)], row.publication_id), default=None)


def _choice(standing: list[Publication], chosen: Publication) -> dict[str, Any]:
    """Where one may go from here: other groups of this period and scheme, other periods of this group."""
    same = [row for row in standing if row.scheme_name == chosen.scheme_name]
    groups = {row.peer_group: row for row in same if row.period == chosen.period}
    others = [row for row in standing if row.peer_group == chosen.peer_group][:PERIODS_OFFERED]
    return {
        "groups": [(group, groups[group]) for group in names.GROUP_WORDS if group in groups],
        "periods": others,
        "number": chosen.publication_id,
    }


def _kept(body: str) -> Any:
    """For passers-by any cache may keep it some minutes; a page with somebody's name on it is nobody else's."""
    response = make_response(body)
    if current_person_or_none() is None:
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        response.vary.add("Cookie")  # the language and large letters that this browser chose
        response.add_etag()
        response.make_conditional(request)
    return response
