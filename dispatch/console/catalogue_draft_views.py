"""A taxonomy or a catalogue that is being written: typed or sent in, checked, tried on last month's tickets, put into force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.catalogue import drafts, queries, taking_up
from dispatch.catalogue.checking import faults_of, notes_of
from dispatch.catalogue.differences import differences
from dispatch.catalogue.documents import Document
from dispatch.catalogue.models import CatalogueDraft
from dispatch.console import catalogue_words
from dispatch.console.catalogue_views import EITHER
from dispatch.console.policy_draft_views import instant_typed
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.policies.drafts import last_month
from dispatch.routing.sheet import LONGEST, version_of

SHOWN_FAULTS = 100
SHOWN_CHANGES = 200

blueprint = Blueprint("console_catalogue_drafts", __name__, url_prefix=f"/admin/{EITHER}/drafts")


@blueprint.get("/<int:draft_id>")
@requires("catalogue.edit")
def draft_page(document: str, draft_id: int) -> Any:
    """The file, what is wrong with it, what it changes, what last month would have become, and then into force."""
    moment()
    with transaction() as session:
        return _page(session, drafts.draft(session, Document(document), draft_id))


@blueprint.post("/<int:draft_id>")
@requires("catalogue.edit")
def save(document: str, draft_id: int) -> Any:
    """Keep the file as typed or as sent in, sound or not."""
    which, at, form = Document(document), moment(), request.form
    typed = form.get("text", "").replace("\r\n", "\n")
    try:
        text = _sent(which) or typed
        with transaction() as session:
            drafts.save(
                session,
                which,
                draft_id,
                text,
                name=form.get("name", ""),
                seen=form.get("seen", ""),
                actor=current_person().actor,
                at=at,
            )
    except DomainError as error:
        return _refused(which, draft_id, error, typed=typed)
    flash(_("草稿已保存。"), "good")
    return _back(document, draft_id)


@blueprint.post("/<int:draft_id>/accepted")
@requires("catalogue.edit")
def take_up(document: str, draft_id: int) -> Any:
    """Write what rulings proposed and a supervisor accepted into a draft of the catalogue."""
    at = moment()
    if document != Document.CATALOGUE:
        abort(404)
    try:
        with transaction() as session:
            taking_up.take_up(
                session,
                draft_id,
                seen=request.form.get("seen", ""),
                reference=reference(session, at),
                actor=current_person().actor,
                at=at,
            )
    except DomainError as error:
        return _refused(Document.CATALOGUE, draft_id, error)
    flash(_("已写入草稿，请核对后试算、发布。"), "good")
    return _back(document, draft_id)


@blueprint.post("/<int:draft_id>/trial")
@requires("catalogue.edit")
def try_out(document: str, draft_id: int) -> Any:
    """Try it on last month's tickets."""
    which, at = Document(document), moment()
    try:
        with transaction() as session:
            drafts.try_out(session, which, draft_id, reference=reference(session, at), at=at)
    except DomainError as error:
        return _refused(which, draft_id, error)
    return _back(document, draft_id)


@blueprint.post("/<int:draft_id>/put")
@requires("catalogue.edit")
def put(document: str, draft_id: int) -> Any:
    """Into force from the instant that was named."""
    which, at = Document(document), moment()
    try:
        with transaction() as session:
            since = instant_typed(request.form.get("effective_from", ""), reference(session, at))
            drafts.put(session, which, draft_id, effective_from=since, actor=current_person().actor, at=at)
    except DomainError as error:
        return _refused(which, draft_id, error)
    flash(_("已发布，到时自动生效；生效前可以撤回。"), "good")
    return redirect(url_for("console_catalogue.versions_page", document=document), 303)


@blueprint.post("/<int:draft_id>/discard")
@requires("catalogue.edit")
def discard(document: str, draft_id: int) -> Any:
    """Throw the draft away."""
    with transaction() as session:
        drafts.discard(session, Document(document), draft_id)
    flash(_("草稿已删除。"), "good")
    return redirect(url_for("console_catalogue.versions_page", document=document), 303)


def _sent(document: Document) -> str:
    """The text of the file that was sent with the form; empty where none was."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return ""
    content = sent.stream.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise DomainError(f"{document}.too_large", "文件过大。", field="file")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DomainError(
            f"{document}.unreadable", "文件不是 UTF-8 编码，请在表格软件中另存为“CSV UTF-8”。", field="file"
        ) from None


def _back(document: str, draft_id: int) -> Any:
    return redirect(url_for("console_catalogue_drafts.draft_page", document=document, draft_id=draft_id), 303)


def _refused(document: Document, draft_id: int, error: DomainError, *, typed: str | None = None) -> Any:
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    with transaction() as session:
        row = drafts.draft(session, document, draft_id)
        return _page(session, row, problem=problem, typed=typed), problem.status


def _page(session: Session, row: CatalogueDraft, *, problem: Problem | None = None, typed: str | None = None) -> str:
    document, at = Document(row.document), moment()
    city = reference(session, at)
    wrong = faults_of(document, row.body, city)
    current = queries.in_force(session, document, at)
    waiting = taking_up.pending(session, row.body, reference=city) if document == Document.CATALOGUE else []
    changes = differences(document, current.body, row.body) if current is not None else []
    return render_template(
        "console/catalogue_draft.html",
        document=document,
        title=catalogue_words.TITLES[document],
        draft=row,
        name=request.form.get("name", row.name) if typed is not None else row.name,
        text=row.body if typed is None else typed,
        seen=version_of(document, row.body),
        problem=problem,
        wrong=wrong[:SHOWN_FAULTS],
        wrong_count=len(wrong),
        notes=[] if wrong else notes_of(document, row.body, city),
        changes=[catalogue_words.difference_words(one, city) for one in changes[:SHOWN_CHANGES]],
        change_count=len(changes),
        areas={one.area: catalogue_words.unit_words(one.area, city) for one in waiting},
        accepted=[
            (
                one,
                catalogue_words.lead_words(one.lead, city),
                [catalogue_words.lead_words(code, city) for code in one.supports],
            )
            for one in waiting
        ],
        is_tried=drafts.is_tried(row),
        span=last_month(at, city.calendar.zone),
        lines=(row.tried or {}).get("lines", []),
        typed_from=request.form.get("effective_from", ""),
        names=actor_names(session, {row.actor, row.changed_by}),
    )
