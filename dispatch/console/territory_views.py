"""辖区范围: whose ground is on record, and a GeoJSON file looked at before it is taken."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from dispatch.console import choices
from dispatch.console.sketches import Sheet, sheet_of
from dispatch.console.timing import moment
from dispatch.console.words import words
from dispatch.directory.snapshot import reference
from dispatch.exchange.csvfile import UnreadableFile
from dispatch.files import edge
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires
from dispatch.places import queries, territories

SHOWN_FAULTS = 50
LONGEST_NAME = 100

blueprint = Blueprint("console_territory", __name__, url_prefix="/admin/territory")
edge.take_uploads(blueprint)


@blueprint.get("")
@requires("unit.manage")
def territory_page() -> Any:
    """Whose ground is known."""
    return _page()


@blueprint.post("/preview")
@requires("unit.manage")
def preview() -> Any:
    """What the file would change, drawn, and what is wrong with it. Nothing is kept of it."""
    try:
        content, _name = _sent()
        with transaction() as session:
            sketches, faults = territories.preview(session, content, datum=request.form.get("datum", ""), at=moment())
    except DomainError as error:
        return _refused(error)
    sheet = sheet_of(sketches, faults[:SHOWN_FAULTS], len(faults), digest=_digest(content))
    return _page(sheet=sheet)


@blueprint.post("")
@requires("unit.manage")
def take() -> Any:
    """Take the file that was looked at, all or nothing."""
    try:
        content, name = _sent()
        _check_digest(content)
        with transaction() as session:
            done = territories.import_territory(
                session,
                content,
                datum=request.form.get("datum", ""),
                source=name,
                actor=current_person().actor,
                at=moment(),
            )
    except DomainError as error:
        return _refused(error)
    if done.rejects:  # a unit ended since the file was looked at
        return _refused(DomainError("territory.invalid", "文件中有错误，没有导入，请重新预览。", field="file"))
    flash(_("新增 %(added)s 个辖区，变更 %(changed)s 个。", added=done.added, changed=done.changed), "good")
    return redirect(url_for("console_territory.territory_page"), 303)


@blueprint.post("/<code>/end")
@requires("unit.manage")
def end(code: str) -> Any:
    """The unit's ground no longer holds."""
    with transaction() as session:
        territories.end(session, code, actor=current_person().actor, at=moment())
    flash(_("辖区范围已停用。"), "good")
    return redirect(url_for("console_territory.territory_page"), 303)


def _sent() -> tuple[bytes, str]:
    """(content, name) of the file that was sent."""
    sent: FileStorage | None = request.files.get("file")
    if sent is None or not sent.filename:
        raise DomainError("territory.no_file", "请选择文件。", field="file")
    return sent.read(), "".join(char for char in sent.filename if char.isprintable())[:LONGEST_NAME]


def _check_digest(content: bytes) -> None:
    if _digest(content) != request.form.get("digest"):
        raise DomainError("territory.other_file", "这不是刚才预览的文件，请先预览。", field="file")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _refused(error: DomainError) -> Any:
    if isinstance(error, UnreadableFile):
        error = DomainError(error.code, error.message, field="file")
    problem = problem_of_domain(error)
    return _page(problem=problem), problem.status


def _page(*, sheet: Sheet | None = None, problem: Problem | None = None) -> str:
    at = moment()
    with transaction() as session:
        return render_template(
            "console/territory.html",
            rows=queries.territories_in_effect(session),
            city=reference(session, at),
            sheet=sheet,
            problem=problem,
            datum=request.form.get("datum", ""),
            datums=[("", _("请选择")), *choices.options(words.datum)],
        )
