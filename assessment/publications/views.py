"""考核通报: the list, one publication with its table, steps, corrections and checks, and the frozen tickets behind a number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from assessment.console import words as names
from assessment.methods import in_force
from assessment.parts import RULES, Part
from assessment.periods import Period, PeriodKind
from assessment.publications import checks, pages, preparation, queries, services, words
from assessment.publications.freezing import question_of
from assessment.publications.models import Publication
from assessment.publications.services import Wanted
from assessment.schemes.model import Group
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import Person, current_person
from dispatch.kernel.route_rules import requires
from dispatch.kernel.slots import NavEntry, add_nav

PAGE_SIZE = 50
MONTHS_OFFERED, WEEKS_OFFERED = 6, 6
FOLDER = Path(__file__).parent
SEE = ("ranking.view", "ranking.view_all")
NAVIGATION = NavEntry(words.NAVIGATION_WORD, "/publications", SEE, "journal-check", 61)
STEPS = ("prepared", "signed", "published", "discarded")
MAIN_PARTS = (Part.RECEIVED, Part.VALID, Part.CONTACTED, Part.SOLVED, Part.SATISFIED, Part.BASICALLY, Part.EXCLUDED)

blueprint = Blueprint("publication_pages", __name__, url_prefix="/publications", template_folder="templates")


def install(app: Flask) -> None:
    """Register the pages and their place in the navigation; their words are in the catalogue of the ranking pages."""
    app.register_blueprint(blueprint)
    add_nav(app, NAVIGATION)


@blueprint.get("")
@requires(*SEE)
def list_page() -> Any:
    """The publications that this person may see, the newest first; a form for whoever may prepare one."""
    person, at = current_person(), now()
    before = _number(request.args.get("before"))
    with transaction() as session:
        rows = queries.listed(session, states=pages.visible_states(person), before=before, limit=PAGE_SIZE + 1)
        later = queries.corrected_by(session, [row.publication_id for row in rows])
        offered = _offered(session, at) if person.may("publication.prepare") else None
        next_page = rows[PAGE_SIZE - 1].publication_id if len(rows) > PAGE_SIZE else None
        values = {"rows": rows[:PAGE_SIZE], "later": later, "offered": offered, "next": next_page, "before": before}
        return _render("list.html", **values)


@blueprint.post("")
@requires("publication.prepare")
def prepare() -> Any:
    """Begin a table."""
    form = request.form
    zone = runtime().config.time_zone

    def begin(session: Session, actor: str) -> Publication:
        method, _span = in_force.for_period(session, form.get("scheme", ""), form.get("period", ""), zone)
        wanted = Wanted(method.body, form.get("period", ""), form.get("group", ""))
        return services.prepare(session, wanted, zone=zone, actor=actor, at=now())

    return _do("prepare", begin, back=url_for("publication_pages.list_page"))


@blueprint.get("/<int:number>")
@requires(*SEE)
def publication_page(number: int) -> Any:
    """One publication, cut to what this person may see."""
    person, at = current_person(), now()
    with transaction() as session:
        view = pages.view_of(session, person, number, at=at)
        row = view.publication
        actors = {getattr(row, f"{step}_by") for step in STEPS} - {None}
        check = queries.last_check(session, number) if "verify" in view.verbs else None
        return _render("publication.html", view=view, row=row, people=_people(session, actors), check=check)


@blueprint.get("/<int:number>/<path:unit_code>/tickets")
@requires(*SEE)
def tickets_page(number: int, unit_code: str) -> Any:
    """The frozen tickets behind one number of a unit's row."""
    person, at = current_person(), now()
    part, after = _part(request.args.get("part")), _number(request.args.get("after")) or 0
    with transaction() as session:
        found = pages.found_for(session, person, number)
        unit = pages.unit_for(session, person, found, unit_code, at=at)
        rows = queries.tickets(session, number, unit_id=unit.unit_id, part=part, after=after, limit=PAGE_SIZE + 1)
        counts = queries.counts_of_unit(session, number, unit.unit_id)
        headings = contract.headings(session, [row.ticket_id for row in rows[:PAGE_SIZE]], vault=runtime().vault)
        period = question_of(found)[1]
        listed = {"facts": rows[:PAGE_SIZE], "headings": headings, "has_more": len(rows) > PAGE_SIZE, "after": after}
        numbers = {name: rule.count(counts) for name, rule in RULES.items()}
        values = {"row": found, "unit": unit, "part": part, "counts": numbers, "period": period}
        return _render("tickets.html", **values, **listed, parts=list(Part), main_parts=MAIN_PARTS)


@blueprint.post("/<int:number>/sign")
@requires("publication.sign")
def sign(number: int) -> Any:
    """签发."""
    return _do("sign", lambda session, actor: services.sign(session, number, actor=actor, at=now()), back=_page(number))


@blueprint.post("/<int:number>/publish")
@requires("publication.publish")
def publish(number: int) -> Any:
    """发布, after recomputing it."""
    return _do(
        "publish", lambda session, actor: services.publish(session, number, actor=actor, at=now()), back=_page(number)
    )


@blueprint.post("/<int:number>/discard")
@requires("publication.prepare")
def discard(number: int) -> Any:
    """作废."""
    return _do("discard", _with_reason(services.discard, number), back=_page(number))


@blueprint.post("/<int:number>/correct")
@requires("publication.prepare")
def correct(number: int) -> Any:
    """更正: a new version begins."""
    return _do("correct", _with_reason(services.correct, number), back=_page(number))


@blueprint.post("/<int:number>/verify")
@requires("publication.prepare", "publication.sign", "publication.publish")
def verify(number: int) -> Any:
    """核验: at once where there is little to hash, else by a worker; the page shows what came of it."""
    with transaction() as session:
        pages.found_for(session, current_person(), number)
        checks.ask(session, number, actor=current_person().actor, at=now())
    return redirect(f"{_page(number)}#check", 303)


def _with_reason(verb: Callable[..., Publication], number: int) -> Callable[[Session, str], Publication]:
    reason = request.form.get("reason", "").replace("\r\n", "\n")
    return lambda session, actor: verb(session, number, reason=reason, actor=actor, at=now())


def _do(name: str, verb: Callable[[Session, str], Publication], *, back: str) -> Any:
    """Run the verb; a refusal is said on the page that it came from, and nothing has happened."""
    try:
        with transaction() as session:
            number = verb(session, current_person().actor).publication_id
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        flash(_(error.message), "bad")
        return redirect(back, 303)
    flash(_(words.DONE_WORDS[name]), "good")
    return redirect(_page(number), 303)


def _page(number: int) -> str:
    return url_for("publication_pages.publication_page", number=number)


def _offered(session: Session, at: Any) -> dict[str, Any]:
    """What the form offers: schemes, settled periods of each, groups."""
    zone = runtime().config.time_zone
    methods = in_force.all_at(session, at, zone)
    settled: dict[str, Period] = {}
    for method in methods:
        for kind, count in ((PeriodKind.MONTH, MONTHS_OFFERED), (PeriodKind.WEEK, WEEKS_OFFERED)):
            for period in preparation.ended(method, kind, count, 0, zone, at):
                settled.setdefault(period.name, period)
    periods = sorted(settled, key=lambda name: ("W" in name, name), reverse=True)
    return {"schemes": methods, "periods": periods, "groups": list(Group)}


def _people(session: Session, actors: set[str]) -> dict[str, str]:
    named = contract.names_of(session, actors)
    return {actor: named.get(actor) or _(words.SYSTEM_WORD) for actor in actors}


def _number(word: str | None) -> int | None:
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < 18 else None


def _part(word: str | None) -> Part:
    if (word or Part.RECEIVED) not in set(Part):
        raise NotFound("ranking.unknown_part", "没有这一类工单。")
    return Part(word or Part.RECEIVED)


def _render(template: str, **values: Any) -> str:
    person: Person = current_person()
    return render_template(f"publications/{template}", names=names, own_words=words, reader=person, **values)
