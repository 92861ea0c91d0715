"""Log-in, log-out and the choice of language."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, session
from flask_login import current_user

from dispatch.access import guard, logins, passwords, services, welcome_views
from dispatch.access.guard import LOGIN_KEY, current_person_or_none, public
from dispatch.kernel import i18n
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.i18n import gettext as _

LONGEST_LOGIN = 64
HOME = "/"

blueprint = Blueprint("access", __name__, template_folder="templates")


def safe_next(target: str | None) -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes the front page."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return HOME
    return target


@blueprint.get("/login")
@public("whoever logs in is not yet logged in")
def login_page() -> Any:
    """The log-in page; who is logged in goes on."""
    if current_person_or_none() is not None:
        return redirect(safe_next(request.args.get("next")), 303)
    return render_template("access/login.html", next=safe_next(request.args.get("next")), login="", error=None)


@blueprint.post("/login")
@public("whoever logs in is not yet logged in")
def log_in() -> Any:
    """Check the password and begin a session under a fresh cookie."""
    login = request.form.get("login", "").strip().lower()[:LONGEST_LOGIN]
    password = request.form.get("password", "")[: passwords.LONGEST + 1]
    going_to = safe_next(request.form.get("next"))
    with transaction() as db_session:
        logged_in = logins.log_in(db_session, login, password, at=machine_now())
    if logged_in is None:
        error = _("账号或口令不正确，或账号已停用、暂时锁定。")
        return render_template("access/login.html", next=going_to, login=login, error=error), 401
    language = session.get(i18n.COOKIE_KEY) or logged_in.language
    session.clear()  # nothing that was planted before the log-in lives on after it
    session[LOGIN_KEY] = logged_in.token
    i18n.choose_language(language)
    return redirect(going_to, 303)


@blueprint.post("/logout")
@public("ending a session that has ended already is no error")
def log_out() -> Any:
    """End the session on the server and empty the cookie."""
    person = current_person_or_none()
    if person is not None and current_user.is_authenticated:
        with transaction() as db_session:
            logins.log_out(db_session, current_user.token, actor=person.actor, at=machine_now())
    language = session.get(i18n.COOKIE_KEY)
    session.clear()
    i18n.choose_language(language)
    return redirect("/login", 303)


@blueprint.post("/language")
@public("the log-in page has the switch too")
def choose_language() -> Any:
    """Switch the language of this browser, and remember it for the account."""
    language = request.form.get("language", "")
    i18n.choose_language(language)
    person = current_person_or_none()
    if person is not None and language in i18n.LANGUAGES:
        with transaction() as db_session:
            services.set_language(db_session, person.account_id, language)
    return redirect(safe_next(request.form.get("next")), 303)


def install(app: Flask) -> None:
    """The gate and these pages."""
    guard.install(app)
    app.register_blueprint(blueprint)
    app.register_blueprint(welcome_views.blueprint)
