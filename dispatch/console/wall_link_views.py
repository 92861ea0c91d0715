"""大屏链接: read-only links of the wall, issued and revoked by supervisors and administrators, each for its own city or district."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy.orm import Session

from dispatch.access.scope import unit_ids_in_scope
from dispatch.board import links
from dispatch.console.audit_views import named
from dispatch.console.timing import moment
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

CITY = "city"

blueprint = Blueprint("console_wall_links", __name__, url_prefix="/walls")


def has_no_board(person: Person) -> bool:
    """Whether the navigation must lead here: for supervisors a button of their board does."""
    return not person.may("supervision.view")


@blueprint.get("")
@requires("wall.link")
def list_page() -> Any:
    """The links of this person's city or district, with their last use."""
    return _page({})


@blueprint.post("")
@requires("wall.link")
def issue() -> Any:
    """A new link; its address is shown this once."""
    form = {name: request.form.get(name, "").replace("\x00", "").strip() for name in ("name", "unit", "days")}
    person = current_person()
    try:
        with transaction() as session:
            unit_id = _unit_of(session, person, form["unit"], at=moment())
            _link, token = links.issue(
                session, form["name"], unit_id=unit_id, days=_days(form["days"]), actor=person.actor, at=machine_now()
            )
    except DomainError as error:
        problem = problem_of_domain(error)
        return _page(form, problem=problem), problem.status
    return _page({}, fresh=f"{request.host_url}wall/{token}"), 201


@blueprint.post("/<int:number>/revoke")
@requires("wall.link")
def revoke(number: int) -> Any:
    """The wall that holds it shows at its next question that it has ended."""
    person = current_person()
    with transaction() as session:
        units = unit_ids_in_scope(session, person, at=moment())
        links.revoke(session, number, units=units, actor=person.actor, at=machine_now())
    flash(_("链接已撤销，打开它的大屏将在几秒内停止更新。"), "good")
    return redirect("/walls", 303)


def _page(form: dict[str, str], *, problem: Problem | None = None, fresh: str | None = None) -> str:
    at, person = moment(), current_person()
    with transaction() as session:
        city = reference(session, at)
        units = unit_ids_in_scope(session, person, at=at)
        rows = links.listed(session, units)
        return render_template(
            "console/walls.html",
            rows=rows,
            form=form,
            problem=problem,
            fresh=fresh,
            city=city,
            scopes=_scopes(city, units),
            names=named(session, {actor for row in rows for actor in (row.issued_by, row.revoked_by or "")}),
            machine_at=machine_now(),
        )


def _scopes(city: Reference, units: frozenset[int] | None) -> list[tuple[str, str]]:
    """What a link may show: the whole city to the city's own people, and the districts in scope."""
    districts = sorted(unit.code for unit in city.by_code.values() if unit.kind == "district")
    own = [
        (code, city.by_code[code].name) for code in districts if units is None or city.by_code[code].unit_id in units
    ]
    return [(CITY, str(_("全市"))), *own] if units is None else own


def _unit_of(session: Session, person: Person, code: str, *, at: datetime) -> int | None:
    """The district that the form names, None for the city. Raises ``wall.scope_unknown`` beyond the person's own."""
    city = reference(session, at)
    if code not in {value for value, _word in _scopes(city, unit_ids_in_scope(session, person, at=at))}:
        raise DomainError("wall.scope_unknown", "请选择大屏显示的范围。", field="unit")
    return None if code == CITY else city.by_code[code].unit_id


def _days(word: str) -> int | None:
    if not word:
        return None
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else 0
