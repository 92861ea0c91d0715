"""通报文件 and 改动的工单."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Flask, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from assessment.console import words as names
from assessment.publications import bulletin_files, pages, queries, words
from assessment.publications.bulletin_files import Shape
from assessment.publications.changes import changed_tickets
from assessment.publications.models import Publication
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires

PAGE_SIZE = 50
SEE = ("ranking.view", "ranking.view_all")
OFFICE = ("publication.prepare", "publication.sign", "publication.publish")

blueprint = Blueprint("bulletin_pages", __name__, url_prefix="/publications")
log = structlog.get_logger("publications")


def install(app: Flask) -> None:
    """Register the pages; templates and words are those of the publications."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["bulletin_files"] = files_panel


def files_panel(number: int) -> dict[str, Any]:
    """What the panel of a publication's page shows."""
    from dispatch.kernel.db import current_session

    session = current_session()
    return _panel(session, queries.publication(session, number))


@blueprint.post("/<int:number>/files")
@requires(*OFFICE)
def ask(number: int) -> Any:
    """Have the file written."""
    shape = _shape(request.form.get("shape"))
    with transaction() as session:
        found = pages.found_for(session, current_person(), number)
        home, actor = runtime().config.home, current_person().actor
        bulletin_files.ask(session, found, shape, home=home, actor=actor, at=now())
    return redirect(f"{url_for('publication_pages.publication_page', number=number)}#files", 303)


@blueprint.get("/<int:number>/files")
@requires(*OFFICE)
def files_part(number: int) -> Any:
    """The panel alone, while a worker writes."""
    with transaction() as session:
        found = pages.found_for(session, current_person(), number)
        return render_template("publications/files.html", **_panel(session, found))


@blueprint.get("/<int:number>/files/<shape>")
@requires(*OFFICE)
def download(number: int, shape: str) -> Any:
    """The file, counted in the log as every export."""
    person, asked = current_person(), _shape(shape)
    with transaction() as session:
        found = pages.found_for(session, person, number)
        path = bulletin_files.ready(session, number, asked, home=runtime().config.home)
        called = f"{_('考核通报')}_{number}_{found.period}_{found.peer_group}.{asked}"
    log.info("export", what="bulletin", publication=number, shape=asked.value, actor=person.actor)
    return send_file(path, mimetype=bulletin_files.TYPES[asked], as_attachment=True, download_name=called)


@blueprint.get("/<int:number>/changes")
@requires(*SEE)
def changes_page(number: int) -> Any:
    """The tickets that a correction counts otherwise than the version before."""
    person, at, after = current_person(), now(), request.args.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    with transaction() as session:
        found = pages.found_for(session, person, number)
        if found.corrects is None:
            raise NotFound("publication.no_correction", "这份通报不是更正，没有前一版可比。")
        own = pages.own_codes(session, person, at=at)
        sides = [*queries.units(session, number), *queries.units(session, found.corrects)]
        named = {unit.unit_id: (unit.code, unit.name) for unit in sides}
        units = None if own is None else {key for key, (code, _name) in named.items() if code in own}
        rows = changed_tickets(session, found, units=units, after=place, limit=PAGE_SIZE + 1)
        shown = rows[:PAGE_SIZE]
        headings = contract.headings(session, [one.ticket_id for one in shown], vault=runtime().vault)
        listed = {"changed": shown, "has_more": len(rows) > PAGE_SIZE, "after": place, "headings": headings}
        return render_template(
            "publications/changes.html", row=found, names=names, own_words=words, units=named, **listed
        )


def _panel(session: Session, found: Publication) -> dict[str, Any]:
    files = bulletin_files.files_of(session, found.publication_id)
    home = runtime().config.home
    there = [shape for shape in files if bulletin_files.path_of(home, found.publication_id, shape).exists()]
    is_waiting = any(file.finished_at is None for file in files.values())
    return {
        "number": found.publication_id,
        "files": files,
        "there": there,
        "total": found.fact_count,
        "is_waiting": is_waiting,
    }


def _shape(word: str | None) -> Shape:
    if word not in set(Shape):
        raise NotFound("publication.no_file", "这份文件还没有生成。")
    return Shape(word)
