"""The floor under a verb: a bare Flask + SQLAlchemy Core view that locks the ticket and updates one column, and no more.

It knows nobody, checks nothing and records nothing. Same engine options, same server settings.
"""

from __future__ import annotations

import os

from flask import Flask, Response
from sqlalchemy import text

from dispatch.kernel.db import db, engine_options

DATABASE_VARIABLE = "BENCH_DATABASE_URL"
LOCK = text("SELECT ticket_id FROM ticket WHERE ticket_id = :ticket_id FOR UPDATE")
TOUCH = text("UPDATE ticket SET changed_at = clock_timestamp() WHERE ticket_id = :ticket_id")


def create_app() -> Flask:
    """The whole floor."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ[DATABASE_VARIABLE]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options()
    db.init_app(app)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/touch/<int:ticket_id>")
    def touch(ticket_id: int) -> Response:
        with db.engine.begin() as connection:
            connection.execute(LOCK, {"ticket_id": ticket_id}).one()
            connection.execute(TOUCH, {"ticket_id": ticket_id})
        return Response("{}", 200, mimetype="application/json")

    return app
