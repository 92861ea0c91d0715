"""导入单位表: sent in by a page, looked at line by line, written by a second press, put back where that can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.console.import_reasons import told
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.directory import uploads
from dispatch.directory.models import UnitUpload
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

LONGEST: Final = 900_000  # bytes, below what any form may send; the sample city has 400 kB
LONGEST_NAME: Final = 120
SHOWN: Final = 200  # lines of each part of a preview

blueprint = Blueprint("console_unit_uploads", __name__, url_prefix="/admin/units/uploads")


@blueprint.get("")
@requires("unit.manage")
def uploads_page() -> Any:
    """The form, and what was sent in before."""
    moment()
    with transaction() as session:
        return _list(session)


@blueprint.post("")
@requires("unit.manage")
def send_in() -> Any:
    """Keep the file; nothing else is written."""
    at = moment()
    try:
        content, name = sent_file(_too_large)
        with transaction() as session:
            made = uploads.keep(session, content, name=name, actor=current_person().actor, at=at)
            place = url_for("console_unit_uploads.upload_page", upload_id=made.upload_id)
    except DomainError as error:
        problem = problem_of_domain(error)
        with transaction() as session:
            return _list(session, problem), problem.status
    return redirect(place, 303)


@blueprint.get("/<int:upload_id>")
@requires("unit.manage")
def upload_page(upload_id: int) -> Any:
    """What the file would do; once put, what it did."""
    moment()
    with transaction() as session:
        return _page(session, uploads.upload(session, upload_id))


@blueprint.post("/<int:upload_id>/put")
@requires("unit.manage")
def put(upload_id: int) -> Any:
    """Write what was seen."""
    at = moment()
    try:
        with transaction() as session:
            uploads.put(session, upload_id, seal=request.form.get("seal", ""), actor=current_person().actor, at=at)
    except DomainError as error:
        return _refused(upload_id, error)
    flash(_("已写入单位目录。"), "good")
    return redirect(url_for("console_unit_uploads.upload_page", upload_id=upload_id), 303)


@blueprint.post("/<int:upload_id>/undo")
@requires("unit.manage")
def undo(upload_id: int) -> Any:
    """Put the units back as they were."""
    at = moment()
    try:
        with transaction() as session:
            uploads.undo(session, upload_id, actor=current_person().actor, at=at)
    except DomainError as error:
        return _refused(upload_id, error)
    flash(_("已撤销：变更的单位恢复原样，新增的单位自现在起撤销。"), "good")
    return redirect(url_for("console_unit_uploads.upload_page", upload_id=upload_id), 303)


@blueprint.post("/<int:upload_id>/discard")
@requires("unit.manage")
def discard(upload_id: int) -> Any:
    """Throw it away."""
    try:
        with transaction() as session:
            uploads.discard(session, upload_id)
    except DomainError as error:
        return _refused(upload_id, error)
    flash(_("已删除，单位目录没有变化。"), "good")
    return redirect(url_for("console_unit_uploads.uploads_page"), 303)


def _list(session: Session, problem: Problem | None = None) -> str:
    rows = uploads.listed(session)
    names = actor_names(session, {row.actor for row in rows})
    return render_template("console/unit_uploads.html", rows=rows, names=names, problem=problem)


def _page(session: Session, row: UnitUpload, problem: Problem | None = None) -> str:
    seen = uploads.preview(session, row, moment()) if row.done is None else None
    return render_template(
        "console/unit_upload.html",
        row=row,
        seen=seen,
        shown=SHOWN,
        told=told,
        names=actor_names(session, {row.actor, row.put_by or row.actor, row.undone_by or row.actor}),
        problem=problem,
    )


def _refused(upload_id: int, error: DomainError) -> Any:
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    with transaction() as session:
        return _page(session, uploads.upload(session, upload_id), problem), problem.status


def _too_large() -> DomainError:
    return DomainError("directory.upload_too_large", "文件过大，请用命令 hotline import units 导入。", field="file")


def sent_file(too_large: Callable[[], DomainError]) -> tuple[bytes, str]:
    """The file of this form, and its name as it may be shown. Raises ``directory.upload_*``; ``too_large``: what to do then."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise DomainError("directory.upload_missing", "请选择文件。", field="file")
    content = sent.stream.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise too_large()
    return content, "".join(char for char in sent.filename if char.isprintable())[:LONGEST_NAME]
