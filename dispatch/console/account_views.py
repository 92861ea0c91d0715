"""账号管理: the security administrator's list; create, change roles and unit, disable."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy.orm import Session

from dispatch.access import invites, policy, queries, services
from dispatch.access.permissions import ROLE_NAMES
from dispatch.console import choices
from dispatch.console.account_upload_views import address_of
from dispatch.console.timing import moment
from dispatch.directory.snapshot import reference
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError, NotFound
from dispatch.kernel.i18n import gettext as _
from dispatch.kernel.person import current_person
from dispatch.kernel.problems import Problem, problem_of_domain
from dispatch.kernel.route_rules import requires

LONGEST = 200

blueprint = Blueprint("console_accounts", __name__, url_prefix="/admin/accounts")


@blueprint.get("")
@requires("account.manage")
def accounts_page() -> Any:
    """Every account, with the form for a new one."""
    return _page()


@blueprint.post("")
@requires("account.manage")
def create() -> Any:
    """A new account."""
    form, at, person = request.form, machine_now(), current_person()
    try:
        with transaction() as session:
            services.create(
                session,
                login=form.get("login", "").strip().lower()[:LONGEST],
                name=form.get("name", "")[:LONGEST],
                password=form.get("password", ""),
                roles=form.getlist("roles"),
                unit_id=_unit_id(session, form.get("unit", "")),
                actor=person.actor,
                at=at,
            )
    except DomainError as error:
        problem = problem_of_domain(error)
        return _page(problem), problem.status
    flash(_("账号 %(login)s 已建立。", login=form["login"]), "good")
    return redirect("/admin/accounts", 303)


@blueprint.post("/<login>/disable")
@requires("account.manage")
def disable(login: str) -> Any:
    """End an account, its sessions and its tokens."""
    at, person = machine_now(), current_person()
    if login == person.login:
        flash(_("不能停用自己的账号。"), "bad")
        return redirect("/admin/accounts", 303)
    with transaction() as session:
        services.disable(session, login, actor=person.actor, at=at)
    flash(_("账号 %(login)s 已停用，已登录的页面立即失效。", login=login), "good")
    return redirect("/admin/accounts", 303)


@blueprint.get("/<login>")
@requires("account.manage")
def account_page(login: str) -> Any:
    """One account: its roles and unit, and its end."""
    return _account(login)


@blueprint.post("/<login>")
@requires("account.manage")
def change(login: str) -> Any:
    """Other roles, another unit."""
    at, person = machine_now(), current_person()
    try:
        with transaction() as session:
            unit_id = _unit_id(session, request.form.get("unit", ""))
            services.set_roles(session, login, request.form.getlist("roles"), actor=person.actor, at=at)
            services.set_unit(session, login, unit_id, actor=person.actor, at=at)
    except DomainError as error:
        if error.status == 404:
            raise
        problem = problem_of_domain(error)
        return _account(login, problem), problem.status
    flash(_("账号 %(login)s 已更新。", login=login), "good")
    return redirect("/admin/accounts", 303)


@blueprint.post("/<login>/invite")
@requires("account.manage")
def invite(login: str) -> Any:
    """A link by which the person sets the own password; shown this once."""
    at, person = machine_now(), current_person()
    try:
        with transaction() as session:
            token = invites.issue(session, login, actor=person.actor, at=at)
    except DomainError as error:
        if error.status == 404:
            raise
        problem = problem_of_domain(error)
        return _account(login, problem), problem.status
    return _account(login, fresh=address_of(token)), 201


def _unit_id(session: Session, typed: str) -> int | None:
    code = choices.unit_code_of(typed, reference(session, moment()))
    if code is None:
        return None
    unit_id = queries.unit_id_by_code(session, code)
    if unit_id is None:
        raise DomainError("unit.unknown", "没有这个单位，请重新选择。", field="unit")
    return unit_id


def _account(login: str, problem: Problem | None = None, *, fresh: str | None = None) -> str:
    at = moment()
    with transaction() as session:
        row = next((row for row in queries.accounts(session) if row.login == login), None)
        if row is None:
            raise NotFound("account.not_found", "没有这个账号。")
        city = reference(session, at)
        unit = city.known.get(row.code or "")
        return render_template(
            "console/account.html",
            row=row,
            roles=choices.options(ROLE_NAMES),
            held=request.form.getlist("roles") if problem else row.roles,
            unit=request.form.get("unit") if problem else unit and choices.unit_label(unit.name, unit.code),
            units=choices.unit_options(city),
            fresh=fresh,
            days=policy.INVITE_FOR.days,
            problem=problem,
        )


def _page(problem: Problem | None = None) -> str:
    at, now = moment(), machine_now()
    with transaction() as session:
        city = reference(session, at)
        return render_template(
            "console/accounts.html",
            rows=queries.accounts(session),
            now=now,
            roles=choices.options(ROLE_NAMES),
            unit_names={unit.code: choices.unit_label(unit.name, unit.code) for unit in city.known.values()},
            units=choices.unit_options(city),
            form=request.form,
            chosen=request.form.getlist("roles"),
            problem=problem,
        )
