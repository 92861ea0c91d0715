"""考核办法: every scheme in words for everybody, its versions, and drafts for those who write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from tomlkit.exceptions import TOMLKitError

from assessment.console import words as names
from assessment.methods import form as draft_form
from assessment.methods import in_force, services, trying
from assessment.methods.models import SchemeDraft
from assessment.metrics import half_up
from assessment.schemes.model import Group, Indicator, Instant
from dispatch import contract
from dispatch.kernel.application import now, runtime
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person, may
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import public, requires
from dispatch.kernel.slots import Door, NavEntry, add_door, add_nav

EDIT, PUT = "scheme.edit", "scheme.put"
NAVIGATION = NavEntry("考核办法", "/schemes", ("ranking.view", "ranking.view_all"), "journal-text", 63)
DOOR = Door("考核办法", "单位怎样考核，公式和权重都写明", "/schemes", "journal-text")

blueprint = Blueprint("methods", __name__, url_prefix="/schemes", template_folder="templates")


def install(app: Flask) -> None:
    """Register the pages and their place in the navigation; their words are in the catalogue of the ranking."""
    app.register_blueprint(blueprint)
    add_nav(app, NAVIGATION)
    add_door(app, DOOR)


@blueprint.get("")
@public("how units are judged is for everybody to read")
def list_page() -> Any:
    """Every scheme with its formula; drafts for those who may write them."""
    at, zone = now(), runtime().config.time_zone
    with transaction() as session:
        found = in_force.all_at(session, at, zone)
        drafts: list[SchemeDraft] = []
        if may(EDIT) or may(PUT):
            drafts = list(session.scalars(select(SchemeDraft).order_by(SchemeDraft.draft_id.desc())))
        people = contract.names_of(session, {one.changed_by for one in drafts})
        titles = {one.draft_id: (draft_form.values_of(one.body) or {}).get("title", "") for one in drafts}
        return _render("list.html", schemes=found, drafts=drafts, people=people, titles=titles)


@blueprint.get("/<name>")
@public("how units are judged is for everybody to read")
def method_page(name: str) -> Any:
    """One scheme in words with its formula, and its versions."""
    at, zone = now(), runtime().config.time_zone
    with transaction() as session:
        method = in_force.at_instant(session, name, at, zone)
        rows = in_force.versions(session, name)
        people = contract.names_of(session, {row.put_by for row in rows}) if may(EDIT) else {}
        today = at.astimezone(zone).date()
        return _render("method.html", scheme=method.scheme, method=method, versions=rows, people=people, today=today)


@blueprint.post("/drafts")
@requires(EDIT)
def begin() -> Any:
    """A draft from the scheme of this name."""
    at, zone = now(), runtime().config.time_zone
    with transaction() as session:
        body = in_force.at_instant(session, request.form.get("name", ""), at, zone).body
        number = services.begin(session, body, actor=current_person().actor, at=at).draft_id
    return redirect(_draft(number), 303)


@blueprint.get("/drafts/<int:number>")
@requires(EDIT, PUT)
def draft_page(number: int) -> Any:
    """Form, text, trial and what comes next."""
    with transaction() as session:
        return _draft_page(session, services.draft(session, number), None)


@blueprint.post("/drafts/<int:number>")
@requires(EDIT)
def save(number: int) -> Any:
    """Keep the form or the text; what is wrong with it is said on the page, by its key."""
    at, form = now(), request.form
    try:
        with transaction() as session:
            found = services.draft(session, number)
            body = form["body"] if "body" in form else draft_form.written(found.body, form)
            services.save(session, number, body, seen=form.get("seen", ""), actor=current_person().actor, at=at)
    except TOMLKitError:
        flash(_("现有文本不是有效的 TOML，请先在文本里改正。"), "bad")
    except DomainError as error:
        return _refused(error, number)
    return redirect(_draft(number), 303)


@blueprint.post("/drafts/<int:number>/try")
@requires(EDIT, PUT)
def try_out(number: int) -> Any:
    """The table of the last period before and after."""
    at, zone = now(), runtime().config.time_zone
    group = request.form.get("group") or Group.TOWNSHIP.value
    try:
        with transaction() as session:
            scheme = services.tried(session, number, at=at)
            found = trying.tried_on(session, scheme, group, at=at, zone=zone)
            groups = trying.groups_of(scheme)
            return _render("trial.html", number=number, found=found, shown=found.lines, groups=groups, group=group)
    except DomainError as error:
        return _refused(error, number)


@blueprint.post("/drafts/<int:number>/put")
@requires(PUT)
def put(number: int) -> Any:
    """Into force from a day to come, by another person than who wrote it."""
    at, zone = now(), runtime().config.time_zone
    day = _day(request.form.get("effective_on", ""))

    def verb(session: Session) -> str:
        if day is None:
            raise DomainError("scheme.day_unreadable", "请选择生效日期。", field="effective_on")
        row = services.put(session, number, day, actor=current_person().actor, at=at, zone=zone)
        return url_for("methods.method_page", name=row.name)

    return _do(verb, _("已排定生效。"), number)


@blueprint.post("/drafts/<int:number>/discard")
@requires(EDIT)
def discard(number: int) -> Any:
    """The draft goes."""

    def verb(session: Session) -> str:
        services.discard(session, number)
        return url_for("methods.list_page")

    return _do(verb, _("草案已作废。"), number)


@blueprint.post("/versions/<int:version>/withdraw")
@requires(PUT)
def withdraw(version: int) -> Any:
    """Take back a version that has not come."""
    at, zone = now(), runtime().config.time_zone
    try:
        with transaction() as session:
            name = services.withdraw(session, version, actor=current_person().actor, at=at, zone=zone).name
    except NotFound:
        raise
    except DomainError as error:
        flash(_(error.message), "bad")
        return redirect(url_for("methods.list_page"), 303)
    flash(_("已撤回。"), "good")
    return redirect(url_for("methods.method_page", name=name), 303)


def _do(verb: Callable[[Session], str], done: str, number: int) -> Any:
    try:
        with transaction() as session:
            back = verb(session)
    except DomainError as error:
        return _refused(error, number)
    flash(done, "good")
    return redirect(back, 303)


def _refused(error: DomainError, number: int) -> Any:
    """The draft as it stands, with what was refused above it."""
    if isinstance(error, NotFound):
        raise error
    with transaction() as session:
        problem = problem_of_domain(error)
        return _draft_page(session, services.draft(session, number), problem), problem.status


def _draft_page(session: Session, found: SchemeDraft, problem: Problem | None) -> str:
    try:
        services.read(found.body)
        fault = None
    except DomainError as error:
        fault = error
    typed = request.form.get("body") if problem and "body" in request.form else None
    return _render(
        "draft.html",
        draft=found,
        body=found.body if typed is None else typed,
        values=draft_form.values_of(found.body),
        fault=fault,
        problem=problem,
        seen=services.digest_of(found.body).hex(),
        is_tried=found.tried_digest == services.digest_of(found.body),
        is_own=found.changed_by == current_person().actor,
        people=contract.names_of(session, {found.changed_by, found.actor}),
        indicators=list(Indicator),
        instants=[(one.value, _(names.INSTANT_WORDS[one])) for one in Instant],
        groups=[(one.value, _(names.GROUP_WORDS[one])) for one in Group],
    )


def _draft(number: int) -> str:
    return url_for("methods.draft_page", number=number)


def _day(word: str) -> date | None:
    try:
        return datetime.strptime(word, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _render(template: str, **values: Any) -> str:
    # The templates' own _() formats; what holds a percent sign of its own is said plainly.
    return render_template(f"methods/{template}", names=names, say=_, half_up=half_up, **values)
