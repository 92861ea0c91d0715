"""地名: the administrator's list of estates, roads and landmarks; add one, change it, end it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.console import choices
from dispatch.console.keyset import read_number
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.models import END
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.places import queries, services
from dispatch.places.checks import COLUMNS
from dispatch.places.models import Place

SHOWN = 50
LONGEST_SEARCH = 100
LONGEST_CELL = 2_500  # twenty aliases of a hundred characters

blueprint = Blueprint("console_places", __name__, url_prefix="/admin/places")


@blueprint.get("")
@requires("unit.manage")
def places_page() -> Any:
    """Places in effect, narrowed by kind and by how a name, its pinyin or its code begins."""
    typed = "".join(char for char in request.args.get("q", "") if char.isprintable()).strip()[:LONGEST_SEARCH]
    kind = request.args.get("kind", "")
    after = read_number(request.args.get("after"))
    at = moment()
    with transaction() as session:
        found = queries.page_of_places(
            session, words=typed, kind=kind if kind in words.place_kind else None, after=after, size=SHOWN + 1
        )
        rows = found[:SHOWN]
        return render_template(
            "console/places.html",
            rows=rows,
            aliases=queries.aliases_of(session, [place.place_id for place, _code in rows]),
            city=reference(session, at),
            typed=typed,
            kind=kind,
            kinds=choices.options(words.place_kind),
            is_paged=after is not None,
            next_after=rows[-1][0].place_id if len(found) > SHOWN else None,
        )


@blueprint.get("/new")
@requires("unit.manage")
def new_page() -> Any:
    """An empty form."""
    moment()
    with transaction() as session:
        return _form(session, None, {})


@blueprint.post("/new")
@requires("unit.manage")
def add() -> Any:
    """A new place."""
    cells = _cells()
    try:
        with transaction() as session:
            at = moment()
            place_id = services.add(session, _coded(session, cells), actor=current_person().actor, at=at)
    except DomainError as error:
        return _refused(None, cells, error)
    flash(_("地点已登记，各处立即生效。"), "good")
    return redirect(url_for("console_places.place_page", place_id=place_id), 303)


@blueprint.get("/<int:place_id>")
@requires("unit.manage")
def place_page(place_id: int) -> Any:
    """One place: its facts to change, its end, what it was before."""
    moment()
    with transaction() as session:
        row = services.place(session, place_id)
        return _form(session, row, _cells_of(session, row))


@blueprint.post("/<int:place_id>")
@requires("unit.manage")
def change(place_id: int) -> Any:
    """Other facts from now on."""
    cells = _cells()
    try:
        with transaction() as session:
            at = moment()
            coded = _coded(session, cells)
            new_id = services.change(session, place_id, coded, actor=current_person().actor, at=at)
    except DomainError as error:
        return _refused(place_id, cells, error)
    flash(_("地点已更新，各处立即生效。"), "good")
    return redirect(url_for("console_places.place_page", place_id=new_id), 303)


@blueprint.post("/<int:place_id>/end")
@requires("unit.manage")
def end(place_id: int) -> Any:
    """The place is no longer found."""
    try:
        with transaction() as session:
            services.end(session, place_id, actor=current_person().actor, at=moment())
    except DomainError as error:
        return _refused(place_id, None, error)
    flash(_("地点已停用。"), "good")
    return redirect(url_for("console_places.places_page"), 303)


def _cells() -> dict[str, str]:
    """The form's fields, one per column of places.csv; the aliases one per line."""
    cells = {column: request.form.get(column, "").strip()[:LONGEST_CELL] for column in COLUMNS}
    return cells | {"aliases": "|".join(cells["aliases"].replace("|", "\n").splitlines())}


def _coded(session: Session, cells: Mapping[str, str]) -> dict[str, str]:
    code = choices.unit_code_of(cells["unit_code"], reference(session, moment()))
    return {**cells, "unit_code": code or ""}


def _cells_of(session: Session, row: Place) -> dict[str, str]:
    unit = reference(session, moment()).by_id[row.unit_id]
    facts = services.facts_of(
        row, choices.unit_label(unit.name, unit.code), queries.aliases_of(session, [row.place_id]).get(row.place_id, ())
    )
    cells = {name: "" if value is None else str(value) for name, value in facts._asdict().items()}
    return cells | {"code": row.code or "", "aliases": "|".join(facts.aliases)}


def _refused(place_id: int | None, cells: dict[str, str] | None, error: DomainError) -> Any:
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    moment()
    with transaction() as session:
        row = services.place(session, place_id) if place_id is not None else None
        shown = cells if cells is not None or row is None else _cells_of(session, row)
        return _form(session, row, shown or {}, problem), problem.status


def _form(session: Session, row: Place | None, cells: Mapping[str, str], problem: Problem | None = None) -> str:
    city = reference(session, moment())
    return render_template(
        "console/place.html",
        row=row,
        is_in_effect=row is None or row.valid_to == END,
        history=queries.history_of(session, row) if row else [],
        cells=cells,
        city=city,
        problem=problem,
        kinds=choices.options(words.place_kind),
        parities=[("", _("不分")), *choices.options(words.parity)],
        datums=[("", _("没有坐标")), *choices.options(words.datum)],
        units=choices.unit_options(city),
    )
