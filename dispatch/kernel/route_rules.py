"""The rule that every route states: a permission, a log-in, or ``public`` with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "access_rule"
STATIC = "static"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class RouteRule:
    """``public_because`` is set for public routes; else any one of ``permissions`` is needed, none meaning any log-in.

    ``is_anonymous``: never asks who is here, so that it answers while the database is away.
    """

    permissions: tuple[str, ...] = ()
    public_because: str | None = None
    is_anonymous: bool = False


def requires(*permissions: str) -> Callable[[View], View]:
    """Only for people who hold one of ``permissions``; without any: for everyone logged in.

    Enforced before the request reaches the view, so the order of decorators does not matter.
    """
    return _mark(RouteRule(permissions))


def public(reason: str, *, is_anonymous: bool = False) -> Callable[[View], View]:
    """For everyone, also without a log-in, because of ``reason``."""
    return _mark(RouteRule(public_because=reason, is_anonymous=is_anonymous))


def _mark(rule: RouteRule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, rule)
        return view

    return mark


def rule_of(app: Flask, endpoint: str, method: str) -> RouteRule | None:
    """The rule of one method of one endpoint; None where none is stated."""
    if endpoint.rpartition(".")[2] == STATIC:
        return RouteRule(public_because="files of the build", is_anonymous=True)
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        handler = getattr(view_class, "get" if method == "HEAD" else method.lower(), None)
        rule = getattr(handler, ATTRIBUTE, None) or getattr(view_class, ATTRIBUTE, None)
    else:
        rule = getattr(view, ATTRIBUTE, None)
    return rule if isinstance(rule, RouteRule) else None


def routes(app: Flask) -> Iterator[tuple[str, str, str, RouteRule | None]]:
    """Every (path, endpoint, method, rule) of ``app``, for guards and the permission matrix."""
    for route in app.url_map.iter_rules():
        for method in sorted((route.methods or set()) & set(METHODS)):
            yield route.rule, route.endpoint, method, rule_of(app, route.endpoint, method)
