"""长者模式: larger letters and controls on this browser, kept in a cookie that says nothing else."""

from __future__ import annotations

from typing import Any, Final

from flask import current_app, redirect, request

from dispatch.access.views import safe_next

COOKIE: Final = "hotline_big_type"
A_YEAR_SECONDS: Final = 365 * 86_400


def is_on() -> bool:
    """Whether this browser asked for large letters; a page that everybody's cache may keep asks by its address (``?big=1``)."""
    return request.args.get("big", request.cookies.get(COOKIE)) == "1"


def switch(*, is_on: bool, back: str | None) -> Any:
    """Turn it on or off, and back to where one came from."""
    answer = redirect(safe_next(back), 303)
    is_secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    if is_on:
        answer.set_cookie(COOKIE, "1", max_age=A_YEAR_SECONDS, httponly=True, secure=is_secure, samesite="Lax")
    else:
        answer.delete_cookie(COOKIE, httponly=True, secure=is_secure, samesite="Lax")
    return answer
