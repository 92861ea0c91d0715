"""分类与派单目录: what is in force, every version of both, and taking back what is not yet in force."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from dispatch.catalogue import drafts, queries, reading, services
from dispatch.catalogue.documents import Document
from dispatch.console import catalogue_words, choices, policy_words
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.directory.models import BEGINNING
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.route_rules import requires

SHOWN = 100
SHOWN_RULINGS = 3
EITHER = "<any(taxonomy, catalogue):document>"

blueprint = Blueprint("console_catalogue", __name__, url_prefix="/admin")


@blueprint.get("/taxonomy")
@requires("catalogue.view")
def tree_page() -> Any:
    """The categories in force as a tree, with how often each was used."""
    at = moment()
    with transaction() as session:
        tree = reference(session, at).taxonomy
        return render_template(
            "console/taxonomy.html",
            document=Document.TAXONOMY,
            tree=tree,
            counts=reading.uses(session, tree, at),
            days=reading.COUNTED.days,
        )


@blueprint.get("/catalogue")
@requires("catalogue.view")
def entries_page() -> Any:
    """The entries in force, those for a category or inside an area where asked, each with its precedents."""
    at, category = moment(), request.args.get("category", "").strip()
    with transaction() as session:
        city = reference(session, at)
        area = choices.unit_code_of(request.args.get("area", ""), city) or ""
        rows = [
            one
            for one in (city.catalogue.of(category) if category else city.catalogue.entries)
            if not area or one.area == area
        ]
        shown = rows[:SHOWN]
        ruled, proposed = reading.rulings(session), reading.accepted(session)
        return render_template(
            "console/catalogue.html",
            document=Document.CATALOGUE,
            version=city.catalogue.version,
            rows=[
                (
                    one,
                    [ruling for ruling in ruled if reading.speaks_to(one, ruling.category)][:SHOWN_RULINGS],
                    [entry for entry in proposed if reading.speaks_to(one, entry.category)][:SHOWN_RULINGS],
                )
                for one in shown
            ],
            count=len(rows),
            chosen=category,
            area=request.args.get("area", ""),
            areas=[choices.unit_label(city.known[code].name, code) for code in _areas(city)],
            categories=choices.category_options(city, _("全部")),
            say=catalogue_words,
            city=city,
        )


@blueprint.get(f"/{EITHER}/versions")
@requires("catalogue.view")
def versions_page(document: str) -> Any:
    """The versions, the last to come into force first; drafts for whoever may write them."""
    which, at, may_edit = Document(document), moment(), current_person().may("catalogue.edit")
    with transaction() as session:
        rows = queries.listed(session, which, at)
        written = drafts.drafts(session, which) if may_edit else ()
        actors = {row.actor for row, _state in rows} | {row.withdrawn_by or "" for row, _state in rows}
        return render_template(
            "console/catalogue_versions.html",
            document=which,
            title=catalogue_words.TITLES[which],
            rows=rows,
            drafts=written,
            names=actor_names(session, (actors | {one.changed_by for one in written}) - {""}),
            may_edit=may_edit,
            states=policy_words.STATES,
            tones=policy_words.TONES,
            beginning=BEGINNING,
        )


@blueprint.get(f"/{EITHER}/versions/<int:number>/file")
@requires("catalogue.view")
def fetch(document: str, number: int) -> Any:
    """The file of a version, byte for byte: what is changed in it can be sent in again."""
    with transaction() as session:
        row = queries.version(session, Document(document), number)
        content = row.body.encode()
    response = send_file(
        BytesIO(content),
        mimetype="text/csv; charset=utf-8",
        as_attachment=True,
        download_name=f"{document}-{number}.csv",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(f"/{EITHER}/versions/<int:number>/draft")
@requires("catalogue.edit")
def begin(document: str, number: int) -> Any:
    """A draft from this version, whatever its age."""
    at = moment()
    with transaction() as session:
        made = drafts.begin(session, Document(document), number, actor=current_person().actor, at=at)
        place = url_for("console_catalogue_drafts.draft_page", document=document, draft_id=made.draft_id)
    return redirect(place, 303)


@blueprint.post(f"/{EITHER}/versions/<int:number>/withdraw")
@requires("catalogue.edit")
def withdraw(document: str, number: int) -> Any:
    """Take back a version that is to come."""
    at = moment()
    try:
        with transaction() as session:
            services.withdraw(session, Document(document), number, actor=current_person().actor, at=at)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(_(error.message), "bad")
    else:
        flash(_("已撤回，不会生效。"), "good")
    return redirect(url_for("console_catalogue.versions_page", document=document), 303)


def _areas(city: Any) -> list[str]:
    """The areas that some entry names, by code."""
    return sorted({one.area for one in city.catalogue.entries if one.area in city.known})
