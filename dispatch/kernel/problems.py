"""Refusals and failures at the edge: problem+json for the API, a friendly page or fragment for the console."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, render_template, request
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException

from dispatch.kernel.edge import request_id
from dispatch.kernel.errors import DomainError

RETRY_AFTER_SECONDS = 5
UNPROCESSABLE = 422
MOST_NAMED = 3  # fields that the sentence names; ``fields`` has them all

# status → (code, title, what the person may do)
TEXTS: dict[int, tuple[str, str, str]] = {
    400: ("request.unreadable", "请求无法识别", "请求格式有误，请检查后重试。"),
    401: ("access.login_required", "请先登录", "请先登录后再操作。"),
    403: ("access.forbidden", "没有权限", "您没有此项权限。"),
    404: ("request.not_found", "没有找到", "您访问的内容不存在，或您无权查看。"),
    405: ("request.method_not_allowed", "操作方式不支持", "此地址不支持这种操作。"),
    409: ("request.conflict", "操作冲突", "内容已被他人更新，请刷新后重试。"),
    412: ("request.changed", "操作冲突", "内容已被他人更新，请刷新后重试。"),
    413: ("request.too_large", "内容过大", "提交的内容超过上限，请缩短后重试。"),
    415: ("request.media_type", "内容类型不支持", "请以 application/json 格式提交。"),
    422: ("request.invalid", "内容有误", "提交的内容有误，请按提示修改。"),
    429: ("request.too_many", "操作过于频繁", "请稍后再试。"),
    500: ("system.failure", "系统故障", "系统出现故障，请稍后重试；如仍出现，请将编号告知管理员。"),
    503: ("system.unavailable", "系统暂不可用", "系统暂时无法提供服务，您的操作未保存，请稍后重试。"),
}

log = structlog.get_logger("problems")


@dataclass(frozen=True)
class Problem:
    """What went wrong, ready for either form of answer. ``fields``: path → sentences."""

    status: int
    code: str
    detail: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The heading of this status."""
        return TEXTS.get(self.status, TEXTS[400 if self.status < 500 else 500])[1]

    def as_json(self) -> dict[str, Any]:
        """RFC 9457 members, our own code, fields and request id."""
        body: dict[str, Any] = {
            "type": f"urn:hotline12345:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id(),
        }
        if self.fields:
            body["fields"] = dict(self.fields)
        if self.details:
            body["details"] = dict(self.details)
        return body


def plain_problem(status: int, **changes: Any) -> Problem:
    """The ordinary problem of an HTTP status."""
    code, _, detail = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    return Problem(**{"status": status, "code": code, "detail": detail, **changes})


def problem_of_domain(error: DomainError) -> Problem:
    """A rule's no, with the fields it names."""
    details = dict(error.details)
    fields = details.pop("fields", None) or {}
    if name := details.pop("field", None):
        fields = {str(name): [error.message]}
    return Problem(error.status, error.code, error.message, fields=fields, details=details)  # type: ignore[arg-type]


def problem_of_http(error: HTTPException) -> Problem:
    """Flask's and webargs' errors; validation messages become ``fields``."""
    status = error.code or 500
    data = getattr(error, "data", None) or {}
    headers = dict(data.get("headers") or {})
    if status == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    messages = data.get("messages") or {}
    fields = dict(flatten(messages)) if isinstance(messages, Mapping) else {}
    problem = plain_problem(status, fields=fields, headers=headers)
    named = "".join(f"{name}:{sentences[0]}" for name, sentences in islice(fields.items(), MOST_NAMED))
    return replace(problem, detail=named) if named else problem


def flatten(messages: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """marshmallow's nested messages as ``path → sentences``; webargs' outermost key is the place (json, query, headers)."""
    for key, value in messages.items():
        is_place = not prefix and key in {"json", "query", "headers", "form", "files", "view_args"}
        path = "" if is_place or key == "_schema" else f"{key}"
        whole = ".".join(part for part in (prefix, path) if part)
        if isinstance(value, Mapping):
            yield from flatten(value, whole or " ")
        else:
            yield whole.strip(" .") or "body", [str(text) for text in (value if isinstance(value, list) else [value])]


def problem_of_database(error: Exception) -> Problem:
    """The database is away, full or too slow: nothing was saved, try again. Other database errors are failures."""
    if isinstance(error, exc.DataError):
        return plain_problem(400, code="request.unreadable_text", detail="内容含有无法保存的字符或数值。")
    is_away = isinstance(error, (exc.OperationalError, exc.InterfaceError, exc.TimeoutError))
    if is_away or getattr(error, "connection_invalidated", False):
        return plain_problem(503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    return plain_problem(500)


def note(error: Exception) -> None:
    """Log a failure by its type and place; the message may hold what a person typed, so it is left out."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    cause = getattr(error, "orig", None)
    log.error(
        "failure",
        error=type(error).__name__,
        cause=type(cause).__name__ if cause else None,
        frames=[f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    )


def wants_json() -> bool:
    """API paths get problem+json, whatever they accept."""
    return request.path == "/api" or request.path.startswith("/api/")


def answer(problem: Problem) -> Response:
    """The response for ``problem``: problem+json, a fragment for htmx, else a page."""
    if wants_json():
        # A lone surrogate in the name of an unknown field leaves as it came: escaped.
        body = current_app.json.dumps(problem.as_json()).encode("utf-8", "backslashreplace")
        response = Response(body, problem.status, mimetype="application/problem+json")
    else:
        response = Response(_html(problem), problem.status, mimetype="text/html")
    response.headers.update(problem.headers)
    return response


def _html(problem: Problem) -> str:
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "errors/fragment.html" if is_fragment else "errors/page.html"
    values = {"problem": problem, "request_id": request_id()}
    try:
        return render_template(template, **values)
    except Exception as error:  # noqa: BLE001 - the layout may fail for the very reason this page tells of
        note(error)
        return render_template("errors/bare.html", **values)


def install(app: Flask) -> None:
    """Register one handler per family of errors."""

    def on_domain(error: DomainError) -> Response:
        return answer(problem_of_domain(error))

    def on_http(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        return answer(problem_of_http(error))

    def on_database(error: exc.SQLAlchemyError) -> Response:
        note(error)
        return answer(problem_of_database(error))

    def on_failure(error: Exception) -> Response:
        note(error)
        return answer(plain_problem(500))

    app.register_blueprint(Blueprint("kernel", __name__, template_folder="templates"))
    app.register_error_handler(DomainError, on_domain)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(exc.SQLAlchemyError, on_database)
    app.register_error_handler(Exception, on_failure)
