"""JSON answers of the API, with the version of the thing as ETag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, request


def answer_json(
    body: Mapping[str, Any] | str,
    *,
    status: int = 200,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """``body`` as JSON, ``version`` as its ETag; 304 where a GET already has it."""
    text = body if isinstance(body, str) else current_app.json.dumps(body)
    response = Response(text, status, mimetype="application/json")
    response.headers.update(headers or {})
    if version is not None:
        response.set_etag(str(version))
        if request.method == "GET":
            response.make_conditional(request)
    return response
