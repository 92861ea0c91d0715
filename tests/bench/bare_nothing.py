"""The floor under an open desk's question: a WSGI application that answers 204 to everything, under our web server's settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from dispatch.kernel.db import db


def create_app() -> Flask:
    """An application that gunicorn's settings can prepare; its own code never sees a request."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg://nobody@nowhere/none"
    db.init_app(app)

    def nothing(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("204 NO CONTENT", [("Cache-Control", "no-store")])
        return ()

    app.wsgi_app = nothing  # type: ignore[method-assign,assignment]
    return app
