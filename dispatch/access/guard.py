"""Who is asking, and whether the route is for them: one check before every request, and none to forget."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from dispatch.access import logins, policy, queries, tokens
from dispatch.access.services import digest
from dispatch.kernel.application import machine_now
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import Forbidden
from dispatch.kernel.person import Person, current_person, current_person_or_none, may
from dispatch.kernel.problems import answer, plain_problem, wants_json
from dispatch.kernel.route_rules import public, requires, rule_of

__all__ = ["Person", "current_person", "current_person_or_none", "install", "may", "public", "requires"]

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LOGIN_KEY = "_user_id"  # where Flask-Login keeps what get_id() said

csrf = CSRFProtect()


class LoginUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login holds: the person, and the session token as the id in the signed cookie."""

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token

    def get_id(self) -> str:
        """The random session token; its digest is the key of the session's row."""
        return self.token


def load_user(token: str) -> LoginUser | None:
    """Flask-Login's loader: the session's row decides in each request, so a disabled account is out at once."""
    at = machine_now()
    with transaction() as db_session:
        found = queries.person_by_session(db_session, digest(token), at=at, idle=policy.IDLE, longest=policy.LONGEST)
        if found is None:
            return None
        if at - found.seen_at >= policy.TOUCH:
            logins.touch(db_session, token, at=at)
    return LoginUser(found.person, token)


def identify() -> Person | None:
    """Find out who is asking: by bearer token where one is sent (a cookie beside it is ignored), else by session."""
    g.person = None  # where the database is away, the error page must not ask again
    bearer = tokens.bearer()
    if bearer is not None:
        g.person = tokens.person_by_bearer(bearer, at=machine_now())
    elif LOGIN_KEY in session and current_user.is_authenticated:
        g.person = current_user.person
    return current_person_or_none()


def _check() -> Any:
    """The one gate: a stated rule, a person where it asks for one, a permission, then the CSRF token."""
    if request.endpoint is None or request.method == "OPTIONS":
        if not wants_json():
            identify()  # the page that says "not found" has the person's own navigation
        return None
    rule = rule_of(current_app, request.endpoint, request.method)
    if rule is None:
        raise Forbidden("access.no_rule")
    if rule.is_anonymous:
        return None
    person = identify()  # here, before any view has begun its transaction
    if rule.public_because is None:
        if person is None:
            return _ask_for_login()
        if rule.permissions and not person.permissions.intersection(rule.permissions):
            raise Forbidden
    _check_csrf()
    return None


def _check_csrf() -> None:
    """Only what a browser sends by itself can be forged: bearer tokens, and API calls without a session, need no token."""
    if request.method not in UNSAFE or tokens.bearer() is not None:
        return
    if wants_json() and LOGIN_KEY not in session:
        return
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def _ask_for_login() -> Any:
    """401 for the API, a redirect to the log-in page for people, by header where htmx asks."""
    if wants_json():
        code = "access.token_invalid" if tokens.bearer() is not None else "access.login_required"
        return answer(plain_problem(401, code=code, headers={"WWW-Authenticate": 'Bearer realm="hotline"'}))
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    if request.headers.get("HX-Request") == "true":
        return answer(plain_problem(401, headers={"HX-Redirect": "/login"}))
    return redirect(f"/login?next={quote(back, safe='/')}", 303)


def _on_csrf(_error: CSRFError) -> Response:
    return answer(plain_problem(400, code="request.csrf", detail="页面已过期或不是从本系统打开，请刷新页面后重试。"))


def install(app: Flask) -> None:
    """Hang the gate, Flask-Login and Flask-WTF into ``app``."""
    # The gate decides itself when a token is needed; a token lives as long as its session, a shift's open page included.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    app.config.setdefault("WTF_CSRF_ENABLED", True)
    csrf.init_app(app)
    manager = LoginManager()
    # Ministries leave through several addresses: tying a session to one would log people out in the middle of a call.
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(load_user)
    app.before_request(_check)
    app.register_error_handler(CSRFError, _on_csrf)
    app.jinja_env.globals["may"] = may
    app.context_processor(lambda: {"person": current_person_or_none()})
