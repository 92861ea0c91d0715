"""放假安排: a year at a glance, every change there was; a new notice sent in, looked at, put into force, followed to its end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.calendars import drafts, services
from dispatch.calendars.models import CalendarDraft
from dispatch.calendars.notice import Notice, read
from dispatch.calendars.package import from_package
from dispatch.calendars.services import Local, read_local
from dispatch.console import calendar_sheet
from dispatch.console.keyset import read_number
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

LONGEST = 1024 * 1024
LONGEST_SOURCE = 120
PACKAGE = "chinesecalendar"
FIRST_YEAR, LAST_YEAR = 2000, 2100

blueprint = Blueprint("console_calendar", __name__, url_prefix="/admin/calendar")


@blueprint.get("")
@requires("policy.view")
def calendar_page() -> Any:
    """One year by months, the changes on record, what has been sent in."""
    moment()
    with transaction() as session:
        return _page(session)


@blueprint.post("")
@requires("policy.edit")
def send_in() -> Any:
    """A notice, or the city's own additions: looked at, nothing is changed yet."""
    at = moment()
    try:
        sent, source = _sent_in()
        with transaction() as session:
            made = drafts.begin(session, sent, source=source, actor=current_person().actor, at=at)
            place = url_for("console_calendar.draft_page", draft_id=made.draft_id)
    except DomainError as error:
        problem = problem_of_domain(error)
        with transaction() as session:
            return _page(session, problem), problem.status
    return redirect(place, 303)


@blueprint.get("/drafts/<int:draft_id>")
@requires("policy.view")
def draft_page(draft_id: int) -> Any:
    """What it changes and what it moves; once in force, how far the walk has come."""
    moment()
    with transaction() as session:
        return _draft(session, drafts.draft(session, draft_id))


@blueprint.post("/drafts/<int:draft_id>/put")
@requires("policy.edit")
def put(draft_id: int) -> Any:
    """Into force."""
    at = moment()
    try:
        with transaction() as session:
            drafts.put(session, draft_id, actor=current_person().actor, at=at)
    except DomainError as error:
        return _refused(draft_id, error)
    flash(_("已生效，正在重新计算在办工单的时限。"), "good")
    return redirect(url_for("console_calendar.draft_page", draft_id=draft_id), 303)


@blueprint.post("/drafts/<int:draft_id>/discard")
@requires("policy.edit")
def discard(draft_id: int) -> Any:
    """Throw it away."""
    try:
        with transaction() as session:
            drafts.discard(session, draft_id)
    except DomainError as error:
        return _refused(draft_id, error)
    flash(_("已删除，日历没有变化。"), "good")
    return redirect(url_for("console_calendar.calendar_page"), 303)


def _page(session: Session, problem: Problem | None = None) -> str:
    city = reference(session, moment())
    today = moment().astimezone(city.calendar.zone).date()
    typed = read_number(request.args.get("year"))
    year = typed if typed is not None and FIRST_YEAR <= typed <= LAST_YEAR else today.year
    versions, sent = services.versions(session, limit=20), drafts.listed(session)
    return render_template(
        "console/calendar.html",
        year=year,
        months=calendar_sheet.months(session, year, city.calendar, today),
        is_published=city.calendar.covers(year),
        versions=versions,
        sent=sent,
        kinds=calendar_sheet.KINDS,
        names=actor_names(session, {row.actor for row in versions} | {row.actor for row in sent}),
        may_edit=current_person().may("policy.edit"),
        problem=problem,
        typed=request.form,
    )


def _draft(session: Session, row: CalendarDraft, problem: Problem | None = None) -> str:
    return render_template(
        "console/calendar_draft.html",
        row=row,
        moved=calendar_sheet.moved(row, reference(session, moment())),
        days=calendar_sheet.days(row),
        kinds=calendar_sheet.KINDS,
        names=actor_names(session, {row.actor, row.put_by or row.actor}),
        may_edit=current_person().may("policy.edit"),
        problem=problem,
    )


def _refused(draft_id: int, error: DomainError) -> Any:
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    with transaction() as session:
        return _draft(session, drafts.draft(session, draft_id), problem), problem.status


def _sent_in() -> tuple[Notice | list[Local], str]:
    """What the form holds: a file of either kind, or a year of the package."""
    year, kind = read_number(request.form.get("year")), request.form.get("kind", "")
    if kind == "package":
        if year is None:
            raise DomainError("calendar.year_missing", "请填写年份。", field="year")
        return from_package(year), PACKAGE
    content, name = _file()
    return (read_local(content), name) if kind == drafts.LOCAL else (read(content, year), name)


def _file() -> tuple[bytes, str]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise DomainError("calendar.file_missing", "请选择文件。", field="file")
    content = sent.stream.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise DomainError("calendar.file_too_large", "文件过大：放假安排不应超过 1 MB。", field="file")
    return content, "".join(char for char in sent.filename if char.isprintable())[:LONGEST_SOURCE]
