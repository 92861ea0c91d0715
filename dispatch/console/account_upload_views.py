"""导入账号表: people sent in by a page, looked at line by line, put by a second press; each new one gets a link, shown once."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from dispatch.access import account_undo, invites, policy
from dispatch.access import account_uploads as uploads
from dispatch.access.account_uploads import Welcome
from dispatch.access.models import AccountUpload
from dispatch.access.permissions import ROLE_NAMES
from dispatch.console.import_reasons import told
from dispatch.console.ticket_page import actor_names
from dispatch.console.timing import moment
from dispatch.console.unit_upload_views import sent_file
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

SHOWN: Final = 200  # lines of each part of a preview

blueprint = Blueprint("console_account_uploads", __name__, url_prefix="/admin/account-uploads")


@blueprint.get("")
@requires("account.manage")
def uploads_page() -> Any:
    """The form, and what was sent in before."""
    with transaction() as session:
        return _list(session)


@blueprint.post("")
@requires("account.manage")
def send_in() -> Any:
    """Keep the file; nothing else is written."""
    try:
        content, name = sent_file(_too_large)
        with transaction() as session:
            made = uploads.keep(session, content, name=name, actor=current_person().actor, at=machine_now())
            place = url_for("console_account_uploads.upload_page", upload_id=made.upload_id)
    except DomainError as error:
        problem = problem_of_domain(error)
        with transaction() as session:
            return _list(session, problem), problem.status
    return redirect(place, 303)


@blueprint.get("/<int:upload_id>")
@requires("account.manage")
def upload_page(upload_id: int) -> Any:
    """What the file would do; once put, what it did."""
    with transaction() as session:
        return _page(session, uploads.upload(session, upload_id))


@blueprint.post("/<int:upload_id>/put")
@requires("account.manage")
def put(upload_id: int) -> Any:
    """Make and change what was seen. The answer holds the links, this once: nothing else ever does."""
    person, seal = current_person(), request.form.get("seal", "")
    try:
        with transaction() as session:
            city = reference(session, moment())
            stamp = {"reference": city, "actor": person.actor, "at": machine_now()}
            made = uploads.put(session, upload_id, seal=seal, **stamp)  # type: ignore[arg-type]
            page = _page(session, uploads.upload(session, upload_id), welcomes=made)
    except DomainError as error:
        return _refused(upload_id, error)
    return page


@blueprint.post("/<int:upload_id>/undo")
@requires("account.manage")
def undo(upload_id: int) -> Any:
    """Put everybody back as before."""
    person = current_person()
    try:
        with transaction() as session:
            city = reference(session, moment())
            account_undo.undo(session, upload_id, reference=city, actor=person.actor, at=machine_now())
    except DomainError as error:
        return _refused(upload_id, error)
    flash(_("已撤销：变更的账号恢复原样，新建的账号已删除或停用。"), "good")
    return redirect(url_for("console_account_uploads.upload_page", upload_id=upload_id), 303)


@blueprint.post("/<int:upload_id>/discard")
@requires("account.manage")
def discard(upload_id: int) -> Any:
    """Throw it away."""
    try:
        with transaction() as session:
            uploads.discard(session, upload_id)
    except DomainError as error:
        return _refused(upload_id, error)
    flash(_("已删除，账号没有变化。"), "good")
    return redirect(url_for("console_account_uploads.uploads_page"), 303)


def address_of(token: str) -> str:
    """Where a person sets the password, as it is handed over."""
    return f"{request.host_url.rstrip('/')}{invites.PATH}{token}"


def _too_large() -> DomainError:
    return DomainError("account.upload_too_large", "文件过大，请分成几份导入。", field="file")


def _list(session: Session, problem: Problem | None = None) -> str:
    rows = uploads.listed(session)
    names = actor_names(session, {row.actor for row in rows})
    roles = [(_(name), code) for code, name in ROLE_NAMES.items()]
    return render_template("console/account_uploads.html", rows=rows, names=names, roles=roles, problem=problem)


def _page(
    session: Session, row: AccountUpload, problem: Problem | None = None, *, welcomes: Sequence[Welcome] = ()
) -> str:
    city = reference(session, moment())
    actor = current_person().actor
    links = [(one.login, one.name, address_of(one.token)) for one in welcomes]
    return render_template(
        "console/account_upload.html",
        row=row,
        seen=uploads.preview(session, row, reference=city, actor=actor) if row.done is None else None,
        shown=SHOWN,
        told=told,
        units={unit.code: unit.name for unit in city.known.values()},
        links=links,
        days=policy.INVITE_FOR.days,
        links_text=_as_text(links),
        names=actor_names(session, {row.actor, row.put_by or row.actor, row.undone_by or row.actor}),
        problem=problem,
    )


def _as_text(links: Sequence[tuple[str, str, str]]) -> str:
    """The same to be copied into a letter or a sheet: tabs between."""
    made = io.StringIO()
    csv.writer(made, delimiter="\t", lineterminator="\n").writerows(links)
    return made.getvalue()


def _refused(upload_id: int, error: DomainError) -> Any:
    if error.status == 404:
        raise error
    problem = problem_of_domain(error)
    with transaction() as session:
        return _page(session, uploads.upload(session, upload_id), problem), problem.status
