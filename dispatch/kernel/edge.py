"""What surrounds every request: its id, one line in the log, and the headers that bind the browser."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from flask import Flask, Response, current_app, g, has_request_context, request

from dispatch.kernel.packing import pack

REQUEST_ID = "X-Request-ID"
READABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
HSTS_SECONDS = 31_536_000

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # CSRF protection over HTTPS reads the referrer of our own pages; nobody else gets one.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}

log = structlog.get_logger("http")


def policy_with(origin: str | None) -> str:
    """The policy of a page that may also listen to ``origin``."""
    own = "connect-src 'self'"
    return CONTENT_SECURITY_POLICY.replace(own, f"{own} {origin}") if origin else CONTENT_SECURITY_POLICY


def request_id() -> str:
    """The id of this request, also in its log lines and answers; empty outside a request."""
    return str(g.get("request_id", "")) if has_request_context() else ""


def _begin() -> None:
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if READABLE_ID.fullmatch(given) else secrets.token_hex(16)
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")
    if not is_static():
        # Pages hold what only this person may see: neither the disk nor the back button keeps them.
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers[REQUEST_ID] = request_id()
    return response


def _end(response: Response) -> Response:
    """One line per request: the route's pattern instead of the address, so that no number or word of it is kept."""
    if is_static() and response.status_code < 400:
        return response
    person = g.get("person")
    log.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000),
        actor=person.actor if person else None,
    )
    return response


def _forget(_error: BaseException | None) -> None:
    """What this thread logs after the request is not the request's."""
    structlog.contextvars.clear_contextvars()


def is_static() -> bool:
    """Whether this request is for a file of the build."""
    return bool(request.endpoint and request.endpoint.rpartition(".")[2] == "static")


def install(app: Flask) -> None:
    """Hang the hooks; the log line is written last, so it is registered first."""
    app.before_request(_begin)
    app.after_request(_end)
    app.after_request(pack)
    app.after_request(_protect)
    app.teardown_request(_forget)
