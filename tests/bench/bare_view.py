"""The rival: a bare Flask + SQLAlchemy Core view that writes the rows of an intake, ready-made but for their ids.

It checks nothing, decides nothing, hashes no event and seals no name. Same engine options, same server settings.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from pathlib import Path

from flask import Flask, Response, request
from sqlalchemy import insert

from dispatch.kernel.db import db, engine_options
from dispatch.tickets.intake import NEXT_IDS
from tests.bench import rows

DATABASE_VARIABLE = "BENCH_DATABASE_URL"
SAMPLES_VARIABLE = "BENCH_SAMPLES"


def create_app() -> Flask:
    """The whole rival."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ[DATABASE_VARIABLE]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options()
    db.init_app(app)
    samples = itertools.cycle(rows.load(Path(os.environ[SAMPLES_VARIABLE])))

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/api/v1/tickets")
    def take_in() -> Response:
        request.get_json()
        key_digest = hashlib.sha256(request.headers["Idempotency-Key"].encode()).digest()
        with db.engine.begin() as connection:
            ticket_id, voice_id = connection.execute(NEXT_IDS).one()
            for table, values in rows.renumbered(next(samples), ticket_id, voice_id, key_digest):
                connection.execute(insert(table), values)
        return Response(f'{{"ticket_no":"{ticket_id:016d}"}}', 201, mimetype="application/json")

    return app
